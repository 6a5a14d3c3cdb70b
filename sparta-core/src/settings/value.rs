//! The types that a setting can have.

use std::borrow::Cow;
use std::num::NonZero;

use super::error::SettingErrorKind;
use super::field::{Constraints, Field, Kind};

/// A type that a setting can have: it is written to a variable as text, and read from it.
///
/// Implemented for texts, numbers, booleans, `Option`s and [`Secret`](super::Secret)s of them, and by
/// `#[derive(Settings)]` for enums without data.
///
/// # Example
///
/// ```
/// use sparta_core::settings::{Expected, Kind, SettingValue};
///
/// struct Percent(f64);
///
/// impl SettingValue for Percent {
///     fn kind() -> Kind {
///         Kind::String
///     }
///
///     fn to_text(&self) -> String {
///         format!("{}%", self.0)
///     }
///
///     fn from_text(text: &str) -> Result<Self, Expected> {
///         let number = text.strip_suffix('%').and_then(|number| number.parse().ok());
///         number.map(Self).ok_or(Expected::new("a number followed by %"))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a setting",
    note = "settings are texts, numbers, booleans, enums with `#[derive(Settings)]`, and `Option` or `Secret` of these",
    note = "implement `SettingValue` for a type of your own"
)]
pub trait SettingValue: Sized {
    /// What its text is.
    fn kind() -> Kind;

    /// What every value of the type is held to; nothing by default.
    fn constraints() -> Constraints {
        Constraints::default()
    }

    /// Whether the empty text stands for an absent value; only for `Option`.
    fn optional() -> bool {
        false
    }

    /// The value as the variable's text.
    fn to_text(&self) -> String;

    /// Reads the variable's text.
    ///
    /// # Errors
    ///
    /// What the text should have been.
    fn from_text(text: &str) -> Result<Self, Expected>;

    /// What takes the place of a value that the variable's text is not; only for `Secret`, of which there may be no variable, or
    /// one that says where it is.
    #[doc(hidden)]
    fn elsewhere(field: &Field, text: Option<&str>) -> Option<Result<Self, SettingErrorKind>> {
        _ = (field, text);
        None
    }
}

/// What a text should have been, in words: "a whole number".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(pub(super) Cow<'static, str>);

impl Expected {
    /// Words that fit behind "expected".
    pub fn new(words: impl Into<Cow<'static, str>>) -> Self {
        Self(words.into())
    }
}

/// A type that `min` and `max` apply to.
#[diagnostic::on_unimplemented(message = "`min` and `max` need a number, `{Self}` is none")]
pub trait NumericSetting: SettingValue {}

/// A type that `min_length`, `max_length` and `pattern` apply to.
#[diagnostic::on_unimplemented(message = "`min_length`, `max_length` and `pattern` need a text, `{Self}` is none")]
pub trait TextSetting: SettingValue {}

/// A type whose [`Setting`](super::Setting) is a value of the template: all but secrets, whose reference CloudFormation
/// resolves in few places, and an `Option`, which a template does not have.
///
/// A type of your own needs `impl PlainSetting for Percent {}`.
#[diagnostic::on_unimplemented(
    message = "a setting of the type `{Self}` is no value of a template",
    note = "a `Secret` is nowhere in the template, and an `Option` may be absent",
    note = "implement `PlainSetting` for a type of your own"
)]
pub trait PlainSetting: SettingValue {}

impl SettingValue for String {
    fn kind() -> Kind {
        Kind::String
    }

    fn to_text(&self) -> String {
        self.clone()
    }

    fn from_text(text: &str) -> Result<Self, Expected> {
        Ok(text.to_owned())
    }
}

impl TextSetting for String {}
impl PlainSetting for String {}

impl SettingValue for char {
    fn kind() -> Kind {
        Kind::String
    }

    fn constraints() -> Constraints {
        Constraints { min_length: Some(1), max_length: Some(1), ..Default::default() }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().map_err(|_| Expected::new("one character"))
    }
}

impl PlainSetting for char {}

impl SettingValue for bool {
    fn kind() -> Kind {
        Kind::Bool
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().map_err(|_| Expected::new("`true` or `false`"))
    }
}

impl PlainSetting for bool {}

impl<T: SettingValue> SettingValue for Option<T> {
    fn kind() -> Kind {
        T::kind()
    }

    fn constraints() -> Constraints {
        T::constraints()
    }

    fn optional() -> bool {
        true
    }

    fn to_text(&self) -> String {
        self.as_ref().map(T::to_text).unwrap_or_default()
    }

    fn from_text(text: &str) -> Result<Self, Expected> {
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }

    fn elsewhere(field: &Field, text: Option<&str>) -> Option<Result<Self, SettingErrorKind>> {
        T::elsewhere(field, text).map(|found| found.map(Some))
    }
}

impl<T: NumericSetting> NumericSetting for Option<T> {}
impl<T: TextSetting> TextSetting for Option<T> {}

macro_rules! integers {
    ($($type:ty: $min:expr, $max:expr;)*) => {$(
        impl SettingValue for $type {
            fn kind() -> Kind {
                Kind::Integer
            }

            fn constraints() -> Constraints {
                let (min, max): (Option<i64>, Option<i64>) = ($min, $max);
                Constraints { min: min.map(Into::into), max: max.map(Into::into), ..Default::default() }
            }

            fn to_text(&self) -> String {
                self.to_string()
            }

            fn from_text(text: &str) -> Result<Self, Expected> {
                text.parse().map_err(|_| Expected(format!("a whole number from {} to {}", <$type>::MIN, <$type>::MAX).into()))
            }
        }

        impl NumericSetting for $type {}
        impl PlainSetting for $type {}
    )*};
}

// CloudFormation compares bounds as doubles, so that those of 64 bits and more are left to Rust.
integers! {
    u8: Some(0), Some(u8::MAX.into());
    u16: Some(0), Some(u16::MAX.into());
    u32: Some(0), Some(u32::MAX.into());
    u64: Some(0), None;
    u128: Some(0), None;
    usize: Some(0), None;
    i8: Some(i8::MIN.into()), Some(i8::MAX.into());
    i16: Some(i16::MIN.into()), Some(i16::MAX.into());
    i32: Some(i32::MIN.into()), Some(i32::MAX.into());
    i64: None, None;
    i128: None, None;
    isize: None, None;
    NonZero<u8>: Some(1), Some(u8::MAX.into());
    NonZero<u16>: Some(1), Some(u16::MAX.into());
    NonZero<u32>: Some(1), Some(u32::MAX.into());
    NonZero<u64>: Some(1), None;
    NonZero<usize>: Some(1), None;
}

macro_rules! floats {
    ($($type:ty)*) => {$(
        impl SettingValue for $type {
            fn kind() -> Kind {
                Kind::Number
            }

            fn to_text(&self) -> String {
                self.to_string()
            }

            fn from_text(text: &str) -> Result<Self, Expected> {
                let number = text.parse::<$type>().ok();

                number.filter(|number| number.is_finite()).ok_or(Expected::new("a number"))
            }
        }

        impl NumericSetting for $type {}
        impl PlainSetting for $type {}
    )*};
}

floats! { f32 f64 }
