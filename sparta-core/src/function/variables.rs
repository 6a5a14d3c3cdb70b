//! The check of a function's variables, which share their space with the environments' settings.

use super::FunctionSpec;
use crate::{
    Environment,
    construct::Grant,
    contract::STORED_SETTINGS,
    mistake::Mistake,
    settings::{Field, Kind, SettingsSnapshot, Stored, VariableNameError, check_variable_name},
};

/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const MAX_BYTES: usize = 4096;

/// What to do about variables that take more.
const REMEDY: &str = if cfg!(feature = "fetch") {
    "there is no room even where settings are read from Parameter Store, which is done for those of a struct: keep large values in \
     files, `App::file`, or in S3"
} else {
    "keep large values in files, `App::file`, or in S3, or add the feature `fetch` of sparta-lambda, with which functions read \
     what is too large of a struct's settings from Parameter Store"
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
    #[error("`{STORED_SETTINGS}` is a variable of Sparta's own: call it otherwise")]
    Own,
    #[error("its variables take {bytes} bytes in environment `{environment}`, and Lambda allows 4,096: {REMEDY}")]
    TooLarge { environment: String, bytes: usize },
}

impl FunctionSpec {
    /// What Lambda would refuse of its variables. They and the settings of an environment share 4 KB.
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
            if variable == STORED_SETTINGS {
                mistakes.push(self.mistake(VariableMistake::Own));
            }
            if settings.iter().any(|field| field.variable == *variable) {
                mistakes.push(self.mistake(VariableMistake::IsSetting(variable.clone())));
            }
        }
        let own = self.own_size();
        let none = [Environment::new("none", ())];
        let environments = if environments.is_empty() { &none } else { environments };
        for environment in environments {
            let bytes = own + self.settings_size(environment.settings(), &environment.stored);
            if bytes > MAX_BYTES {
                let environment = environment.name().to_owned();
                mistakes.push(self.mistake(VariableMistake::TooLarge { environment, bytes }));
            }
        }
        mistakes
    }

    /// Whether Lambda has room for its variables when these settings are stored elsewhere.
    pub(crate) fn has_room(&self, settings: &SettingsSnapshot, stored: &Stored) -> bool {
        self.own_size() + self.settings_size(settings, stored) <= MAX_BYTES
    }

    /// How many bytes its own variables take, those of values apart that only AWS knows.
    fn own_size(&self) -> usize {
        let of_constructs = Grant::variables(&self.uses);
        let own = self.variables.iter().chain(&of_constructs);
        own.map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum()
    }

    /// How many bytes the variables take that settings are.
    fn settings_size(&self, settings: &SettingsSnapshot, stored: &Stored) -> usize {
        let settings = settings.fields.iter().zip(&settings.values);
        let settings = settings.filter(|(field, _)| self.has_variable_of(field, stored));
        let size = |(name, value): &(String, Option<String>)| name.len() + value.as_ref().map_or(0, String::len);
        settings.map(|(_, value)| size(value)).sum::<usize>() + stored.bytes()
    }

    /// Whether a setting is a variable of it: every one that is not stored elsewhere, but of secrets those that it uses.
    pub(super) fn has_variable_of(&self, field: &Field, stored: &Stored) -> bool {
        let is_used = || self.secrets().any(|secret| secret == field.variable);
        !stored.has(&field.variable) && (field.kind != Kind::Secret || is_used())
    }
}
