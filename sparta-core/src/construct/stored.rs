//! Secrets and parameters that are there already, which functions read when they run.

use super::{
    Construct, Grant, NameError,
    declared::Declared,
    grant::with_key,
    name,
    source::{Form, Source},
};
use crate::{
    cfn::{Resource, Value, sub},
    iam::{Arn, Statement},
    mistake::Problem,
};

/// A secret of Secrets Manager that is there already, which a function reads when it runs.
///
/// [`settings::Secret`](crate::settings::Secret) is the other way: it differs from one environment to the next, and its value is
/// the function's variable or is fetched by Sparta. What is here is read by the SDK.
///
/// See <https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, Request, construct::StoredSecret, service_fn};
///
/// fn database() -> StoredSecret {
///     StoredSecret::existing("prod/database")
/// }
///
/// async fn connect(_: Request) -> Result<String, Error> {
///     let secret = database().name()?; // for `GetSecretValue`
///     Ok(secret)
/// }
///
/// let app = App::new("Shop").function(Function::http("connect", service_fn(connect)).uses(database().read()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StoredSecret {
    declared: Declared,
    kms_key: Option<Value>,
}

/// A parameter of Systems Manager that is there already, which a function reads when it runs.
///
/// See <https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, Request, construct::StoredParameter, service_fn};
///
/// fn rates() -> StoredParameter {
///     StoredParameter::existing("/prod/exchange-rates")
/// }
///
/// async fn convert(_: Request) -> Result<String, Error> {
///     let parameter = rates().name()?; // for `GetParameter`
///     Ok(parameter)
/// }
///
/// let app = App::new("Shop").function(Function::http("convert", service_fn(convert)).uses(rates().read()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StoredParameter {
    declared: Declared,
    kms_key: Option<Value>,
}

const SECRET: Form = Form { service: "secretsmanager", prefix: "secret:" };
const PARAMETER: Form = Form { service: "ssm", prefix: "parameter/" };

macro_rules! stored {
    ($type:ident, $kind:literal, $what:literal, $form:expr, $service:literal, $actions:expr) => {
        impl $type {
            #[doc = concat!("A ", $what, " by its name in the stack's own account and region, its ARN, or a value of the template")]
            #[doc = "that is its ARN, such as a setting."]
            pub fn existing(source: impl Into<Source>) -> Self {
                Self { declared: Declared::existing(source.into(), $kind, $form), kms_key: None }
            }

            /// What it is called here, in the name of the variable; by default the last word of its name in AWS.
            pub fn named(mut self, name: impl Into<String>) -> Self {
                self.declared.label = name.into();
                self
            }

            /// The KMS key, by its ARN, that it is encrypted with, where that is not AWS's own.
            pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
                self.kms_key = Some(arn.into());
                self
            }

            /// Its name or ARN, as it was given, in a function that uses it.
            ///
            /// # Errors
            ///
            /// [`NameError`] in a function that does not use it, and outside of Lambda.
            pub fn name(&self) -> Result<String, NameError> {
                name::of(&self.declared.label, $kind, "read")
            }

            /// Reads its value.
            pub fn read(&self) -> Grant {
                let key = self.kms_key.as_ref().map(|key| with_key(key, $service, &["kms:Decrypt"]));
                let statement = Statement::allow($actions).on(self.arn());
                Grant::new(self.clone(), [statement].into_iter().chain(key))
            }
        }

        impl Construct for $type {
            fn label(&self) -> &str {
                &self.declared.label
            }

            fn kind(&self) -> &'static str {
                $kind
            }

            fn value(&self) -> Value {
                self.declared.existing_address().expect("it exists")
            }

            fn resources(&self) -> Vec<(&'static str, Resource)> {
                Vec::new()
            }

            fn check(&self) -> Vec<Problem> {
                self.declared.check(&[])
            }
        }
    };
}

stored!(StoredSecret, "Secret", "secret", SECRET, "secretsmanager", ["secretsmanager:GetSecretValue"]);
stored!(StoredParameter, "Parameter", "parameter", PARAMETER, "ssm", ["ssm:GetParameter", "ssm:GetParameters"]);

impl StoredSecret {
    /// The ARN of a secret goes on with six random characters after its name.
    fn arn(&self) -> Value {
        match self.value().as_str() {
            Some(name) if !name.starts_with("arn:") => in_account("secretsmanager", &format!("secret:{name}-??????")),
            _ => self.value(),
        }
    }
}

impl StoredParameter {
    /// The ARN of a parameter leaves out the first `/` of its name.
    fn arn(&self) -> Value {
        match self.value().as_str() {
            Some(name) if !name.starts_with("arn:") => {
                in_account("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
            }
            _ => self.value(),
        }
    }
}

fn in_account(service: &str, resource: &str) -> Value {
    sub(Arn::new(service, resource).to_string())
}
