//! Secrets in tests.

use crate::{
    function::Usable,
    settings::{Setting, set_variables},
};

/// Gives a secret a value in this process, where it has no variable for it: for tests, which run handlers without Lambda.
///
/// Settings are read once, when they are first asked for: set what a test needs before.
///
/// # Example
///
/// ```
/// use sparta_core::{Error, settings::{Secret, Settings}, testing};
/// # use sparta_macros::Settings;
///
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Shop {
///     payment_key: Secret<String>,
/// }
///
/// testing::set_secret(Shop::PAYMENT_KEY, "a-key-of-a-test");
/// assert_eq!(Shop::get()?.payment_key.expose()?, "a-key-of-a-test");
/// # Ok::<_, Error>(())
/// ```
pub fn set_secret<S>(secret: Setting<S>, value: impl Into<String>)
where
    Setting<S>: Usable,
{
    set_variables([(secret.variable().to_owned(), value.into())]);
}
