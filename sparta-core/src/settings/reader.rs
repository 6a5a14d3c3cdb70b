use super::error::{Mistake, Problem, SettingsError};
use super::field::{Field, Kind};
use super::secret::SecretReference;
use super::value::SettingValue;

/// Reads fields one after the other and keeps what is wrong with them; what `#[derive(Settings)]` is made of.
pub struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of the variables that `get` finds.
    pub fn new(get: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { get, problems: Vec::new() }
    }

    /// The value of a field; `None`, and a problem, if there is none.
    pub fn read<T: SettingValue>(&mut self, field: &Field, default: Option<fn() -> T>) -> Option<T> {
        let text = match ((self.get)(&field.variable), default) {
            (Some(text), _) => text,
            (None, Some(default)) if field.kind != Kind::Secret => return Some(default()),
            (None, _) if field.optional => String::new(),
            (None, _) => {
                self.problems.push(field.problem(Mistake::Missing { expected: field.expected() }));
                return None;
            }
        };
        parse(field, &text).map_err(|mistake| self.problems.push(field.problem(mistake))).ok()
    }

    /// Everything that was wrong.
    pub fn into_error(self) -> SettingsError {
        SettingsError::new(self.problems)
    }
}

fn parse<T: SettingValue>(field: &Field, text: &str) -> Result<T, Mistake> {
    if field.kind == Kind::Secret && SecretReference::looks_like(text) {
        return Err(Mistake::Unresolved { reference: text.to_owned() });
    }
    field.check(text)?;
    T::from_text(text)
        .map_err(|expected| Mistake::Malformed { expected: expected.0.into_owned(), found: field.found(text) })
}

/// The text of a value as [`Settings::values`](super::Settings::values) has it.
#[doc(hidden)]
pub fn text<T: SettingValue>(value: &T) -> Option<String> {
    let text = value.to_text();
    (!T::optional() || !text.is_empty()).then_some(text)
}
