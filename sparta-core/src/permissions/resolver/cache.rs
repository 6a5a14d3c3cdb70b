//! Answers that are kept: the same is asked of a resource for each of its actions.

use std::{cell::RefCell, collections::HashMap, hash::Hash, rc::Rc};

/// Answers by what was asked.
#[derive(Debug)]
pub(in crate::permissions) struct Cache<K, V: ?Sized>(RefCell<HashMap<K, Rc<V>>>);

impl<K, V: ?Sized> Default for Cache<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Eq + Hash, V: ?Sized> Cache<K, V> {
    /// The answer, which `look` finds where it was not asked before; it may ask on its part.
    pub(in crate::permissions) fn get(&self, asked: K, look: impl FnOnce() -> Rc<V>) -> Rc<V> {
        if let Some(found) = self.0.borrow().get(&asked) {
            return Rc::clone(found);
        }
        let found = look();
        self.0.borrow_mut().insert(asked, Rc::clone(&found));
        found
    }
}
