//! Secrets: references when they are deployed, values when they are read.

use std::fmt;
use std::num::NonZero;

use super::field::{Constraints, Kind};
use super::value::{Expected, NumericSetting, SettingValue, TextSetting};

const OPEN: &str = "{{resolve:";

/// A setting that is stored in AWS Secrets Manager or Parameter Store.
///
/// In `main()` it is only ever a reference, which CloudFormation resolves when it deploys the stack: the value is in no
/// template, file or log. In the function it is the value. Neither `Debug` nor `Display` shows it, and it does not
/// serialize.
///
/// A new value reaches the function with the next deployment that changes the function. Whoever may read the function's
/// configuration may read the value: where that is too many, keep the secret's name in a setting and fetch it at start.
///
/// # Example
///
/// ```
/// # use sparta_core::settings::Secret;
/// let password: Secret<String> = Secret::secrets_manager("prod/database").json_key("password");
/// let api_key: Secret<String> = Secret::ssm("/prod/api-key");
/// assert_eq!(format!("{password:?} {api_key}"), "*** ***");
/// ```
#[derive(Clone)]
pub struct Secret<T>(Inner<T>);

#[derive(Clone)]
enum Inner<T> {
    Reference(SecretReference),
    Value(T),
}

/// Where a secret is stored: a CloudFormation dynamic reference.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretReference {
    store: Store,
    name: String,
    json_key: Option<String>,
    version_stage: Option<String>,
    version: Option<NonZero<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    SecretsManager,
    Ssm,
}

/// A text that is not a reference to a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// A reference that does not work here.
    #[error(
        "a reference to Secrets Manager or Parameter Store (Secret::secrets_manager or Secret::ssm; an ssm-secure one does \
         not work in Lambda variables)"
    )]
    NoReference,
    /// The reference to Secrets Manager is not well formed.
    #[error(
        "{{{{resolve:secretsmanager:NAME:SecretString:JSON_KEY:VERSION_STAGE}}}}, where NAME is a secret's name or ARN"
    )]
    SecretsManager,
    /// The reference to Parameter Store is not well formed.
    #[error("{{{{resolve:ssm:NAME:VERSION}}}} with letters, digits and `_.-/` in NAME, and neither JSON key nor stage")]
    Ssm,
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
        Self(Inner::Reference(SecretReference { store, name, json_key: None, version_stage: None, version: None }))
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

    /// Where it is stored; `None` in the function, which has the value.
    pub fn reference(&self) -> Option<&SecretReference> {
        match &self.0 {
            Inner::Reference(reference) => Some(reference),
            Inner::Value(_) => None,
        }
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// On the reference that `main()` made: only settings that were read from variables have values.
    pub fn expose(&self) -> &T {
        match &self.0 {
            Inner::Value(value) => value,
            Inner::Reference(reference) => {
                panic!("{reference} is the reference to a secret; its value is in the settings that a function reads")
            }
        }
    }
}

