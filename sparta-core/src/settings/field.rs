//! One setting: its type, its constraints, its check.

use std::fmt;

use serde::Serialize;

use super::error::{Found, SettingError, SettingErrorKind};
use super::reference::SecretReference;
use super::value::SettingValue;

/// One setting: a field of the struct, a Lambda variable and a template parameter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The field, as in `Greeting::message`; `None` for settings without a struct.
    pub name: Option<String>,
    /// The Lambda variable.
    pub variable: String,
    /// The first paragraph of the field's doc comment.
    pub description: Option<String>,
    /// What its text is.
    pub kind: Kind,
    /// Whether an empty text stands for an absent value.
    pub optional: bool,
    /// The text where the variable is not set.
    pub default: Option<String>,
    /// What the value is held to, its type's own limits included.
    pub constraints: Constraints,
}

/// What a setting's text is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Bool,
    /// One of these texts.
    Enum(Vec<String>),
    /// A text that is never shown; in a template always a reference to where it is stored.
    Secret,
}

/// What a value is held to.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Constraints {
    /// The least number.
    pub min: Option<Number>,
    /// The greatest number.
    pub max: Option<Number>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// What the whole text must match.
    pub pattern: Option<Pattern>,
}

/// A bound of a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(f64),
}

/// A regular expression, with the engine that matches it: only a binary that has a pattern carries the engine.
#[derive(Clone, Copy)]
pub struct Pattern {
    text: &'static str,
    matches: fn(&str, &str) -> bool,
}

impl Field {
    /// A field of a struct whose type is `T`.
    pub fn new<T: SettingValue>(name: &str, variable: &str) -> Self {
        Self {
            kind: T::kind(),
            optional: T::optional(),
            constraints: T::constraints(),
            name: Some(name.into()),
            ..Self::untyped(variable)
        }
    }

    /// A text without a field.
    pub fn untyped(variable: &str) -> Self {
        Self {
            name: None,
            variable: variable.into(),
            description: None,
            kind: Kind::String,
            optional: false,
            default: None,
            constraints: Constraints::default(),
        }
    }

    /// Describes the field with the first paragraph of `docs`.
    pub fn description(mut self, docs: &str) -> Self {
        let paragraph = docs.trim().split("\n\n").next().unwrap_or_default();
        let words: Vec<_> = paragraph.split_whitespace().collect();
        self.description = (!words.is_empty()).then(|| words.join(" "));
        self
    }

    /// The value where the variable is not set.
    pub fn default<T: SettingValue>(mut self, value: &T) -> Self {
        self.default = Some(value.to_text());
        self
    }

    /// The least number, where its type does not ask for more.
    pub fn min(mut self, bound: Number) -> Self {
        let of_type = self.constraints.min.filter(|min| min.value() > bound.value());
        self.constraints.min = of_type.or(Some(bound));
        self
    }

    /// The greatest number, where its type does not ask for less.
    pub fn max(mut self, bound: Number) -> Self {
        let of_type = self.constraints.max.filter(|max| max.value() < bound.value());
        self.constraints.max = of_type.or(Some(bound));
        self
    }

    /// The least number of characters.
    pub fn min_length(mut self, characters: usize) -> Self {
        self.constraints.min_length = Some(characters);
        self
    }

    /// The greatest number of characters.
    pub fn max_length(mut self, characters: usize) -> Self {
        self.constraints.max_length = Some(characters);
        self
    }

    /// A regular expression that the whole text must match.
    ///
    /// CloudFormation matches it too, as a Java one. Where Rust's engine cannot read it, only CloudFormation checks it.
    pub fn pattern(mut self, pattern: &'static str) -> Self {
        self.constraints.pattern = Some(Pattern { text: pattern, matches: whole_match });
        self
    }

    /// What its text has to be, in words.
    pub fn expected(&self) -> String {
        let limits = &self.constraints;
        let words = match &self.kind {
            Kind::String => "a text".into(),
            Kind::Secret if limits.min.or(limits.max).is_some() => "a secret number".into(),
            Kind::Secret => "a secret text".into(),
            Kind::Integer => "a whole number".into(),
            Kind::Number => "a number".into(),
            Kind::Bool => "`true` or `false`".into(),
            Kind::Enum(texts) => format!("one of `{}`", texts.join("`, `")),
        };
        [range("from", limits.min, limits.max), range("of", limits.min_length, limits.max_length).map(characters)]
            .into_iter()
            .flatten()
            .chain(limits.pattern.map(|pattern| format!("matching {:?}", pattern.text)))
            .fold(words, |words, limit| format!("{words} {limit}"))
    }

    /// Checks a text against the kind and the constraints, as CloudFormation would.
    ///
    /// # Errors
    ///
    /// What was expected and what was found.
    pub fn check(&self, text: &str) -> Result<(), SettingErrorKind> {
        if (self.optional && text.is_empty()) || (self.kind.takes(text) && self.constraints.take(text)) {
            return Ok(());
        }
        Err(SettingErrorKind::Malformed { expected: self.expected(), found: self.found(text) })
    }

