//! Intervals.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// An interval: a number from 1 on, and its unit.
///
/// # Example
///
/// ```
/// use sparta_schema::schedule::Rate;
///
/// assert_eq!(Rate::parse("12 hours").unwrap().to_string(), "12 hours");
/// assert_eq!(Rate::parse("1 hours").unwrap_err().to_string(), "`1 hours` must be `1 hour`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    number: u64,
    unit: Unit,
}

/// The unit of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Minutes, the shortest.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
}

/// Why a text is no interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateError {
    /// It is not a number and a unit.
    Form(String),
    /// The number is none from 1 on.
    Number(String),
    /// The unit is none of the three.
    Unit(String),
    /// The unit has an `s` too many or lacks it; what it must be comes with it.
    Plural(String, Rate),
}

impl Rate {
    /// Reads a number and a unit, without the word `rate`.
    ///
    /// # Errors
    ///
    /// What is wrong, with what was probably meant.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let parts: Vec<_> = text.split_whitespace().collect();
        let [number, word] = parts.as_slice() else { return Err(RateError::Form(text.to_owned())) };
        let number = number.parse().ok().filter(|it| *it > 0).ok_or_else(|| RateError::Number(text.to_owned()))?;
        let unit = [Unit::Minute, Unit::Hour, Unit::Day]
            .into_iter()
            .find(|it| word.strip_suffix('s').unwrap_or(word) == it.name());
        let rate = Self { number, unit: unit.ok_or_else(|| RateError::Unit(text.to_owned()))? };
        if word.ends_with('s') == (number > 1) { Ok(rate) } else { Err(RateError::Plural(text.to_owned(), rate)) }
    }

    /// An interval in the largest unit that fits; `None` unless it is a whole number of minutes from 1 on.
    pub fn every(duration: Duration) -> Option<Self> {
        let minutes = duration.as_secs() / 60;
        let is_whole = Duration::from_secs(minutes * 60) == duration && minutes > 0;
        let (number, unit) = match minutes {
            it if it % (24 * 60) == 0 => (it / (24 * 60), Unit::Day),
            it if it % 60 == 0 => (it / 60, Unit::Hour),
            it => (it, Unit::Minute),
        };
        is_whole.then_some(Self { number, unit })
    }

    /// How many units.
    pub fn number(self) -> u64 {
        self.number
    }

    /// The unit.
    pub fn unit(self) -> Unit {
        self.unit
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.number, self.unit.name(), if self.number == 1 { "" } else { "s" })
    }
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(f, "`{text}` must be a number and a unit, such as `5 minutes`"),
            Self::Number(text) => write!(f, "`{text}` must have a whole number from 1 on"),
            Self::Unit(text) => write!(f, "`{text}` must be of `minutes`, `hours` or `days`; `cron` has other times"),
            Self::Plural(text, rate) => write!(f, "`{text}` must be `{rate}`"),
        }
    }
}

impl Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_in_the_largest_unit_that_fits() {
        let said = |seconds| Rate::every(Duration::from_secs(seconds)).map(|it| it.to_string());
        for (minutes, text) in [(1, "1 minute"), (5, "5 minutes"), (60, "1 hour"), (48 * 60, "2 days")] {
            assert_eq!(said(minutes * 60).as_deref(), Some(text));
        }
        assert_eq!([said(0), said(30), said(90)], [None, None, None]);
        assert_eq!(Rate::every(Duration::from_millis(60_500)), None);
    }

    #[test]
    fn one_is_singular_and_others_are_plural() {
        for right in ["1 minute", "1 hour", "1 day", "2 minutes", "48 hours", "365 days"] {
            assert_eq!(Rate::parse(right).unwrap().to_string(), right);
        }
        for (wrong, message) in [
            ("1 minutes", "`1 minutes` must be `1 minute`"),
            ("5 minute", "`5 minute` must be `5 minutes`"),
            ("0 minutes", "`0 minutes` must have a whole number from 1 on"),
            ("1.5 hours", "`1.5 hours` must have a whole number from 1 on"),
            ("5", "`5` must be a number and a unit, such as `5 minutes`"),
            ("30 seconds", "`30 seconds` must be of `minutes`, `hours` or `days`; `cron` has other times"),
        ] {
            assert_eq!(Rate::parse(wrong).unwrap_err().to_string(), message);
        }
    }
}
