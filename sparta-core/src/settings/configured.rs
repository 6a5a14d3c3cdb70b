//! A value that is the same in every environment, or a setting.

use super::{Setting, SettingsSnapshot, parameter_name};
use crate::cfn::{LogicalId, Value};

/// A value, or the setting that has it in each environment.
///
/// Options of functions take it: `.memory(Memory::mb(256))`, and `.memory(Links::MEMORY)` for a field `memory: u32` of the
/// settings. The value of each environment is held to the same bounds.
#[derive(Clone, Debug)]
pub struct Configured<T>(Inner<T>);

#[derive(Clone, Debug)]
enum Inner<T> {
    Value(T),
    Setting { variable: &'static str, of: fn(u64) -> T, values: Vec<InEnvironment<T>> },
}

/// What one environment sets.
#[derive(Clone, Debug)]
pub(crate) struct InEnvironment<T> {
    pub(crate) environment: String,
    pub(crate) variable: &'static str,
    pub(crate) value: T,
}

impl<T: Copy> Configured<T> {
    /// A setting that is a number, of which `of` makes the value.
    pub(crate) fn setting<S>(setting: Setting<S>, of: fn(u64) -> T) -> Self {
        Self(Inner::Setting { variable: setting.variable(), of, values: Vec::new() })
    }

    /// Looks up what each environment sets.
    pub(crate) fn resolve<'e>(&mut self, environments: impl Iterator<Item = (&'e str, &'e SettingsSnapshot)>) {
        let Inner::Setting { variable, of, values } = &mut self.0 else { return };
        let set = |settings: &SettingsSnapshot| {
            let (_, text) = settings.values.iter().find(|(name, _)| name == *variable)?;
            text.as_ref()?.parse().ok()
        };
        let found = environments.filter_map(|(name, settings)| {
            let value = of(set(settings)?);
            Some(InEnvironment { environment: name.to_owned(), variable, value })
        });
        *values = found.collect();
    }

    /// The value, where it is the same in every environment.
    pub(crate) fn fixed(&self) -> Option<T> {
        match &self.0 {
            Inner::Value(value) => Some(*value),
            Inner::Setting { .. } => None,
        }
    }

    /// What each environment sets, where that is a setting.
    pub(crate) fn environments(&self) -> &[InEnvironment<T>] {
        match &self.0 {
            Inner::Value(_) => &[],
            Inner::Setting { values, .. } => values,
        }
    }

    /// The variable of the setting that has it.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        match &self.0 {
            Inner::Value(_) => None,
            Inner::Setting { variable, .. } => Some(variable),
        }
    }

    /// Every value that it has somewhere.
    pub(crate) fn values(&self) -> impl Iterator<Item = T> {
        self.fixed().into_iter().chain(self.environments().iter().map(|it| it.value))
    }

    /// What stands for it in the template.
    pub(crate) fn to_value(&self, number: impl FnOnce(T) -> Value) -> Value {
        match &self.0 {
            Inner::Value(value) => number(*value),
            Inner::Setting { variable, .. } => LogicalId::of_words([parameter_name(variable).as_str()]).reference(),
        }
    }
}

impl<T> From<T> for Configured<T> {
    fn from(value: T) -> Self {
        Self(Inner::Value(value))
    }
}

/// Lets settings that are whole numbers stand for a type of which `$of` makes one.
macro_rules! configured_by_numbers {
    ($type:ty, $of:expr) => {
        $crate::settings::configured_by_numbers!($type, $of, u8 u16 u32 u64);
    };
    ($type:ty, $of:expr, $($number:ty)*) => {$(
        impl From<$crate::settings::Setting<$number>> for $crate::settings::Configured<$type> {
            fn from(setting: $crate::settings::Setting<$number>) -> Self {
                Self::setting(setting, $of)
            }
        }
    )*};
}
pub(crate) use configured_by_numbers;

configured_by_numbers!(u32, |number| u32::try_from(number).unwrap_or(u32::MAX));
