//! What is declared for the command line alone.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

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

impl<T: Clone> Clone for OffLambda<T> {
    #[cfg(not(sparta_serving))]
    fn clone(&self) -> Self {
        Self { items: self.items.clone() }
    }

    #[cfg(sparta_serving)]
    fn clone(&self) -> Self {
        Self { items: self.items }
    }
}

impl<T: fmt::Debug> fmt::Debug for OffLambda<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
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

/// What is declared once and lives as long as the process: what Lambda runs does not free it, and has no code for that, which
/// would be a large part of a small program.
#[derive(Clone, Default)]
pub(crate) struct Undropped<T> {
    #[cfg(not(sparta_serving))]
    value: T,
    #[cfg(sparta_serving)]
    value: std::mem::ManuallyDrop<T>,
}

impl<T> From<T> for Undropped<T> {
    fn from(value: T) -> Self {
        #[cfg(sparta_serving)]
        let value = std::mem::ManuallyDrop::new(value);
        Self { value }
    }
}

impl<T: 'static> Undropped<T> {
    /// For the rest of the process.
    pub(crate) fn leaked(self) -> &'static T {
        Box::leak(Box::new(self))
    }
}

impl<T> Deref for Undropped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Undropped<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Undropped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
