//! Cron expressions as AWS reads them.

use std::error::Error;
use std::fmt;

use super::Field;

/// A cron expression of AWS: minutes, hours, day of the month, month, day of the week, year.
///
/// It is not Unix's: there is a year, one of the two days is `?`, and the days of the week count from 1, Sunday.
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.
///
/// # Example
///
/// ```
/// use sparta_schema::schedule::Cron;
///
/// let weekdays = Cron::parse("0 8  ? * MON-FRI *").unwrap();
/// assert_eq!(weekdays.to_string(), "0 8 ? * MON-FRI *");
/// assert_eq!(
///     Cron::parse("0 25 * * ? *").unwrap_err().to_string(),
///     "`25` in `0 25 * * ? *`: hours are 0 to 23"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cron(String);

/// Why a text is no cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CronError {
    /// There are too few or too many fields.
    Fields {
        /// What was written.
        text: String,
        /// How many fields it has.
        found: usize,
        /// The fields that it should have.
        expected: &'static str,
    },
    /// A part of a field is wrong.
    Value {
        /// What was written.
        text: String,
        /// The part.
        part: String,
        /// The field.
        field: Field,
        /// What it can be, and what was probably meant.
        meant: String,
    },
    /// Not one of the two days is `?`.
    Days(String),
}

const FIELDS: [Field; 6] = [Field::Minute, Field::Hour, Field::DayOfMonth, Field::Month, Field::DayOfWeek, Field::Year];

impl Cron {
    /// Reads six fields, without the word `cron`.
    ///
    /// # Errors
    ///
    /// What is wrong, with what was probably meant.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let parts: Vec<_> = text.split_whitespace().collect();
        if parts.len() != FIELDS.len() {
            let expected = "minutes hours day-of-month month day-of-week year";
            return Err(CronError::Fields { text: text.to_owned(), found: parts.len(), expected });
        }
        Self::of(text, &parts, FIELDS)
    }

    /// Reads seconds, the fields of [`parse`](Self::parse) and perhaps no year: what CodePipeline calls a window.
    ///
    /// # Errors
    ///
    /// What is wrong, with what was probably meant.
    pub fn parse_with_seconds(text: &str) -> Result<Self, CronError> {
        let parts: Vec<_> = text.split_whitespace().collect();
        if !(6..=7).contains(&parts.len()) {
            let expected = "seconds minutes hours day-of-month month day-of-week";
            return Err(CronError::Fields { text: text.to_owned(), found: parts.len(), expected });
        }
        Self::of(text, &parts, [Field::Second].into_iter().chain(FIELDS))
    }

    fn of(text: &str, parts: &[&str], fields: impl IntoIterator<Item = Field>) -> Result<Self, CronError> {
        let mut marks = 0;
        for (field, value) in fields.into_iter().zip(parts) {
            marks += usize::from(*value == "?");
            field.check(value).map_err(|(part, meant)| CronError::Value {
                text: text.to_owned(),
                part,
                field,
                meant,
            })?;
        }
        if marks == 1 { Ok(Self(parts.join(" "))) } else { Err(CronError::Days(text.to_owned())) }
    }

    /// The fields, with one space between two.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { text, found, expected } => {
                let unix =
                    if *found == 5 { "; AWS has a field more than Unix, and `?` for one of the days" } else { "" };
                write!(f, "`{text}` must have the fields `{expected}`, not {found}{unix}")
            }
            Self::Value { text, part, meant, .. } => write!(f, "`{part}` in `{text}`: {meant}"),
            Self::Days(text) => write!(
                f,
                "`{text}` must have `?` for the day of the month or the day of the week, and a value for the other"
            ),
        }
    }
}

