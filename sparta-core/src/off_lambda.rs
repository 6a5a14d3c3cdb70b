//! What is declared for the command line alone.

use std::ops::Deref;

/// A list that the serving build has no room for: there it is empty, and nothing of its items is compiled.
pub struct OffLambda<T> {
    #[cfg(not(sparta_serving))]
    items: Vec<T>,
    #[cfg(sparta_serving)]
    items: std::marker::PhantomData<fn() -> T>,
}

impl<T> OffLambda<T> {
    #[cfg(not(sparta_serving))]
    pub(crate) fn push(&mut self, item: impl FnOnce() -> T) {
        self.items.push(item());
    }

    #[cfg(sparta_serving)]
    pub(crate) fn push(&mut self, _: impl FnOnce() -> T) {}
}

impl<T> Default for OffLambda<T> {
    fn default() -> Self {
        Self { items: Default::default() }
    }
}

impl<T> Deref for OffLambda<T> {
    type Target = [T];

    #[cfg(not(sparta_serving))]
    fn deref(&self) -> &[T] {
        &self.items
    }

    #[cfg(sparta_serving)]
    fn deref(&self) -> &[T] {
        &[]
    }
}
