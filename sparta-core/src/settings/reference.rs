//! Where secrets are stored, as CloudFormation's dynamic references say it.

use std::fmt;
use std::num::NonZero;

const OPEN: &str = "{{resolve:";
/// What the variable of a secret begins with that the function fetches itself.
const FETCH: &str = "fetch|";

/// Where a secret is stored: a CloudFormation dynamic reference, or what the function fetches itself.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretReference {
    pub(super) store: Store,
    pub(super) name: String,
    pub(super) json_key: Option<String>,
    pub(super) version_stage: Option<String>,
    pub(super) version: Option<NonZero<u64>>,
    pub(super) fetched: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
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
    /// What the function is to fetch is not well formed.
    #[error(
        "what the function fetches: the name or ARN of a secret, with or without a JSON key and a stage that have no `|`, or \
         the name or ARN of a parameter, with or without a version"
    )]
    Fetched,
}

impl SecretReference {
    /// Reads a dynamic reference.
    ///
    /// # Errors
    ///
    /// If it is not one that CloudFormation resolves in a Lambda variable, nor what a function fetches.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if let Some(text) = text.strip_prefix(FETCH) {
            return Self::parse_fetched(text).ok_or(InvalidReference::Fetched);
        }
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
        let fits = before.is_empty()
            && parts.next().is_none()
            && is_secret(name)
            && [&json_key, &version_stage].into_iter().flatten().all(|part| !part.contains(['{', '}', '\\']));
        let store = Store::SecretsManager;
        fits.then(|| Self { store, name: name.into(), json_key, version_stage, version: None, fetched: false })
    }

    fn parse_ssm(key: &str) -> Option<Self> {
        let (name, version) = match key.split_once(':') {
            Some((name, version)) => (name, Some(version.parse().ok()?)),
            None => (key, None),
        };
        let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c));
        let (json_key, version_stage) = (None, None);
        fits.then(|| Self { store: Store::Ssm, name: name.into(), json_key, version_stage, version, fetched: false })
    }

    /// `secretsmanager|NAME|JSON_KEY|STAGE` or `ssm|NAME|VERSION`.
    fn parse_fetched(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('|').collect();
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let reference = match parts[..] {
            ["secretsmanager", name, key, stage] if is_secret(name) => {
                let (json_key, version_stage) = (part(key), part(stage));
                let store = Store::SecretsManager;
                Self { store, name: name.to_owned(), json_key, version_stage, version: None, fetched: true }
            }
            ["ssm", name, version] if is_parameter(name) => {
                let version = if version.is_empty() { None } else { Some(version.parse().ok()?) };
                let (json_key, version_stage) = (None, None);
                Self { store: Store::Ssm, name: name.to_owned(), json_key, version_stage, version, fetched: true }
            }
            _ => return None,
        };
        Some(reference)
    }

    pub(super) fn looks_like(text: &str) -> bool {
        text.starts_with(OPEN)
    }

    /// What a function is to fetch, where the text of its variable says so.
    pub(crate) fn fetched(text: &str) -> Option<Result<Self, InvalidReference>> {
        text.starts_with(FETCH).then(|| Self::parse(text))
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

    /// Whether the function fetches it when it runs, by `Secret::fetched`.
    pub fn is_fetched(&self) -> bool {
        self.fetched
    }

    /// The part of a JSON secret that is the value.
    #[cfg(feature = "fetch")]
    pub(crate) fn json_key(&self) -> Option<&str> {
        self.json_key.as_deref()
    }

    /// The staging label of the version.
    #[cfg(feature = "fetch")]
    pub(crate) fn version_stage(&self) -> Option<&str> {
        self.version_stage.as_deref()
    }

    /// The version of a parameter.
    #[cfg(feature = "fetch")]
    pub(crate) fn version(&self) -> Option<NonZero<u64>> {
        self.version
    }

    fn fetched_text(&self) -> String {
        let Self { name, json_key, version_stage, version, .. } = self;
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        match self.store {
            Store::SecretsManager => format!("{FETCH}secretsmanager|{name}|{}|{}", text(json_key), text(version_stage)),
            Store::Ssm => format!("{FETCH}ssm|{name}|{}", version.map(|it| it.to_string()).unwrap_or_default()),
        }
    }
}

/// Whether it may be the name or the ARN of a secret.
fn is_secret(name: &str) -> bool {
    let colons = if name.starts_with("arn:") { 6 } else { 0 };
    let known = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c);
    !name.is_empty() && name.matches(':').count() == colons && name.chars().all(known)
}

/// Whether it may be the name or the ARN of a parameter.
fn is_parameter(name: &str) -> bool {
    let colons = if name.starts_with("arn:") { 5 } else { 0 };
    let known = |c: char| c.is_ascii_alphanumeric() || "_.-/:".contains(c);
    !name.is_empty() && name.matches(':').count() == colons && name.chars().all(known)
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fetched {
            return f.write_str(&self.fetched_text());
        }
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

#[cfg(test)]
mod tests {
    use super::super::{Secret, SettingValue};
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
}
