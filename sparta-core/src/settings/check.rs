//! What AWS would refuse in the settings of environments, by themselves and beside one another.

use std::collections::BTreeMap;

use super::{Field, SettingError, SettingsSnapshot};
use crate::{
    contract::OWN_PARAMETERS,
    mistake::{Mistake, Subject},
};

/// What is wrong with the settings of environments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum SettingsMistake {
    #[error(transparent)]
    Variable(SettingError),
    #[error("the value of `{variable}` takes {bytes} bytes, and a parameter can hold 4,096")]
    ValueTooLarge { variable: String, bytes: usize },
    #[error("the setting `{variable}` would be the parameter `{parameter}`, which Sparta uses itself: rename it")]
    Reserved { variable: String, parameter: String },
    #[error(
        "the setting `{variable}` is described with {characters} characters, and CloudFormation allows 4,000: shorten it"
    )]
    Description { variable: String, characters: usize },
    #[error("environment `{environment}` does not define `{variable}`, which `{other}` does: define it in both")]
    Missing { environment: String, variable: String, other: String },
    #[error(
        "environment `{environment}` describes `{variable}` otherwise than `{other}` does: use one settings type for both"
    )]
    Differs { environment: String, variable: String, other: String },
    #[error(
        "environment `{environment}` stores the secret `{variable}` in another way than `{other}`, and one template is for both: \
         let functions fetch it in both or in neither, by name or by ARN"
    )]
    Stored { environment: String, variable: String, other: String },
}

impl From<SettingsMistake> for Mistake {
    fn from(problem: SettingsMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}

/// What is wrong with settings, whatever their values are.
pub(crate) fn check_fields(fields: &[Field]) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = Vec::new();
    for field in fields {
        let variable = || field.variable.clone();
        let parameter = field.parameter_name();
        if OWN_PARAMETERS.contains(&parameter.as_str()) {
            mistakes.push(SettingsMistake::Reserved { variable: variable(), parameter }.into());
        }
        // See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
        let characters = field.description.as_ref().map_or(0, |text| text.chars().count());
        if characters > 4000 {
            mistakes.push(SettingsMistake::Description { variable: variable(), characters }.into());
        }
    }
    mistakes
}

impl SettingsSnapshot {
    /// What is wrong with the settings of one environment.
    pub(crate) fn mistakes(&self) -> Vec<SettingsMistake> {
        let mut mistakes: Vec<SettingsMistake> = self.errors().into_iter().map(SettingsMistake::Variable).collect();
        for (variable, value) in &self.values {
            let bytes = value.as_ref().map_or(0, String::len);
            if bytes > 4096 {
                mistakes.push(SettingsMistake::ValueTooLarge { variable: variable.clone(), bytes });
            }
        }
        mistakes
    }
}

/// Two environments, each with its name, have to define the same settings.
pub(crate) fn check_differences(first: (&str, &SettingsSnapshot), second: (&str, &SettingsSnapshot)) -> Vec<Mistake> {
    let by_variable = |(_, settings): (&str, &SettingsSnapshot)| -> BTreeMap<String, Field> {
        settings.fields.iter().map(|field| (field.variable.clone(), field.clone())).collect()
    };
    let form =
        |settings: &SettingsSnapshot, secret: &str| settings.fetched().find(|(it, _)| *it == secret).map(|it| it.1);
    let settings = (first.1, second.1);
    let (ours, theirs) = (by_variable(first), by_variable(second));
    let (first, second) = (first.0, second.0);
    let missing = |environment: &str, variable: &str, other: &str| SettingsMistake::Missing {
        environment: environment.to_owned(),
        variable: variable.to_owned(),
        other: other.to_owned(),
    };
    let in_second = ours.keys().filter(|it| !theirs.contains_key(*it)).map(|it| missing(second, it, first));
    let in_first = theirs.keys().filter(|it| !ours.contains_key(*it)).map(|it| missing(first, it, second));
    let differs = ours.iter().filter(|(variable, field)| theirs.get(*variable).is_some_and(|other| other != *field));
    let differs = differs.map(|(variable, _)| SettingsMistake::Differs {
        environment: second.to_owned(),
        variable: variable.clone(),
        other: first.to_owned(),
    });
    let stored = ours.keys().filter(|it| theirs.contains_key(*it) && form(settings.0, it) != form(settings.1, it));
    let stored = stored.map(|variable| SettingsMistake::Stored {
        environment: second.to_owned(),
        variable: variable.clone(),
        other: first.to_owned(),
    });
    in_second.chain(in_first).chain(differs).chain(stored).map(Mistake::from).collect()
}