impl SecretReference {
    /// Reads a dynamic reference.
    ///
    /// # Errors
    ///
    /// If it is not one that CloudFormation resolves in a Lambda variable.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let inside =
            text.strip_prefix(OPEN).and_then(|text| text.strip_suffix("}}")).ok_or(InvalidReference::NoReference)?;
        match inside.split_once(':') {
            Some(("secretsmanager", key)) => Self::parse_secrets_manager(key).ok_or(InvalidReference::SecretsManager),
            Some(("ssm", key)) => Self::parse_ssm(key).ok_or(InvalidReference::Ssm),
            _ => Err(InvalidReference::NoReference),
        }
    }

    fn parse_secrets_manager(key: &str) -> Option<Self> {
        let (name, rest) = match key.split_once(":SecretString") {
            Some((name, rest)) => (name, rest),
            None => (key, ""),
        };
        let mut parts = rest.split(':');
        let before = parts.next()?;
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let (json_key, version_stage) = (part(), part());
        let colons = if name.starts_with("arn:") { 6 } else { 0 };
        let fits = before.is_empty()
            && parts.next().is_none()
            && !name.is_empty()
            && name.matches(':').count() == colons
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c))
            && [&json_key, &version_stage].into_iter().flatten().all(|part| !part.contains(['{', '}', '\\']));
        fits.then(|| Self { store: Store::SecretsManager, name: name.into(), json_key, version_stage, version: None })
    }

    fn parse_ssm(key: &str) -> Option<Self> {
        let (name, version) = match key.split_once(':') {
            Some((name, version)) => (name, Some(version.parse().ok()?)),
            None => (key, None),
        };
        let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c));
        fits.then(|| Self { store: Store::Ssm, name: name.into(), json_key: None, version_stage: None, version })
    }

    pub(super) fn looks_like(text: &str) -> bool {
        text.starts_with(OPEN)
    }

    /// The name or ARN of the secret, or the name of the parameter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is in Secrets Manager; otherwise it is in Parameter Store.
    ///
    /// Who deploys the stack needs `secretsmanager:GetSecretValue` on the one, `ssm:GetParameters` on the other.
    pub fn is_secrets_manager(&self) -> bool {
        self.store == Store::SecretsManager
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = if self.is_secrets_manager() { "secretsmanager" } else { "ssm" };
        write!(f, "{OPEN}{service}:{}", self.name)?;
        match (&self.json_key, &self.version_stage) {
            (None, None) => {}
            (Some(key), None) => write!(f, ":SecretString:{key}")?,
            (key, Some(stage)) => write!(f, ":SecretString:{}:{stage}", key.as_deref().unwrap_or_default())?,
        }
        if let Some(version) = self.version {
            write!(f, ":{version}")?;
        }
        f.write_str("}}")
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
}

impl<T: NumericSetting> NumericSetting for Secret<T> {}
impl<T: TextSetting> TextSetting for Secret<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(secret: Secret<String>) -> String {
        secret.to_text()
    }

    #[test]
    fn references_are_written_as_cloudformation_reads_them() {
        let stage = Secret::secrets_manager("db").version_stage("AWSPREVIOUS");
        let arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-a1b2c3";
        for (secret, reference) in [
            (Secret::secrets_manager("prod/db"), "{{resolve:secretsmanager:prod/db}}".to_owned()),
            (
                Secret::secrets_manager("db").json_key("password"),
                "{{resolve:secretsmanager:db:SecretString:password}}".into(),
            ),
            (stage.clone(), "{{resolve:secretsmanager:db:SecretString::AWSPREVIOUS}}".into()),
            (stage.json_key("k"), "{{resolve:secretsmanager:db:SecretString:k:AWSPREVIOUS}}".into()),
            (
                Secret::secrets_manager(arn).json_key("k"),
                format!("{{{{resolve:secretsmanager:{arn}:SecretString:k}}}}"),
            ),
            (Secret::ssm("/prod/key"), "{{resolve:ssm:/prod/key}}".into()),
            (Secret::ssm("key").version(NonZero::new(3).unwrap()), "{{resolve:ssm:key:3}}".into()),
        ] {
            let parsed = SecretReference::parse(&reference);
            assert_eq!(parsed.as_ref().ok(), secret.reference(), "{reference}");
            assert_eq!(text(secret), reference);
        }
    }

    #[test]
    fn references_that_cloudformation_would_refuse_do_not_parse() {
        let version = NonZero::new(3).unwrap();
        for text in [
            text(Secret::secrets_manager("")),
            text(Secret::secrets_manager("a b")),
            text(Secret::secrets_manager("a:b")),
            text(Secret::secrets_manager("a}}")),
            text(Secret::secrets_manager("a").json_key("b:c:d")),
            text(Secret::secrets_manager("a").json_key("b\\")),
            text(Secret::secrets_manager("a").version(version)),
            text(Secret::ssm("")),
            text(Secret::ssm("a b")),
            text(Secret::ssm("a").json_key("b")),
            text(Secret::ssm("a").version_stage("b")),
            "{{resolve:ssm-secure:/a:1}}".into(),
            "hunter2".into(),
        ] {
            assert!(SecretReference::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_shows_itself_nowhere_but_in_expose() {
        let secret = Secret::<String>::from_text("hunter2").unwrap();
        assert_eq!(format!("{secret} {secret:?} {secret:#?} {}", secret.to_text()), "*** *** *** ***");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    #[should_panic(expected = "is the reference to a secret")]
    fn a_reference_has_no_value() {
        Secret::<String>::ssm("key").expose();
    }
}
