//! Reads settings from variables.

use super::error::{SettingError, SettingErrorKind, SettingsError};
use super::field::{Field, Kind};
use super::reference::SecretReference;
use super::value::SettingValue;

/// Reads fields one after the other and collects their errors; what `#[derive(Settings)]` is made of.
pub struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<SettingError>,
}

impl<'a> Reader<'a> {
    /// A reader of the variables that `get` finds.
    pub fn new(get: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { get, errors: Vec::new() }
    }

    /// The value of a field; `None`, and an error, if there is none.
    pub fn read<T: SettingValue>(&mut self, field: &Field, default: Option<fn() -> T>) -> Option<T> {
        let text = (self.get)(&field.variable);
        if let Some(elsewhere) = T::elsewhere(field, text.as_deref()) {
            return elsewhere.map_err(|kind| self.errors.push(field.error(kind))).ok();
        }
        let text = match (text, default) {
            (Some(text), _) => text,
            (None, Some(default)) if field.kind != Kind::Secret => return Some(default()),
            (None, _) if field.optional => String::new(),
            (None, _) => {
                self.errors.push(field.error(SettingErrorKind::Missing { expected: field.expected() }));
                return None;
            }
        };
        parse(field, &text).map_err(|kind| self.errors.push(field.error(kind))).ok()
    }

    /// Everything that was wrong.
    pub fn into_error(self) -> SettingsError {
        SettingsError::new(self.errors)
    }
}

/// Reads the text of a field.
pub(crate) fn parse<T: SettingValue>(field: &Field, text: &str) -> Result<T, SettingErrorKind> {
    if field.kind == Kind::Secret && SecretReference::looks_like(text) {
        return Err(SettingErrorKind::Unresolved { reference: text.to_owned() });
    }
    field.check(text)?;
    T::from_text(text)
        .map_err(|expected| SettingErrorKind::Malformed { expected: expected.0.into_owned(), found: field.found(text) })
}

/// The text of a value as [`Settings::values`](super::Settings::values) has it.
#[doc(hidden)]
pub fn text<T: SettingValue>(value: &T) -> Option<String> {
    let text = value.to_text();
    (!T::optional() || !text.is_empty()).then_some(text)
}