impl Error for CronError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_documents_show_is_right() {
        for right in [
            "0 10 * * ? *",
            "15 12 * * ? *",
            "0 18 ? * MON-FRI *",
            "0 8 1 * ? *",
            "0/15 * * * ? *",
            "0/5 8-17 ? * MON-FRI *",
            "0/30 20-2 ? * MON-FRI *",
            "0 9 ? * 2#1 *",
            "0 8 ? * 6L *",
            "0 8 ? * FRIL *",
            "0 8 ? * 3#2 *",
            "0 8 15W * ? *",
            "0 8 L * ? *",
            "0 8 LW * ? *",
            "0 8 L-3 JAN,jul ? 2030-2035",
            "0,30 0,12 1-7 1/3 ? 2030/2",
            "*/10 * ? * SUN,SAT *",
            "0 8 ? * L *",
            "\t0  8 * * ?\n*",
        ] {
            assert!(Cron::parse(right).is_ok(), "{right}: {:?}", Cron::parse(right));
        }
    }

    #[test]
    fn a_wrong_part_is_named_with_what_was_meant() {
        for (text, expected) in [
            (
                "15 12 ? * 0 *",
                "`0` in `15 12 ? * 0 *`: days of the week are 1 (SUN) to 7 (SAT); write `1` or `SUN` for Sunday",
            ),
            ("15 12 ? * -1 *", "`-1` in `15 12 ? * -1 *`: days of the week are 1 (SUN) to 7 (SAT)"),
            (
                "15 12 ? * 0-4 *",
                "`0-4` in `15 12 ? * 0-4 *`: days of the week are 1 (SUN) to 7 (SAT); write `1` or `SUN` for Sunday",
            ),
            (
                "15 12 ? * MONDAY *",
                "`MONDAY` in `15 12 ? * MONDAY *`: days of the week are 1 (SUN) to 7 (SAT); did you mean `MON`?",
            ),
            ("0 25 * * ? *", "`25` in `0 25 * * ? *`: hours are 0 to 23"),
            ("0 24 * * ? *", "`24` in `0 24 * * ? *`: hours are 0 to 23; write `0` for midnight"),
            ("60 8 * * ? *", "`60` in `60 8 * * ? *`: minutes are 0 to 59; write `0` for the full hour"),
            ("0 8 32 * ? *", "`32` in `0 8 32 * ? *`: days of the month are 1 to 31; write `L` for the last"),
            ("0 8 0 * ? *", "`0` in `0 8 0 * ? *`: days of the month are 1 to 31"),
            ("0 8 * 13 ? *", "`13` in `0 8 * 13 ? *`: months are 1 (JAN) to 12 (DEC)"),
            ("0 8 * JUNE ? *", "`JUNE` in `0 8 * JUNE ? *`: months are 1 (JAN) to 12 (DEC); did you mean `JUN`?"),
            ("0 8 * * ? 1969", "`1969` in `0 8 * * ? 1969`: years are 1970 to 2199"),
            ("0/0 8 * * ? *", "`0/0` in `0/0 8 * * ? *`: what follows `/` is a step of 1 to 59"),
            ("*/90 8 * * ? *", "`*/90` in `*/90 8 * * ? *`: what follows `/` is a step of 1 to 59"),
            ("? 8 * * ? *", "`?` in `? 8 * * ? *`: minutes are 0 to 59; `*` stands for each"),
            ("0 8 ?,1 * ? *", "`?` in `0 8 ?,1 * ? *`: days of the month are 1 to 31; `?` stands alone"),
            ("0 8 * * 3#6 *", "`3#6` in `0 8 * * 3#6 *`: days of the week are 1 (SUN) to 7 (SAT)"),
            ("0, 8 * * ? *", "`` in `0, 8 * * ? *`: minutes are 0 to 59"),
            ("0 L * * ? *", "`L` in `0 L * * ? *`: hours are 0 to 23"),
            (
                "0 8 * * *",
                "`0 8 * * *` must have the fields `minutes hours day-of-month month day-of-week year`, not 5; AWS has a \
                 field more than Unix, and `?` for one of the days",
            ),
            (
                "0 8 * * * *",
                "`0 8 * * * *` must have `?` for the day of the month or the day of the week, and a value for the other",
            ),
            (
                "0 8 ? * ? *",
                "`0 8 ? * ? *` must have `?` for the day of the month or the day of the week, and a value for the other",
            ),
        ] {
            assert_eq!(Cron::parse(text).map_err(|it| it.to_string()), Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_window_has_seconds_and_perhaps_a_year() {
        for right in ["* * 8-17 ? * MON-THU", "0 0 8 ? * MON-THU *"] {
            assert!(Cron::parse_with_seconds(right).is_ok(), "{right}");
        }
        for wrong in ["* 8-17 ? * MON-THU", "60 * 8 ? * MON", "* * 8-17 ? * 0"] {
            assert!(Cron::parse_with_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
