//! The variables of this process.

use std::{
    collections::BTreeMap,
    env,
    sync::{PoisonError, RwLock},
};

use super::{Field, SettingErrorKind, SettingValue, SettingsError};

static SET: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());

/// Reads a variable of this process; where it has none, what a test has set, or what came from Parameter Store.
#[doc(hidden)]
pub fn process_variable(name: &str) -> Option<String> {
    let set = || SET.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    let variable = env::var(name).ok();
    if cfg!(all(sparta_serving, not(feature = "fetch"))) { variable } else { variable.or_else(set) }
}

/// The function that this process serves; `None` outside of Lambda and its emulators.
pub(crate) fn function_name() -> Option<String> {
    env::var("_HANDLER").or_else(|_| env::var("AWS_LAMBDA_FUNCTION_NAME")).ok()
}

/// Checks that a function on Lambda has the variable of a secret that it uses; whether its value fits, all settings are
/// checked for.
pub(crate) fn check_secret<T: SettingValue>(variable: &str) -> Result<(), SettingsError> {
    if process_variable(variable).is_some() || env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Ok(());
    }
    let field = Field { name: None, ..Field::new::<T>("", variable) };
    let missing = SettingErrorKind::Missing { expected: field.expected() };
    SettingsError::check(vec![field.error(missing)])
}

/// Gives variables that the process does not have a value.
pub(crate) fn set_variables(variables: impl IntoIterator<Item = (String, String)>) {
    SET.write().unwrap_or_else(PoisonError::into_inner).extend(variables);
}

/// Lets a variable that is not set be the empty text, for tests.
pub(crate) fn set_absent(name: &str) {
    SET.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default();
}
