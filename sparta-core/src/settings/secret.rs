//! Secrets: references when they are deployed, values when they are read.

use std::fmt;
use std::num::NonZero;

use super::error::{SecretError, SettingErrorKind};
use super::field::{Constraints, Field, Kind};
use super::reference::{SecretReference, Store};
use super::value::{Expected, NumericSetting, SettingValue, TextSetting};

/// A setting that is stored in AWS Secrets Manager or Parameter Store.
///
/// In `main()` it is only ever a reference, which CloudFormation resolves when it deploys the stack: the value is in no
/// template, file or log. In the functions that use it, and in no others, it is the value. Neither `Debug` nor `Display`
/// shows it, and it does not serialize.
///
/// A new value reaches the function with the next deployment that changes the function. Whoever may read the function's
/// configuration may read the value: where that is too many, the function can fetch it itself, by `Secret::fetched`, which is
/// there with the feature `fetch`.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Environment, Error, Function, Request, service_fn, settings::{Secret, Settings}};
/// # use sparta_macros::Settings;
///
/// #[derive(Settings)]
/// # #[settings(crate = "sparta_core")]
/// struct Shop {
///     currency: String,
///     payment_key: Secret<String>,
/// }
///
/// async fn pay(_: Request) -> Result<String, Error> {
///     let key = Shop::get()?.payment_key.expose()?;
///     Ok(format!("paid with a key of {} characters", key.len()))
/// }
///
/// let shop = Shop { currency: "EUR".into(), payment_key: Secret::secrets_manager("shop/payment").json_key("key") };
/// let app = App::new("Shop")
///     .function(Function::http("pay", service_fn(pay)).uses(Shop::PAYMENT_KEY))
///     .environment(Environment::new("test", shop));
/// app.check().unwrap();
/// ```
#[derive(Clone)]
pub struct Secret<T>(Inner<T>);

#[derive(Clone)]
enum Inner<T> {
    Reference(SecretReference),
    Value(T),
    /// In a function that does not use it.
    NotThere(Box<Field>),
    /// In a function that fetches it.
    Fetched(Box<Fetched>),
}

/// A secret that the function fetches.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) reference: SecretReference,
    pub(crate) field: Field,
}

impl<T> Secret<T> {
    /// A secret of AWS Secrets Manager, by its name or ARN.
    ///
    /// Its whole text is the value, unless [`json_key`](Self::json_key) picks a part.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html>
    pub fn secrets_manager(name_or_arn: impl Into<String>) -> Self {
        Self::reference_to(Store::SecretsManager, name_or_arn.into())
    }

    /// A plain `String` parameter of Parameter Store, by its name.
    ///
    /// Not a `SecureString`: CloudFormation resolves those in a few properties only, and Lambda's variables are not among
    /// them (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html>).
    /// What has to be encrypted belongs in Secrets Manager.
    pub fn ssm(name: impl Into<String>) -> Self {
        Self::reference_to(Store::Ssm, name.into())
    }

    fn reference_to(store: Store, name: String) -> Self {
        let (json_key, version_stage, version) = (None, None, None);
        Self(Inner::Reference(SecretReference { store, name, json_key, version_stage, version, fetched: false }))
    }

    fn map(mut self, change: impl FnOnce(&mut SecretReference)) -> Self {
        if let Inner::Reference(reference) = &mut self.0 {
            change(reference);
        }
        self
    }

    /// The part of a JSON secret that is the value; Secrets Manager only.
    pub fn json_key(self, key: impl Into<String>) -> Self {
        self.map(|reference| reference.json_key = Some(key.into()))
    }

    /// The staging label of the version, `AWSCURRENT` by default; Secrets Manager only.
    pub fn version_stage(self, stage: impl Into<String>) -> Self {
        self.map(|reference| reference.version_stage = Some(stage.into()))
    }

    /// The version of a parameter, the latest one by default; Parameter Store only.
    pub fn version(self, version: NonZero<u64>) -> Self {
        self.map(|reference| reference.version = Some(version))
    }

