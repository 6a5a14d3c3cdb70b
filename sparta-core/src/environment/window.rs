//! When the pipeline may deploy.

use std::fmt;

use sparta_schema::schedule::{Cron, CronError, ZoneError, known_zone};

/// When the pipeline may deploy an environment: the minutes that a cron expression names.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{Environment, Window};
///
/// let production = Environment::new("production", [("MESSAGE", "Hello Production!")])
///     .window(Window::cron("* * 8-17 ? * MON-THU").time_zone("Europe/Berlin"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Window {
    cron: String,
    time_zone: Option<String>,
}

/// What is wrong with a [`Window`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowMistake {
    /// A cron expression that CodePipeline does not read.
    #[error("the cron expression {0}; its first field is the seconds: `* * 8-17 ? * MON-THU` is 8:00 to 17:59")]
    Cron(#[source] CronError),
    /// A whole expression where its fields belong.
    #[error("`{0}` is a whole expression: write its fields alone, `Window::cron(\"* * 8-17 ? * MON-THU\")`")]
    Whole(String),
    /// A second in which it would be open.
    #[error("`{text}` has `{seconds}` for the seconds, of which a window takes all: write `*`")]
    Seconds {
        /// What was written.
        text: String,
        /// Its first field.
        seconds: String,
    },
    /// A month whose number AWS counts in two ways.
    #[error("`{text}` has `{months}` for the months, which AWS counts from 0 or from 1: write `JAN` to `DEC`")]
    Months {
        /// What was written.
        text: String,
        /// The field.
        months: String,
    },
    /// A time zone that there is not.
    #[error("its time zone {0}")]
    TimeZone(#[source] ZoneError),
    /// A time zone that CodePipeline does not read.
    #[error(
        "its time zone `{0}` has another form than CodePipeline documents: write a region and a city, such as `Europe/Berlin`, or \
         an offset, such as `UTC` or `UTC-03:00`"
    )]
    ZoneForm(String),
}

impl Window {
    /// The minutes in which it is open: seconds, which are `*`, minutes, hours, day of the month, month, day of the week and
    /// perhaps the year, with `?` for one of the days. Times are UTC, unless a [`time_zone`](Self::time_zone) is given.
    pub fn cron(expression: impl Into<String>) -> Self {
        Self { cron: expression.into(), time_zone: None }
    }

    /// The zone whose clock its times are read from: `Europe/Berlin`, or an offset such as `UTC-03:00`. `UTC` by default.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// The cron expression, with one space between two fields.
    pub fn expression(&self) -> String {
        self.cron.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The time zone, where one is given.
    pub fn zone(&self) -> Option<&str> {
        self.time_zone.as_deref()
    }

    /// What AWS would refuse, or read in another way than it is meant.
    pub(super) fn check(&self) -> Vec<WindowMistake> {
        let zone = self.time_zone.as_deref().and_then(|zone| check_zone(zone).err());
        check_cron(&self.cron).err().into_iter().chain(zone).collect()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.expression(), self.zone().unwrap_or("UTC"))
    }
}

fn check_cron(text: &str) -> Result<(), WindowMistake> {
    if text.trim_start().starts_with("cron(") {
        return Err(WindowMistake::Whole(text.to_owned()));
    }
    let cron = Cron::parse_with_seconds(text).map_err(WindowMistake::Cron)?;
    let fields: Vec<&str> = cron.as_str().split(' ').collect();
    if let Some(seconds) = fields.first().filter(|seconds| **seconds != "*") {
        return Err(WindowMistake::Seconds { text: text.to_owned(), seconds: (*seconds).to_owned() });
    }
    let is_number =
        |part: &str| part.split('/').next().is_some_and(|value| value.contains(|c: char| c.is_ascii_digit()));
    match fields.get(4).filter(|months| months.split(',').any(is_number)) {
        Some(months) => Err(WindowMistake::Months { text: text.to_owned(), months: (*months).to_owned() }),
        None => Ok(()),
    }
}

fn check_zone(zone: &str) -> Result<(), WindowMistake> {
    if zone.strip_prefix("UTC").is_some_and(is_offset) {
        return Ok(());
    }
    known_zone(zone).map_err(WindowMistake::TimeZone)?;
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    match zone.split_once('/') {
        Some((region, city)) if is_word(region) && is_word(city) => Ok(()),
        _ => Err(WindowMistake::ZoneForm(zone.to_owned())),
    }
}

/// Nothing, or `+HH:MM` and `-HH:MM`.
fn is_offset(text: &str) -> bool {
    let number = |text: &str, most: u32| text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number <= most);
    let Some(time) = text.strip_prefix(['+', '-']) else { return text.is_empty() };
    time.split_once(':').is_some_and(|(hours, minutes)| number(hours, 18) && number(minutes, 59))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_what_codepipeline_reads() {
        for cron in ["* * 8-17 ? * MON-THU", "* 0/15 * 1-7 JAN,jul ? 2030", "*  *  * L-3 */2 ?"] {
            for zone in ["Europe/Berlin", "America/New_York", "UTC", "UTC+05:30", "UTC-03:00"] {
                assert_eq!(Window::cron(cron).time_zone(zone).check(), [], "{cron} {zone}");
            }
        }
        let window = Window::cron(" * * 8-17  ? * MON-THU");
        assert_eq!((window.check(), window.expression().as_str()), (Vec::new(), "* * 8-17 ? * MON-THU"));
    }

    #[test]
    fn what_codepipeline_would_refuse_or_read_otherwise_is_a_mistake_with_its_remedy() {
        let window = |cron: &str| Window::cron(cron);
        let open = || Window::cron("* * 8-17 ? * MON-THU");
        for (window, expected) in [
            (window("* 8-17 ? * MON-THU"), "its first field is the seconds: `* * 8-17 ? * MON-THU` is 8:00 to 17:59"),
            (window("* 8-17 ? * MON-THU *"), "hours are 0 to 23"),
            (window("* * 8-25 ? * MON"), "`8-25` in `* * 8-25 ? * MON`: hours are 0 to 23"),
            (window("* * 8-17 * * MON"), "must have `?`"),
            (window("cron(* * 8-17 ? * MON)"), "is a whole expression: write its fields alone"),
            (window("0 * 8-17 ? * MON"), "has `0` for the seconds, of which a window takes all: write `*`"),
            (window("* * 8-17 ? 1-6 MON"), "has `1-6` for the months, which AWS counts from 0 or from 1"),
            (window("* * 8-17 ? JAN,2 MON"), "has `JAN,2` for the months"),
            (open().time_zone("Europe/Berln"), "did you mean `Europe/Berlin`?"),
            (open().time_zone("UTC+2"), "must be the name of a time zone"),
            (open().time_zone("UTC+19:00"), "must be the name of a time zone"),
            (open().time_zone("America/Argentina/Buenos_Aires"), "has another form than CodePipeline documents"),
            (open().time_zone("CET"), "has another form than CodePipeline documents"),
        ] {
            let found: Vec<String> = window.check().iter().map(ToString::to_string).collect();
            assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        }
        assert_eq!(window("0 * 8 ? * MON").time_zone("Mars").check().len(), 2);
    }
}
