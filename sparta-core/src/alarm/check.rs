//! What CloudWatch would refuse of an alarm.

use std::time::Duration;

use super::{Alarm, Metric, What};
use crate::{
    cfn::{LogicalId, Value},
    iam::Arn,
    mistake::{Mistake, Subject},
};

/// What is wrong with an [`Alarm`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum AlarmMistake {
    #[error("the alarm `{alarm}` is of a function `{function}`, and there is none of this name{hint}")]
    NoFunction { alarm: LogicalId, function: String, hint: String },
    #[error(
        "the alarm `{0}` is of dead letters, and the stack makes no queue for them: watch another one with `Alarm::metric`"
    )]
    NoDeadLetters(LogicalId),
    #[error("the alarm `{0}` does not say when it rings: add `.above(number)` or `.below(number)`")]
    NoThreshold(LogicalId),
    #[error("the alarm `{alarm}` rings at `{threshold}`, which is not a number")]
    NotANumber { alarm: LogicalId, threshold: String },
    #[error(
        "the alarm `{alarm}` is of `{statistic}`: write `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`"
    )]
    Statistic { alarm: LogicalId, statistic: String },
    #[error("the alarm `{alarm}` has a period of {period:?}: 10, 20 or 30 seconds, or whole minutes up to a day")]
    Period { alarm: LogicalId, period: Duration },
    #[error("the alarm `{alarm}` looks at {periods} periods: at least 1, and at most what fits into a day")]
    Periods { alarm: LogicalId, periods: u32 },
    #[error(
        "the alarm `{alarm}` goes to `{to}`, which is not an ARN such as `arn:aws:sns:eu-west-1:123456789012:on-call`"
    )]
    NotAnArn { alarm: LogicalId, to: String },
    #[error("the alarms go to `{0}`, which is not an ARN such as `arn:aws:sns:eu-west-1:123456789012:on-call`")]
    Topic(String),
    #[error("the alarm `{0}` goes to more than the five that CloudWatch tells: let a topic tell others")]
    TooManyActions(LogicalId),
    #[error("the alarm `{alarm}` is made of {count} others: 1 to 100")]
    Parts { alarm: LogicalId, count: usize },
}

const DAY: u64 = 24 * 60 * 60;

impl Alarm {
    /// What CloudWatch would refuse of it, in an App with these functions.
    pub(crate) fn check(&self, functions: &[&str]) -> Vec<Mistake> {
        let own = match &self.what {
            What::Metric(metric) => self.check_metric(metric, functions),
            What::Any(alarms) | What::All(alarms) => {
                let (alarm, count) = (self.logical_id(), alarms.len());
                (!(1..=100).contains(&count)).then_some(AlarmMistake::Parts { alarm, count }).into_iter().collect()
            }
        };
        let own = own.into_iter().chain(self.check_actions()).map(|problem| Mistake::new(Subject::App, problem));
        own.chain(self.parts().iter().flat_map(|alarm| alarm.check(functions))).collect()
    }

    fn check_metric(&self, metric: &Metric, functions: &[&str]) -> Vec<AlarmMistake> {
        let alarm = || self.logical_id();
        let mut mistakes = Vec::new();
        if let Some(function) = metric.function.as_ref().filter(|name| !functions.contains(&name.as_str())) {
            let meant = sparta_schema::nearest(function, functions.iter().copied());
            let hint = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            mistakes.push(AlarmMistake::NoFunction { alarm: alarm(), function: function.clone(), hint });
        }
        if metric.dimensions.iter().any(|(_, value)| *value == Value::Null) {
            mistakes.push(AlarmMistake::NoDeadLetters(alarm()));
        }
        match self.threshold.as_ref().map(|threshold| &threshold.value) {
            None => mistakes.push(AlarmMistake::NoThreshold(alarm())),
            Some(Value::Number(_) | Value::Map(_)) => {}
            Some(other) => {
                let threshold = other.as_str().unwrap_or("null").to_owned();
                mistakes.push(AlarmMistake::NotANumber { alarm: alarm(), threshold });
            }
        }
        if !is_statistic(&metric.statistic) {
            mistakes.push(AlarmMistake::Statistic { alarm: alarm(), statistic: metric.statistic.clone() });
        }
        let seconds = self.period.as_secs();
        let is_period =
            [10, 20, 30].contains(&seconds) || (seconds.is_multiple_of(60) && (60..=DAY).contains(&seconds));
        if !is_period || self.period.subsec_nanos() > 0 {
            mistakes.push(AlarmMistake::Period { alarm: alarm(), period: self.period });
        } else if self.periods == 0 || u64::from(self.periods) * seconds > DAY {
            mistakes.push(AlarmMistake::Periods { alarm: alarm(), periods: self.periods });
        }
        mistakes
    }

    fn check_actions(&self) -> Vec<AlarmMistake> {
        let wrong = self.to.iter().filter_map(Value::as_str).filter(|to| Arn::parse(to).is_none());
        let mut mistakes: Vec<_> =
            wrong.map(|to| AlarmMistake::NotAnArn { alarm: self.logical_id(), to: to.to_owned() }).collect();
        mistakes.extend((self.to.len() > 5).then(|| AlarmMistake::TooManyActions(self.logical_id())));
        mistakes
    }
}

/// A mistake, where what hears of all alarms is no ARN.
pub(crate) fn topic(to: &Value) -> Option<Mistake> {
    let to = to.as_str().filter(|to| Arn::parse(to).is_none())?;
    Some(Mistake::new(Subject::App, AlarmMistake::Topic(to.to_owned())))
}

fn is_statistic(name: &str) -> bool {
    let percentile = name.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
    super::resources::is_plain(name) || percentile.is_some_and(|it| it > 0.0 && it <= 100.0)
}