    /// Checks a text that is about to be deployed: [`check`](Self::check), and a secret has to be a reference.
    ///
    /// # Errors
    ///
    /// What was expected and what was found.
    pub fn check_deployed(&self, text: &str) -> Result<(), SettingErrorKind> {
        if self.kind != Kind::Secret || (self.optional && text.is_empty()) {
            return self.check(text);
        }
        SecretReference::parse(text).map(drop).map_err(|error| SettingErrorKind::Malformed {
            expected: error.to_string(),
            found: if SecretReference::looks_like(text) { Found::Text(text.into()) } else { self.found(text) },
        })
    }

    /// The constant that `#[derive(Settings)]` makes of it: `Shop::PAYMENT_KEY` of `Shop::payment_key`.
    pub(crate) fn constant(&self) -> String {
        let path = self.name.as_deref().and_then(|name| name.rsplit_once("::"));
        path.map_or_else(|| self.variable.clone(), |(owner, field)| format!("{owner}::{}", field.to_uppercase()))
    }

    pub(super) fn found(&self, text: &str) -> Found {
        match self.kind {
            Kind::Secret => Found::Hidden(text.chars().count()),
            _ => Found::Text(text.into()),
        }
    }

    pub(crate) fn error(&self, kind: SettingErrorKind) -> SettingError {
        SettingError { variable: self.variable.clone(), field: self.name.clone(), kind }
    }
}

impl Kind {
    fn takes(&self, text: &str) -> bool {
        match self {
            Self::String | Self::Secret => true,
            Self::Integer => text.parse::<i128>().is_ok() || text.parse::<u128>().is_ok(),
            Self::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Bool => matches!(text, "true" | "false"),
            Self::Enum(texts) => texts.iter().any(|allowed| allowed == text),
        }
    }
}

impl Constraints {
    fn take(&self, text: &str) -> bool {
        let length = text.chars().count();
        self.min.is_none_or(|min| min.compare(text).is_some_and(|order| order.is_le()))
            && self.max.is_none_or(|max| max.compare(text).is_some_and(|order| order.is_ge()))
            && self.min_length.is_none_or(|min| length >= min)
            && self.max_length.is_none_or(|max| length <= max)
            && self.pattern.is_none_or(|pattern| (pattern.matches)(pattern.text, text))
    }
}

impl Number {
    /// Compares the bound with a number's text.
    fn compare(self, text: &str) -> Option<std::cmp::Ordering> {
        if let (Self::Integer(bound), Ok(number)) = (self, text.parse::<i128>()) {
            return Some(i128::from(bound).cmp(&number));
        }
        self.value().partial_cmp(&text.parse().ok()?)
    }

    fn value(self) -> f64 {
        match self {
            Self::Integer(bound) => bound as f64,
            Self::Decimal(bound) => bound,
        }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Self::Decimal(number)
    }
}

impl From<Number> for serde_json::Number {
    fn from(number: Number) -> Self {
        match number {
            Number::Integer(number) => number.into(),
            // Literals of a derive are finite.
            Number::Decimal(number) => Self::from_f64(number).unwrap_or_else(|| 0.into()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
        }
    }
}

impl Pattern {
    /// The regular expression.
    pub fn as_str(&self) -> &'static str {
        self.text
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn whole_match(pattern: &str, text: &str) -> bool {
    regex_lite::Regex::new(&format!("^(?:{pattern})$")).map_or(true, |regex| regex.is_match(text))
}

fn range<N: fmt::Display + PartialEq>(from: &str, min: Option<N>, max: Option<N>) -> Option<String> {
    Some(match (min, max) {
        (None, None) => return None,
        (Some(min), None) => format!("of at least {min}"),
        (None, Some(max)) => format!("of at most {max}"),
        (Some(min), Some(max)) if min == max => format!("of exactly {min}"),
        (Some(min), Some(max)) => format!("{from} {min} to {max}"),
    })
}

fn characters(range: String) -> String {
    let plural = if range.ends_with(" 1") { "" } else { "s" };
    format!("{range} character{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_does_not_widen_what_the_type_takes() {
        let field = Field::new::<u8>("A::b", "B1").min((-1).into()).max(1000.into());
        assert_eq!(field.expected(), "a whole number from 0 to 255");
        let field = Field::new::<u8>("A::b", "B1").min(1.into()).max(9.5.into());
        assert_eq!(field.expected(), "a whole number from 1 to 9.5");
        assert!(field.check("9").is_ok() && field.check("10").is_err());
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        let field = Field::new::<i64>("A::b", "B1").max((i64::MAX - 1).into());
        assert!(field.check(&(i64::MAX - 1).to_string()).is_ok());
        assert!(field.check(&i64::MAX.to_string()).is_err());
    }

    #[test]
    fn a_pattern_matches_the_whole_text_in_characters() {
        let field = Field::untyped("B1").pattern("a|ä+").max_length(2);
        for (text, fits) in [("a", true), ("ää", true), ("ääa", false), ("ba", false), ("äää", false)] {
            assert_eq!(field.check(text).is_ok(), fits, "{text}");
        }
        assert!(Field::untyped("B1").pattern("(?=only java reads this)").check("x").is_ok());
    }
}
