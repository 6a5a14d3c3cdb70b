//! The settings of one environment, without their type.

use std::collections::BTreeMap;

use super::Settings;
use super::error::{SettingError, SettingErrorKind, SettingsError};
use super::field::Field;
use super::parameter::parameter_name;
use super::variable::check_variable_name;

/// What an environment can be given as its settings: a struct with `#[derive(Settings)]`, pairs of variable and text, or
/// `()` for none.
pub trait EnvironmentSettings {
    /// The settings without their type.
    fn snapshot(self) -> SettingsSnapshot;
}

/// The settings of one environment, without their type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SettingsSnapshot {
    /// The settings in the order of their declaration.
    pub fields: Vec<Field>,
    /// The text of each; `None` for an `Option` that is absent.
    pub values: Vec<(String, Option<String>)>,
    /// Reads the settings from variables to see whether they are all there; `None` if they have no type.
    pub check: Option<Check>,
}

/// Checks the variables that a getter finds.
pub type Check = fn(&dyn Fn(&str) -> Option<String>) -> Result<(), SettingsError>;

impl SettingsSnapshot {
    /// Everything that Lambda or CloudFormation would refuse, or read back as something else.
    pub fn errors(&self) -> Vec<SettingError> {
        let mut parameters = BTreeMap::new();
        let names = self.fields.iter().filter_map(|field| Some(field.error(name_mistake(field, &mut parameters)?)));
        let mut errors: Vec<_> = names.collect();
        for (field, (_, text)) in self.fields.iter().zip(&self.values) {
            let texts = [text, &field.default].into_iter().flatten();
            errors.extend(texts.filter_map(|text| Some(field.error(field.check_deployed(text).err()?))));
        }
        errors
    }

    /// Checks that a process has all of them: the types' own check, or for pairs that each variable is set.
    ///
    /// # Errors
    ///
    /// All variables that are missing or malformed.
    pub fn check(&self, get: &dyn Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
        if let Some(check) = self.check {
            return check(get);
        }
        let missing = self.fields.iter().filter(|field| get(&field.variable).is_none());
        SettingsError::check(
            missing.map(|field| field.error(SettingErrorKind::Missing { expected: field.expected() })).collect(),
        )
    }

    fn untyped<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let values: Vec<_> = pairs.into_iter().map(|(variable, text)| (variable.into(), Some(text.into()))).collect();
        Self { fields: values.iter().map(|(variable, _)| Field::untyped(variable)).collect(), values, check: None }
    }
}

fn name_mistake<'a>(field: &'a Field, parameters: &mut BTreeMap<String, &'a str>) -> Option<SettingErrorKind> {
    if let Err(error) = check_variable_name(&field.variable) {
        return Some(error.into());
    }
    let parameter = parameter_name(&field.variable);
    match parameters.get(&parameter) {
        Some(other) if *other == field.variable => Some(SettingErrorKind::Duplicate),
        Some(other) => Some(SettingErrorKind::SameParameter { other: (*other).to_owned(), parameter }),
        None => {
            parameters.insert(parameter, &field.variable);
            None
        }
    }
}

impl<S: Settings> EnvironmentSettings for S {
    fn snapshot(self) -> SettingsSnapshot {
        SettingsSnapshot { fields: S::fields(), values: self.values(), check: Some(|get| S::read(get).map(drop)) }
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> EnvironmentSettings for [(K, V); N] {
    fn snapshot(self) -> SettingsSnapshot {
        SettingsSnapshot::untyped(self)
    }
}

impl<K: Into<String>, V: Into<String>> EnvironmentSettings for Vec<(K, V)> {
    fn snapshot(self) -> SettingsSnapshot {
        SettingsSnapshot::untyped(self)
    }
}

impl<K: Into<String>, V: Into<String>> EnvironmentSettings for BTreeMap<K, V> {
    fn snapshot(self) -> SettingsSnapshot {
        SettingsSnapshot::untyped(self)
    }
}

impl EnvironmentSettings for () {
    fn snapshot(self) -> SettingsSnapshot {
        SettingsSnapshot::untyped::<String, String>([])
    }
}
