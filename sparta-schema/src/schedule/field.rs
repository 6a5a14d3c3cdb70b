//! One field of a cron expression: its range, its names and its signs.

use std::fmt;

/// A field of a cron expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Seconds, which CodePipeline alone has.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days of the month.
    DayOfMonth,
    /// Months.
    Month,
    /// Days of the week.
    DayOfWeek,
    /// Years.
    Year,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    /// The least and the greatest value.
    pub fn range(self) -> (u32, u32) {
        match self {
            Self::Second | Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (1, 7),
            Self::Year => (1970, 2199),
        }
    }

    /// The names of its values, from the least on; none where they are numbers alone.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &DAYS,
            _ => &[],
        }
    }

    /// What is wrong with its text: what a part should be.
    pub(super) fn check(self, text: &str) -> Result<(), (String, String)> {
        if text == "?" && matches!(self, Self::DayOfMonth | Self::DayOfWeek) {
            return Ok(());
        }
        text.split(',').try_for_each(|part| self.part(part).map_err(|meant| (part.to_owned(), meant)))
    }

    fn part(self, part: &str) -> Result<(), String> {
        let (values, step) = match part.split_once('/') {
            Some((values, step)) => (values, Some(step)),
            None => (part, None),
        };
        if let Some(step) = step {
            let most = if self == Self::Year { u32::MAX } else { self.range().1 };
            if !number(step).is_some_and(|it| (1..=most).contains(&it)) {
                return Err(format!("what follows `/` is a step of 1 to {most}"));
            }
        }
        if values == "*" || self.is_special(values) {
            return Ok(());
        }
        match values.split_once('-') {
            Some((first, last)) if !first.is_empty() => self.value(first).and_then(|()| self.value(last)),
            _ => self.value(values),
        }
    }

    /// The last day, the nearest working day, a certain day of the week in the month.
    fn is_special(self, text: &str) -> bool {
        let is_one = |it: &str| self.value(it).is_ok();
        match self {
            Self::DayOfMonth => {
                matches!(text, "L" | "LW")
                    || text.strip_suffix('W').is_some_and(is_one)
                    || text.strip_prefix("L-").and_then(number).is_some_and(|it| (1..=30).contains(&it))
            }
            Self::DayOfWeek => {
                text == "L"
                    || text.strip_suffix('L').is_some_and(is_one)
                    || text
                        .split_once('#')
                        .is_some_and(|(day, week)| is_one(day) && number(week).is_some_and(|it| (1..=5).contains(&it)))
            }
            _ => false,
        }
    }

    fn value(self, text: &str) -> Result<(), String> {
        let (least, most) = self.range();
        let names = self.names();
        if names.iter().any(|name| name.eq_ignore_ascii_case(text))
            || number(text).is_some_and(|it| (least..=most).contains(&it))
        {
            return Ok(());
        }
        let range = match (names.first(), names.last()) {
            (Some(first), Some(last)) => format!("{least} ({first}) to {most} ({last})"),
            _ => format!("{least} to {most}"),
        };
        Err(format!("{self} are {range}{}", self.meant(text)))
    }

    fn meant(self, text: &str) -> String {
        let begins = |name: &&&str| text.len() > 3 && text.get(..3).is_some_and(|it| it.eq_ignore_ascii_case(name));
        match (self, number(text)) {
            (Self::DayOfWeek, Some(0)) => "; write `1` or `SUN` for Sunday".to_owned(),
            (Self::Hour, Some(24)) => "; write `0` for midnight".to_owned(),
            (Self::Minute, Some(60)) => "; write `0` for the full hour".to_owned(),
            (Self::DayOfMonth, Some(32..)) => "; write `L` for the last".to_owned(),
            (Self::DayOfMonth | Self::DayOfWeek, None) if text == "?" => "; `?` stands alone".to_owned(),
            (_, None) if text == "?" => "; `*` stands for each".to_owned(),
            _ => self.names().iter().find(begins).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default(),
        }
    }
}

/// Digits alone.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Second => "seconds",
            Self::Minute => "minutes",
            Self::Hour => "hours",
            Self::DayOfMonth => "days of the month",
            Self::Month => "months",
            Self::DayOfWeek => "days of the week",
            Self::Year => "years",
        })
    }
}
