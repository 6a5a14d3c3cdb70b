//! The check of a function's variables, which share their space with the environments' settings.

use super::FunctionSpec;
use crate::{
    Environment,
    construct::Grant,
    mistake::Mistake,
    settings::{Field, Kind, VariableNameError, check_variable_name},
};

/// What is wrong with the variables of a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum VariableMistake {
    #[error("{variable}: {error}")]
    Name { variable: String, error: VariableNameError },
    #[error("the variable `{0}` is one of the environments' settings too: rename one")]
    IsSetting(String),
    #[error("the variable `{0}` has the name of a construct that it uses: call it otherwise")]
    IsConstruct(String),
    #[error(
        "it uses the secret `{0}`, which is none of the environments' settings: give the environments settings of the struct \
         whose constant it uses"
    )]
    NoSecret(String),
    #[error(
        "its variables take {bytes} bytes in environment `{environment}`, and Lambda allows 4,096: keep large values elsewhere, in S3 or Parameter Store"
    )]
    TooLarge { environment: String, bytes: usize },
}

impl FunctionSpec {
    /// What Lambda would refuse of its variables. They and the settings of an environment share 4 KB.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
    pub(crate) fn check_variables(&self, settings: &[Field], environments: &[Environment]) -> Vec<Mistake> {
        let is_secret = |variable: &str| settings.iter().any(|it| it.kind == Kind::Secret && it.variable == variable);
        let unknown = self.secrets().filter(|variable| !is_secret(variable));
        let unknown = unknown.map(|variable| self.mistake(VariableMistake::NoSecret(variable.to_owned())));
        let mut mistakes: Vec<Mistake> = unknown.collect();
        let of_constructs = Grant::variables(&self.uses);
        let twice = self.variables.keys().filter(|variable| of_constructs.contains_key(*variable)).cloned();
        mistakes.extend(twice.map(|variable| self.mistake(VariableMistake::IsConstruct(variable))));
        for variable in self.variables.keys().chain(of_constructs.keys()) {
            if let Err(error) = check_variable_name(variable) {
                mistakes.push(self.mistake(VariableMistake::Name { variable: variable.clone(), error }));
            }
            if settings.iter().any(|field| field.variable == *variable) {
                mistakes.push(self.mistake(VariableMistake::IsSetting(variable.clone())));
            }
        }
        let own = self
            .variables
            .iter()
            .chain(&of_constructs)
            .map(|(name, value)| name.len() + value.as_str().map_or(0, str::len));
        let own: usize = own.sum();
        let none = [Environment::new("none", ())];
        let environments = if environments.is_empty() { &none } else { environments };
        for environment in environments {
            let settings = environment.settings();
            let values = settings.fields.iter().zip(&settings.values).filter(|(field, _)| self.has_variable_of(field));
            let size = |(name, value): &(String, Option<String>)| name.len() + value.as_ref().map_or(0, String::len);
            let settings: usize = values.map(|(_, value)| size(value)).sum();
            let bytes = own + settings;
            if bytes > 4096 {
                let environment = environment.name().to_owned();
                mistakes.push(self.mistake(VariableMistake::TooLarge { environment, bytes }));
            }
        }
        mistakes
    }

    /// Whether a setting is a variable of it: every one, but of secrets those that it uses.
    pub(super) fn has_variable_of(&self, field: &Field) -> bool {
        field.kind != Kind::Secret || self.secrets().any(|secret| secret == field.variable)
    }
}
