//! What is watched after an environment was deployed, and for how long.

use std::time::Duration;

use super::{Alarm, What};
use crate::{
    cfn::{LogicalId, sub},
    iam::{Arn, Statement},
};

/// The most alarms that CodePipeline and CloudFormation watch at once.
pub(crate) const ALARMS: usize = 5;
/// The most minutes that CloudFormation watches.
const MINUTES: u64 = 180;
/// An alarm's name has at most 255 characters, of which the longest name of a stack takes 128 and a `-`.
const LONGEST_ID: usize = 126;

/// An alarm that is watched after a deployment, and for how long.
///
/// [`Environment::watch`](crate::Environment::watch) adds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    alarm: Alarm,
    duration: Duration,
}

/// What is wrong with what an environment watches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatchMistake {
    /// It takes too long, or has seconds.
    #[error("watches `{alarm}` for {duration:?}, and CloudFormation does so for whole minutes, 1 to 180")]
    Minutes {
        /// The alarm.
        alarm: LogicalId,
        /// How long.
        duration: Duration,
    },
    /// Two say how long.
    #[error("watches `{0}` twice: keep one of them")]
    Twice(LogicalId),
    /// More than AWS watches.
    #[error("watches {0} alarms, and AWS watches five: let `Alarm::any([..])` be one of several")]
    TooMany(usize),
    /// Its name would be too long.
    #[error(
        "watches `{0}`, whose name has at most 126 letters and digits beside a stack's: shorten it with `.named(..)`"
    )]
    Name(LogicalId),
}

impl Watch {
    /// This alarm, for so long.
    pub(crate) fn new(alarm: Alarm, duration: Duration) -> Self {
        Self { alarm, duration }
    }

    /// The alarm.
    pub fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// For how many minutes.
    pub fn minutes(&self) -> u64 {
        self.duration.as_secs() / 60
    }

    /// What looks at these alarms of a stack, whose name is a text for `Fn::Sub`.
    ///
    /// CloudWatch tells of alarms that are made of others only who may see all.
    /// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.
    pub(crate) fn look<'w>(watches: impl Iterator<Item = &'w Self> + Clone, stack: &str) -> Statement {
        let look = Statement::allow(["cloudwatch:DescribeAlarms"]);
        if watches.clone().any(|watch| watch.alarm.is_composite()) {
            return look.on("*");
        }
        watches.fold(look, |look, watch| {
            let alarm = format!("alarm:{}", watch.alarm.name_in(stack));
            let arn = sub(Arn::new("cloudwatch", &alarm).to_string());
            if look.resources().contains(&arn) { look } else { look.on(arn) }
        })
    }

    /// What AWS would refuse of all that one environment watches, apart from the alarms themselves.
    pub(crate) fn check(watches: &[Self]) -> Vec<WatchMistake> {
        let too_many = (watches.len() > ALARMS).then_some(WatchMistake::TooMany(watches.len()));
        let mut mistakes: Vec<WatchMistake> = too_many.into_iter().collect();
        for (at, watch) in watches.iter().enumerate() {
            let (alarm, duration) = (watch.alarm.logical_id(), watch.duration);
            if watches[..at].iter().any(|other| other.alarm.logical_id() == alarm) {
                mistakes.push(WatchMistake::Twice(alarm.clone()));
            }
            if alarm.as_str().len() > LONGEST_ID {
                mistakes.push(WatchMistake::Name(alarm.clone()));
            }
            let is_whole = Duration::from_secs(watch.minutes() * 60) == duration;
            if !is_whole || !(1..=MINUTES).contains(&watch.minutes()) {
                mistakes.push(WatchMistake::Minutes { alarm, duration });
            }
        }
        mistakes
    }
}

impl Alarm {
    /// What it is called in AWS as part of this stack, where an environment watches it or it is made of others.
    pub fn name_in(&self, stack: &str) -> String {
        format!("{stack}-{}", self.logical_id())
    }

    /// Whether it is made of others.
    pub fn is_composite(&self) -> bool {
        !matches!(self.what, What::Metric(_))
    }
}
