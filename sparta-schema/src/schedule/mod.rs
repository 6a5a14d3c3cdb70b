//! AWS's schedules: what EventBridge, EventBridge Scheduler and CodePipeline read.
//!
//! See <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>. Nothing here knows what day it is: an
//! expression is right or wrong by its form.

mod cron;
mod field;
mod rate;
mod time;

pub use cron::{Cron, CronError};
pub use field::Field;
pub use rate::{Rate, RateError, Unit};
pub use time::{At, AtError, ZoneError, known_zone, zone, zones};

use std::error::Error;
use std::fmt;

/// A whole schedule expression: `cron(...)`, `rate(...)` or `at(...)`.
///
/// # Example
///
/// ```
/// use sparta_schema::schedule::Schedule;
///
/// assert!(matches!(Schedule::parse("cron(0 8 ? * MON-FRI *)"), Ok(Schedule::Cron(_))));
/// let error = Schedule::parse("cron(0 8 ? * 0 *)").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`0` in `0 8 ? * 0 *`: days of the week are 1 (SUN) to 7 (SAT); write `1` or `SUN` for Sunday"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At the times of six fields.
    Cron(Cron),
    /// At intervals.
    Rate(Rate),
    /// Once, which EventBridge Scheduler alone does.
    At(At),
}

/// Why a text is no schedule expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// It is neither of the three.
    Form(String),
    /// The fields are wrong.
    Cron(CronError),
    /// The interval is wrong.
    Rate(RateError),
    /// The time is wrong.
    At(AtError),
}

impl Schedule {
    /// Reads an expression with its word and parentheses.
    ///
    /// # Errors
    ///
    /// What is wrong, with what was probably meant.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let inside = |word: &str| text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(fields) = inside("cron") {
            return Cron::parse(fields).map(Self::Cron).map_err(ScheduleError::Cron);
        }
        if let Some(rate) = inside("rate") {
            return Rate::parse(rate).map(Self::Rate).map_err(ScheduleError::Rate);
        }
        if let Some(at) = inside("at") {
            return At::parse(at).map(Self::At).map_err(ScheduleError::At);
        }
        Err(ScheduleError::Form(text.to_owned()))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron(it) => write!(f, "cron({it})"),
            Self::Rate(it) => write!(f, "rate({it})"),
            Self::At(it) => write!(f, "at({it})"),
        }
    }
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => {
                write!(f, "`{text}` is neither `cron(...)` nor `rate(...)`, in these words and parentheses")
            }
            Self::Cron(error) => error.fmt(f),
            Self::Rate(error) => error.fmt(f),
            Self::At(error) => error.fmt(f),
        }
    }
}

impl Error for ScheduleError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Form(_) => None,
            Self::Cron(error) => Some(error),
            Self::Rate(error) => Some(error),
            Self::At(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_written_as_it_was_read() {
        for text in ["cron(0 8 ? * MON-FRI *)", "rate(1 minute)", "rate(12 hours)", "at(2030-01-31T08:00:00)"] {
            assert_eq!(Schedule::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_expressions() {
        for text in
            ["", "0 8 * * ? *", "cron 0 8 * * ? *", "cron(0 8 * * ? *", "every(5 minutes)", "Rate(1 day)", "rate()"]
        {
            assert!(Schedule::parse(text).is_err(), "{text}");
        }
    }
}