    /// Leaves it to the function to fetch the value when it starts, and again later: its variable is the secret's name alone,
    /// and its role may read that very secret.
    ///
    /// It is read with [`read`](Self::read), and a new value needs no deployment. A parameter may be a `SecureString`, and its
    /// ARN. All environments have to name the secret in the same way: by name or by ARN. Where the secret is encrypted with
    /// a KMS key of one's own, the function needs a permission for it too: `.grant(Statement::allow(["kms:Decrypt"]).on(key))`.
    /// In a VPC without a NAT gateway it needs an endpoint of Secrets Manager or Systems Manager.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Environment, Error, Function, Request, service_fn, settings::{Secret, Settings}};
    /// # use sparta_macros::Settings;
    ///
    /// #[derive(Settings)]
    /// # #[settings(crate = "sparta_core")]
    /// struct Shop {
    ///     payment_key: Secret<String>,
    /// }
    ///
    /// async fn pay(_: Request) -> Result<String, Error> {
    ///     let key = Shop::get()?.payment_key.read().await?;
    ///     Ok(format!("paid with a key of {} characters", key.len()))
    /// }
    ///
    /// let shop = Shop { payment_key: Secret::secrets_manager("shop/payment").json_key("key").fetched() };
    /// let app = App::new("Shop")
    ///     .function(Function::http("pay", service_fn(pay)).uses(Shop::PAYMENT_KEY))
    ///     .environment(Environment::new("test", shop));
    /// app.check().unwrap();
    /// ```
    #[cfg(feature = "fetch")]
    pub fn fetched(self) -> Self {
        self.map(|reference| reference.fetched = true)
    }

    /// Where it is stored; `None` in a function that has the value, or does not use it.
    pub fn reference(&self) -> Option<&SecretReference> {
        match &self.0 {
            Inner::Reference(reference) => Some(reference),
            Inner::Fetched(fetched) => Some(&fetched.reference),
            Inner::Value(_) | Inner::NotThere(_) => None,
        }
    }

    /// What the function fetches.
    #[cfg(feature = "fetch")]
    pub(crate) fn to_fetch(&self) -> Option<&Fetched> {
        match &self.0 {
            Inner::Fetched(fetched) => Some(fetched),
            _ => None,
        }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// [`SecretError`] in a function that does not use it, or fetches it; outside of Lambda where the variable is not set; and
    /// for the reference that `main()` made.
    pub fn expose(&self) -> Result<&T, SecretError> {
        match &self.0 {
            Inner::Value(value) => Ok(value),
            Inner::Reference(reference) => Err(SecretError::Reference(reference.clone())),
            Inner::NotThere(field) => Err(SecretError::not_there(&field.variable, &field.constant())),
            Inner::Fetched(fetched) => Err(SecretError::Fetched { variable: fetched.field.variable.clone() }),
        }
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T: SettingValue> SettingValue for Secret<T> {
    fn kind() -> Kind {
        Kind::Secret
    }

    fn constraints() -> Constraints {
        T::constraints()
    }

    /// The reference; never the value.
    fn to_text(&self) -> String {
        self.reference().map_or_else(|| "***".to_owned(), SecretReference::to_string)
    }

    fn from_text(text: &str) -> Result<Self, Expected> {
        T::from_text(text).map(|value| Self(Inner::Value(value)))
    }

    fn elsewhere(field: &Field, text: Option<&str>) -> Option<Result<Self, SettingErrorKind>> {
        let Some(text) = text else { return Some(Ok(Self(Inner::NotThere(Box::new(field.clone()))))) };
        let secret = match SecretReference::fetched(text)? {
            Ok(reference) => Ok(Self(Inner::Fetched(Box::new(Fetched { reference, field: field.clone() })))),
            Err(error) => Err(SettingErrorKind::Malformed { expected: error.to_string(), found: field.found(text) }),
        };
        Some(secret)
    }
}

impl<T: NumericSetting> NumericSetting for Secret<T> {}
impl<T: TextSetting> TextSetting for Secret<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(secret: &Secret<String>) -> String {
        format!("{secret} {secret:?} {secret:#?} {}", secret.to_text())
    }

    #[test]
    fn a_secret_shows_itself_nowhere_but_in_expose() {
        let secret = Secret::<String>::from_text("hunter2").unwrap();
        assert_eq!(shown(&secret), "*** *** *** ***");
        assert_eq!(secret.expose().map(String::as_str), Ok("hunter2"));
    }

    #[test]
    fn a_reference_has_no_value() {
        let secret = Secret::<String>::ssm("key");
        let error = secret.expose().unwrap_err();
        assert_eq!(Some(&error), secret.reference().cloned().map(SecretError::Reference).as_ref());
        assert!(error.to_string().starts_with("{{resolve:ssm:key}} is the reference to a secret"), "{error}");
    }

    #[test]
    fn a_secret_that_is_no_variable_says_what_is_missing() {
        let secret = Secret::<String>::elsewhere(&Field::untyped("KEY"), None).unwrap().unwrap();
        assert_eq!(shown(&secret), "*** *** *** ***");
        let error = secret.expose().unwrap_err();
        assert_eq!(error, SecretError::OutsideOfLambda { variable: "KEY".to_owned() });
    }
}
