//! How traffic moves to new code.

use std::{fmt, time::Duration};

/// How traffic moves to the new code of an environment: a share of it first, the rest while nothing rings.
///
/// Each share is a number of percent of all invocations; the times are whole minutes. CodeDeploy moves them, up to 48 hours long.
///
/// See <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-lambda>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{Alarm, Canary, Environment};
///
/// let production = Environment::new("production", [("MESSAGE", "Hello Production!")])
///     .canary(Canary::percent(10).every(Duration::from_secs(300)))
///     .watch(Alarm::errors("api").above(0), Duration::from_secs(600));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Canary {
    percent: u32,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Another share each time.
    Every(Duration),
    /// All the rest, this much later.
    RestAfter(Duration),
}

/// What is wrong with a [`Canary`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanaryMistake {
    /// A share that is none or all.
    #[error("moves {0} percent, and CodeDeploy moves 1 to 99: leave the canary out where all is to move at once")]
    Percent(u32),
    /// A time with seconds, or none.
    #[error("waits for {0:?}, and CodeDeploy waits for whole minutes, at least one")]
    Minutes(Duration),
    /// It takes too long.
    #[error("takes {0} minutes until all has moved, and CodeDeploy allows 48 hours: larger shares or shorter times do")]
    TooLong(u64),
    /// Nothing returns it.
    #[error(
        "watches no alarm, so that nothing would take the traffic back: add one, \
         `.watch(Alarm::errors(\"api\").above(0), Duration::from_secs(600))`"
    )]
    Unwatched,
}

/// What CodeDeploy has ready: <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>.
const READY: [&str; 8] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
];

/// The longest time from the first share to the last: 48 hours.
const MINUTES: u64 = 48 * 60;

impl Canary {
    /// This share first, 1 to 99 percent, and all the rest five minutes later, unless [`every`](Self::every) or
    /// [`rest_after`](Self::rest_after) says otherwise.
    pub fn percent(percent: u32) -> Self {
        Self { percent, step: Step::RestAfter(Duration::from_secs(300)) }
    }

    /// Moves another share of the same size each time that so many minutes have passed, until all has moved.
    pub fn every(mut self, time: Duration) -> Self {
        self.step = Step::Every(time);
        self
    }

    /// Moves all the rest so many minutes after the first share.
    pub fn rest_after(mut self, time: Duration) -> Self {
        self.step = Step::RestAfter(time);
        self
    }

    /// The share in percent.
    pub(crate) fn share(&self) -> u32 {
        self.percent
    }

    /// Whether shares of one size follow each other.
    pub(crate) fn is_linear(&self) -> bool {
        matches!(self.step, Step::Every(_))
    }

    /// The minutes from one share to the next.
    pub(crate) fn minutes(&self) -> u64 {
        self.step.time().as_secs() / 60
    }

    /// Whether CodeDeploy has it ready, under a name of its own.
    pub(crate) fn is_ready(&self) -> bool {
        READY.contains(&self.to_string().as_str())
    }

    /// What CodeDeploy would refuse.
    pub(super) fn check(&self) -> Vec<CanaryMistake> {
        let time = self.step.time();
        let share = (!(1..=99).contains(&self.percent)).then_some(CanaryMistake::Percent(self.percent));
        let is_whole = self.minutes() > 0 && Duration::from_secs(self.minutes() * 60) == time;
        let minutes = (!is_whole).then_some(CanaryMistake::Minutes(time));
        let steps = if self.is_linear() { u64::from(100_u32.div_ceil(self.percent.clamp(1, 99)) - 1) } else { 1 };
        let all = self.minutes().saturating_mul(steps);
        let too_long = (all > MINUTES).then_some(CanaryMistake::TooLong(all));
        share.into_iter().chain(minutes).chain(too_long).collect()
    }
}

impl Step {
    fn time(self) -> Duration {
        match self {
            Self::Every(time) | Self::RestAfter(time) => time,
        }
    }
}

impl fmt::Display for Canary {
    /// The way CodeDeploy names them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, minutes) = (self.percent, self.minutes());
        let unit = if minutes == 1 { "Minute" } else { "Minutes" };
        match self.step {
            Step::Every(_) => write!(f, "Linear{percent}PercentEvery{minutes}{unit}"),
            Step::RestAfter(_) => write!(f, "Canary{percent}Percent{minutes}{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    #[test]
    fn it_is_called_as_codedeploy_calls_it() {
        for (canary, name, is_ready) in [
            (Canary::percent(10), "Canary10Percent5Minutes", true),
            (Canary::percent(10).every(minutes(1)), "Linear10PercentEvery1Minute", true),
            (Canary::percent(10).every(minutes(5)), "Linear10PercentEvery5Minutes", false),
            (Canary::percent(25).rest_after(minutes(90)), "Canary25Percent90Minutes", false),
        ] {
            assert_eq!((canary.to_string().as_str(), canary.is_ready(), canary.check()), (name, is_ready, vec![]));
        }
    }

    #[test]
    fn what_codedeploy_would_refuse_is_a_mistake_with_its_remedy() {
        for (canary, expected) in [
            (Canary::percent(0), "moves 0 percent"),
            (Canary::percent(100), "leave the canary out where all is to move at once"),
            (Canary::percent(10).every(Duration::from_secs(90)), "waits for 90s"),
            (Canary::percent(10).rest_after(Duration::ZERO), "whole minutes, at least one"),
            (Canary::percent(1).every(minutes(30)), "takes 2970 minutes until all has moved"),
            (Canary::percent(50).rest_after(minutes(2881)), "CodeDeploy allows 48 hours"),
        ] {
            let found: Vec<String> = canary.check().iter().map(ToString::to_string).collect();
            assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        }
        assert_eq!(Canary::percent(1).every(minutes(29)).check(), []);
    }
}
