//! What differs from one environment to the next, as a typed struct.
//!
//! In `main()` a struct with `#[derive(Settings)]` is filled in once per environment. It becomes the template's
//! parameters, a configuration file per environment and the variables of every Lambda function, from which the function
//! reads it back with [`Settings::get`].

mod check;
mod configured;
mod error;
mod fetched;
mod field;
mod parameter;
mod process;
mod reader;
mod reference;
mod secret;
mod setting;
mod snapshot;
mod stored;
mod value;
mod variable;

pub use check::SettingsMistake;
pub(crate) use check::{check_differences, check_fields};
pub use configured::Configured;
pub(crate) use configured::configured_by_numbers;
pub use error::{FetchError, Found, SecretError, SettingError, SettingErrorKind, SettingsError};
pub(crate) use fetched::is_fetched;
pub use field::{Constraints, Field, Kind, Number, Pattern};
pub use parameter::parameter_name;
pub use process::process_variable;
pub(crate) use process::{check_secret, function_name, set_absent, set_variables};
#[cfg(feature = "fetch")]
pub(crate) use reader::parse;
pub use reader::{Reader, text};
pub use reference::{InvalidReference, SecretReference};
#[cfg(feature = "fetch")]
pub(crate) use secret::Fetched;
pub use secret::Secret;
pub use setting::Setting;
pub(crate) use setting::condition_of;
pub use snapshot::{Check, EnvironmentSettings, SettingsSnapshot};
pub(crate) use stored::Stored;
#[cfg(feature = "fetch")]
pub(crate) use stored::value_of;
pub use value::{Expected, NumericSetting, PlainSetting, SettingValue, TextSetting};
pub use variable::{RESERVED_VARIABLES, VariableNameError, check_variable_name, not_reserved};

/// A struct of what differs per environment; implemented by `#[derive(Settings)]`.
///
/// Each field is one template parameter and one variable of every function, `message` being `MESSAGE`. Its type is any
/// [`SettingValue`], in an `Option` or not, or a [`Secret`] of one, which is a variable of the functions that use it only.
/// `#[derive(Settings)]` on an enum without data makes it a [`SettingValue`]: its variants are written in kebab-case.
///
/// | attribute of a field | what it does |
/// | --- | --- |
/// | `#[settings(rename = "DB_HOST")]` | names the variable (on a variant: its text) |
/// | `#[settings(default = 3)]`, `#[settings(default)]` | the value where the variable is not set |
/// | `#[settings(min = 1, max = 10)]` | bounds of a number |
/// | `#[settings(min_length = 1, max_length = 64)]` | bounds of a text, in characters |
/// | `#[settings(pattern = "[a-z]+")]` | a regular expression that the whole text must match |
///
/// # Example
///
/// ```
/// # use sparta_core::settings::{Settings, SettingsError};
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Greeting {
///     /// Text that the function answers with.
///     message: String,
///     #[settings(default = 1, min = 1, max = 10)]
///     times: u8,
/// }
///
/// let greeting = Greeting::read(&|variable| (variable == "MESSAGE").then(|| "Hello".to_owned()))?;
/// assert_eq!((greeting.message.as_str(), greeting.times), ("Hello", 1));
/// # Ok::<(), SettingsError>(())
/// ```
///
/// Each field is an associated constant too, a [`Setting`], which stands for its value wherever the template takes one; in
/// `Fn::Sub` it is the parameter's name, which is the field's in letters and digits:
///
/// ```
/// # use sparta_core::{App, Environment, Error, Function, Request, resource, service_fn};
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Shop {
///     log_days: u16,
///     domain: String,
/// }
///
/// let audit = resource!(AWS::Logs::LogGroup {
///     LogGroupName: { Fn::Sub: "${AWS::StackName}-${Domain}" },
///     RetentionInDays: (Shop::LOG_DAYS),
/// });
/// let app = App::new("Shop")
/// #   .function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
///     .environment(Environment::new("test", Shop { log_days: 7, domain: "shop.example".into() }))
///     .resource("Audit", audit.delete());
/// app.check().unwrap();
/// ```
///
/// A variable that Lambda reserves for itself does not compile:
///
/// ```compile_fail,E0080
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Place {
///     aws_region: String,
/// }
/// ```
///
/// Nor does a number's constraint on something else:
///
/// ```compile_fail,E0277
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Greeting {
///     #[settings(min = 1)]
///     message: String,
/// }
/// ```
pub trait Settings: Sized + Send + Sync + 'static {
    /// The fields in the order of their declaration.
    fn fields() -> Vec<Field>;

    /// The text of each variable; `None` for an `Option` that is absent.
    ///
    /// CloudFormation has no absent parameter, so an absent value is deployed as an empty text, and that reads as `None`;
    /// so does `Some(String::new())`.
    fn values(&self) -> Vec<(String, Option<String>)>;

    /// Reads every field from the variables that `get` finds.
    ///
    /// # Errors
    ///
    /// All variables that are missing or malformed.
    fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError>;

    /// The settings of this process: its environment is read once, on the first call.
    ///
    /// # Errors
    ///
    /// All variables that are missing or malformed, on every call alike.
    fn get() -> Result<&'static Self, SettingsError>;
}
