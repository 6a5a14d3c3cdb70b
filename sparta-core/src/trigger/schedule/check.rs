//! What EventBridge Scheduler would refuse of a schedule.

use std::time::Duration;

use sparta_schema::schedule::{
    At, AtError, Cron, CronError, Rate, Schedule as Expression, ScheduleError, ZoneError, known_zone,
};

use super::{Schedule, When};

/// What is wrong with a [`Schedule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleMistake {
    /// A rate below a minute or with a fraction of one.
    #[error("a rate is a whole number of minutes, and at least one; this one is {0:?}")]
    Rate(Duration),
    /// A cron expression that Scheduler does not read.
    #[error("the cron expression {0}: `0 8 * * ? *` is every day at 8")]
    Cron(#[source] CronError),
    /// A time that is none.
    #[error("its time {0}; the zone is `.time_zone(\"Europe/Berlin\")`")]
    At(#[source] AtError),
    /// A whole expression where its fields belong.
    #[error("`{text}` is a whole expression: {instead}")]
    Whole {
        /// What was written.
        text: String,
        /// What to write.
        instead: String,
    },
    /// A time zone that there is not.
    #[error("its time zone {0}")]
    TimeZone(#[source] ZoneError),
    /// A time zone of what is the same in all of them.
    #[error("`{0}` is the same in every time zone: remove `.time_zone(...)`, or use `Schedule::cron`")]
    TimeZoneOfRate(String),
    /// A window that Scheduler does not have.
    #[error("a flexible window is a whole number of minutes, 1 to 1,440; this one is {0:?}")]
    Window(Duration),
    /// A start or an end that is no time.
    #[error("its {end} {problem}, which is UTC")]
    Limit {
        /// `start` or `end`.
        end: &'static str,
        /// What is wrong.
        #[source]
        problem: AtError,
    },
    /// A start or an end of what happens once.
    #[error("it happens once, so that a start or an end says nothing: remove it")]
    LimitOfOnce,
    /// An end that is not after the start.
    #[error("it ends at `{end}`, before it starts at `{start}`: change one")]
    Never {
        /// The start.
        start: String,
        /// The end.
        end: String,
    },
    /// More retries than Scheduler makes.
    #[error("{0} retries are more than the 185 that Scheduler makes")]
    Retries(u32),
    /// An age that Scheduler does not know.
    #[error("an event's age is whole seconds, from a minute to a day; this one is {0:?}")]
    Age(Duration),
}

impl Schedule {
    pub(super) fn mistakes(&self) -> Vec<ScheduleMistake> {
        let when = match &self.when {
            When::Rate(every) => Rate::every(*every).is_none().then_some(ScheduleMistake::Rate(*every)),
            When::Cron(text) => check_cron(text).err(),
            When::At(text) => check_at(text).err(),
        };
        let window = self.window.filter(|it| !is_whole(*it, 60, 1, 24 * 60)).map(ScheduleMistake::Window);
        let retries = self.retries.filter(|times| *times > 185).map(ScheduleMistake::Retries);
        let age = self.max_age.filter(|it| !is_whole(*it, 1, 60, 24 * 60 * 60)).map(ScheduleMistake::Age);
        let mut mistakes: Vec<_> = [when, self.check_zone(), window, retries, age].into_iter().flatten().collect();
        mistakes.extend(self.check_limits());
        mistakes
    }

    fn check_zone(&self) -> Option<ScheduleMistake> {
        let zone = self.time_zone.as_deref()?;
        match &self.when {
            When::Rate(_) => Some(ScheduleMistake::TimeZoneOfRate(self.expression())),
            When::Cron(_) | When::At(_) => known_zone(zone).map_err(ScheduleMistake::TimeZone).err(),
        }
    }

    fn check_limits(&self) -> Vec<ScheduleMistake> {
        let limits = [("start", &self.start), ("end", &self.end)];
        let given = || limits.into_iter().filter_map(|(end, time)| Some((end, time.as_deref()?)));
        if matches!(self.when, When::At(_)) && given().next().is_some() {
            return vec![ScheduleMistake::LimitOfOnce];
        }
        let wrong = given().filter_map(|(end, time)| Some((end, At::parse(time).err()?)));
        let mut mistakes: Vec<_> = wrong.map(|(end, problem)| ScheduleMistake::Limit { end, problem }).collect();
        if let (true, Some(start), Some(end)) = (mistakes.is_empty(), &self.start, &self.end)
            // Of one form, times are in the order of their texts.
            && end <= start
        {
            mistakes.push(ScheduleMistake::Never { start: start.clone(), end: end.clone() });
        }
        mistakes
    }
}

/// Whether a duration is a whole number of units, so many at least and at most.
fn is_whole(duration: Duration, unit: u64, least: u64, most: u64) -> bool {
    let count = duration.as_secs() / unit;
    Duration::from_secs(count * unit) == duration && (least..=most).contains(&count)
}

pub(super) fn check_cron(text: &str) -> Result<(), ScheduleMistake> {
    match Expression::parse(text.trim()) {
        Ok(Expression::Cron(cron)) => whole(text, format!("write `Schedule::cron(\"{cron}\")`")),
        Ok(Expression::Rate(_)) | Err(ScheduleError::Rate(_)) => whole(text, rate()),
        Err(ScheduleError::Cron(error)) => Err(ScheduleMistake::Cron(error)),
        Ok(Expression::At(at)) => whole(text, format!("write `Schedule::at(\"{at}\")`")),
        Err(ScheduleError::At(error)) => Err(ScheduleMistake::At(error)),
        Err(ScheduleError::Form(_)) => Cron::parse(text).map(drop).map_err(ScheduleMistake::Cron),
    }
}

fn check_at(text: &str) -> Result<(), ScheduleMistake> {
    match Expression::parse(text.trim()) {
        Ok(Expression::At(at)) => whole(text, format!("write `Schedule::at(\"{at}\")`")),
        Ok(Expression::Cron(cron)) => whole(text, format!("write `Schedule::cron(\"{cron}\")`")),
        Ok(Expression::Rate(_)) => whole(text, rate()),
        Err(_) => At::parse(text).map(drop).map_err(ScheduleMistake::At),
    }
}

fn rate() -> String {
    "write `Schedule::rate(Duration)`, such as `Schedule::rate(Duration::from_secs(300))`".to_owned()
}

fn whole(text: &str, instead: String) -> Result<(), ScheduleMistake> {
    Err(ScheduleMistake::Whole { text: text.to_owned(), instead })
}
