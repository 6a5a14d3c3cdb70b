//! Secrets that functions fetch: how they are named, and what a function's role needs to read them.

use super::{SecretReference, SettingsSnapshot, parameter_name};
use crate::{
    cfn::{LogicalId, Value, part},
    iam::{Arn, Statement},
};

/// How a secret is named, which is the same in all environments, because the template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    SecretName,
    SecretArn,
    ParameterName,
    ParameterPath,
    ParameterArn,
}

impl Form {
    fn of(reference: &SecretReference) -> Self {
        let is_arn = reference.name().starts_with("arn:");
        match (reference.is_secrets_manager(), is_arn) {
            (true, true) => Self::SecretArn,
            (true, false) => Self::SecretName,
            (false, true) => Self::ParameterArn,
            (false, false) if reference.name().starts_with('/') => Self::ParameterPath,
            (false, false) => Self::ParameterName,
        }
    }

    /// The ARN of the secret with this name.
    fn arn(self, name: Value) -> Value {
        let (service, resource) = match self {
            Self::SecretArn | Self::ParameterArn => return name,
            // The ARN of a secret goes on with six random characters after its name.
            Self::SecretName => ("secretsmanager", "secret:${Name}-??????"),
            Self::ParameterName => ("ssm", "parameter/${Name}"),
            Self::ParameterPath => ("ssm", "parameter${Name}"),
        };
        let own = Value::Map([("Name".to_owned(), name)].into());
        Value::function("Fn::Sub", vec![Value::from(Arn::new(service, resource).to_string()), own])
    }

    fn action(self) -> &'static str {
        match self {
            Self::SecretName | Self::SecretArn => "secretsmanager:GetSecretValue",
            Self::ParameterName | Self::ParameterPath | Self::ParameterArn => "ssm:GetParameter",
        }
    }
}

/// Whether the value of a secret's parameter only says what a function fetches.
pub(crate) fn is_fetched(value: &str) -> bool {
    SecretReference::fetched(value).is_some()
}

impl SettingsSnapshot {
    /// The secrets that functions fetch, by their variables.
    pub(super) fn fetched(&self) -> impl Iterator<Item = (&str, Form)> {
        self.values.iter().filter_map(|(variable, text)| {
            let reference = SecretReference::fetched(text.as_deref()?)?.ok()?;
            Some((variable.as_str(), Form::of(&reference)))
        })
    }

    /// What lets a function read one of its secrets, where it fetches it.
    pub(crate) fn permission(&self, secret: &str) -> Option<Statement> {
        let (variable, form) = self.fetched().find(|(variable, _)| *variable == secret)?;
        let parameter = LogicalId::of_words([parameter_name(variable).as_str()]).reference();
        Some(Statement::allow([form.action()]).on(form.arn(part(&parameter, '|', 2))))
    }
}
