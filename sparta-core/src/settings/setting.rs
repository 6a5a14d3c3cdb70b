//! A setting as a value of the template.

use std::{fmt, marker::PhantomData};

use super::{parameter_name, value::PlainSetting};
use crate::cfn::{IntoValue, LogicalId, Output, Resource, Value};

/// One setting of a struct, wherever the template takes a value: what `#[derive(Settings)]` makes a constant of for each
/// field.
///
/// The constant has the field's name in upper case, whatever the variable is called, and is as visible as the field. In the
/// template it is the reference to the setting's parameter, which each environment fills in.
///
/// # Example
///
/// ```
/// # use sparta_core::{App, Environment, Error, Function, Request, resource, service_fn};
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Links {
///     log_days: u16,
/// }
///
/// let audit = resource!(AWS::Logs::LogGroup { RetentionInDays: (Links::LOG_DAYS) });
/// let app = App::new("Links")
/// #   .function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
///     .environment(Environment::new("test", Links { log_days: 7 }))
///     .environment(Environment::new("production", Links { log_days: 90 }))
///     .resource("Audit", audit.delete());
/// app.check().unwrap();
/// ```
///
/// A secret's parameter holds a reference that CloudFormation resolves in few places, so its setting is no value:
///
/// ```compile_fail,E0277
/// # use sparta_core::{resource, settings::Secret};
/// # use sparta_macros::Settings;
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Shop {
///     payment_key: Secret<String>,
/// }
///
/// let topic = resource!(AWS::SNS::Topic { DisplayName: (Shop::PAYMENT_KEY) });
/// ```
pub struct Setting<T> {
    variable: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Setting<T> {
    /// The setting that is this variable in Lambda.
    pub const fn new(variable: &'static str) -> Self {
        Self { variable, of: PhantomData }
    }

    /// Its variable in Lambda.
    pub const fn variable(self) -> &'static str {
        self.variable
    }

    /// The name of its template parameter.
    pub fn parameter_name(self) -> String {
        parameter_name(self.variable)
    }
}

impl<T> Clone for Setting<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Setting<T> {}

impl<T> fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Setting").field(&self.variable).finish()
    }
}

impl<T: PlainSetting> From<Setting<T>> for Value {
    fn from(setting: Setting<T>) -> Self {
        LogicalId::of_words([setting.parameter_name().as_str()]).reference()
    }
}

impl<T: PlainSetting> IntoValue for Setting<T> {
    fn into_value(self) -> Option<Value> {
        Some(self.into())
    }
}

impl Setting<bool> {
    /// The condition of the template that holds where it is `true`.
    fn condition(self) -> LogicalId {
        condition_of(&self.parameter_name())
    }
}

/// The condition that holds where the setting with this parameter is `true`.
pub(crate) fn condition_of(parameter: &str) -> LogicalId {
    LogicalId::of_words(["Is", parameter])
}

impl Resource {
    /// Creates this resource only in environments in which a setting is `true`.
    ///
    /// What refers to it has to be there in the same environments only.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{App, Environment, Error, Function, Request, resource, service_fn};
    /// # use sparta_macros::Settings;
    /// #[derive(Settings)]
    /// # #[settings(crate = "sparta_core")]
    /// struct Links {
    ///     audited: bool,
    /// }
    ///
    /// let audit = resource!(AWS::Logs::LogGroup { RetentionInDays: 365 }).retain();
    /// let app = App::new("Links")
    /// #   .function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
    ///     .environment(Environment::new("test", Links { audited: false }))
    ///     .environment(Environment::new("production", Links { audited: true }))
    ///     .resource("Audit", audit.only_if(Links::AUDITED));
    /// app.check().unwrap();
    /// ```
    #[must_use]
    pub fn only_if(self, setting: Setting<bool>) -> Self {
        self.condition(setting.condition())
    }
}

impl Output {
    /// Shows it only in environments in which a setting is `true`.
    #[must_use]
    pub fn only_if(self, setting: Setting<bool>) -> Self {
        self.condition(setting.condition())
    }
}
