//! The variables of this process.

use std::{
    collections::BTreeMap,
    env,
    sync::{PoisonError, RwLock},
};

static SET: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());

/// Reads a variable of this process; where it has none, what a test has set.
#[doc(hidden)]
pub fn process_variable(name: &str) -> Option<String> {
    let set = || SET.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    let variable = env::var(name).ok();
    if cfg!(sparta_serving) { variable } else { variable.or_else(set) }
}

/// Gives variables that the process does not have a value, for tests.
pub(crate) fn set_variables(variables: impl IntoIterator<Item = (String, String)>) {
    SET.write().unwrap_or_else(PoisonError::into_inner).extend(variables);
}
