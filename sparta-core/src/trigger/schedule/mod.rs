//! Invocations at fixed times.

mod check;
#[cfg(test)]
mod tests;

pub use check::ScheduleMistake;

use std::time::Duration;

use sparta_schema::schedule::Rate;

use super::{Scope, Trigger};
use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Value, sub},
    iam::{Arn, Statement, policy_document, trust_policy_for},
    mistake::Problem,
    property, resource,
};

/// Invokes a function at fixed times, by EventBridge Scheduler. Times are UTC, unless a [`time_zone`](Self::time_zone) is
/// given.
///
/// The function is invoked asynchronously, at least once each time, with an event of Scheduler's, whose `source` is
/// `aws.scheduler`, or with its own [`input`](Self::input).
///
/// See <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::trigger::Schedule;
///
/// let often = Schedule::rate(Duration::from_secs(5 * 60));
/// let every_morning = Schedule::cron("0 8 ? * MON-FRI *").time_zone("Europe/Berlin");
/// let nightly = Schedule::cron("0 2 * * ? *").flexible(Duration::from_secs(60 * 60));
/// let once = Schedule::at("2030-01-31T08:00:00").input(serde_json::json!({"year": 2030}));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Schedule {
    when: When,
    time_zone: Option<String>,
    window: Option<Duration>,
    start: Option<String>,
    end: Option<String>,
    retries: Option<u32>,
    max_age: Option<Duration>,
    input: Option<serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    Rate(Duration),
    Cron(String),
    At(String),
}

impl Schedule {
    /// Every so many minutes, from the moment of its deployment on.
    pub fn rate(every: Duration) -> Self {
        Self::new(When::Rate(every))
    }

    /// At the times of a cron expression of six fields, without the word `cron`.
    pub fn cron(expression: impl Into<String>) -> Self {
        Self::new(When::Cron(expression.into()))
    }

    /// Once, at a day and a time without a zone: `2030-01-31T08:00:00`.
    pub fn at(time: impl Into<String>) -> Self {
        Self::new(When::At(time.into()))
    }

    fn new(when: When) -> Self {
        Self { when, time_zone: None, window: None, start: None, end: None, retries: None, max_age: None, input: None }
    }

    /// The zone whose clock its times are read from: a name of the time zone database such as `Europe/Berlin`. UTC by
    /// default.
    ///
    /// When clocks are put forward, a time that is left out is skipped; when they are put back, the function is invoked once.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Lets Scheduler invoke the function at any moment of a window after each time: whole minutes, 1 to 1,440. Many
    /// schedules of one time are spread so. By default there is none.
    pub fn flexible(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// Nothing before this day and time, which is UTC: `2030-01-31T08:00:00`.
    pub fn start(mut self, time: impl Into<String>) -> Self {
        self.start = Some(time.into());
        self
    }

    /// Nothing after this day and time, which is UTC: `2030-12-31T23:59:59`.
    pub fn end(mut self, time: impl Into<String>) -> Self {
        self.end = Some(time.into());
        self
    }

    /// How often Scheduler tries again where Lambda does not take an invocation, up to 185 times, which is the default.
    pub fn retries(mut self, times: u32) -> Self {
        self.retries = Some(times);
        self
    }

    /// How long Scheduler tries again: whole seconds, from a minute to a day, which is the default.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// The event that the function gets, instead of Scheduler's own.
    pub fn input(mut self, event: serde_json::Value) -> Self {
        self.input = Some(event);
        self
    }

    fn expression(&self) -> String {
        match &self.when {
            // What Lambda runs says it too, without the parser of schedules.
            When::Cron(text) => format!("cron({})", text.split_whitespace().collect::<Vec<_>>().join(" ")),
            When::At(text) => format!("at({text})"),
            // The check finds what is no rate.
            When::Rate(every) => {
                Rate::every(*every).map_or_else(|| format!("rate({every:?})"), |rate| format!("rate({rate})"))
            }
        }
    }

    fn window(&self) -> Value {
        let mode = if self.window.is_some() { "FLEXIBLE" } else { "OFF" };
        property!(AWS::Scheduler::Schedule.FlexibleTimeWindow {
            Mode: (mode),
            MaximumWindowInMinutes: (self.window.map(|window| window.as_secs() / 60)),
        })
    }

    fn retry_policy(&self) -> Option<Value> {
        let policy = || {
            property!(AWS::Scheduler::Schedule.Target.RetryPolicy {
                MaximumRetryAttempts: (self.retries),
                MaximumEventAgeInSeconds: (self.max_age.map(|age| age.as_secs())),
            })
        };
        (self.retries.is_some() || self.max_age.is_some()).then(policy)
    }
}

impl Trigger for Schedule {
    fn describe(&self) -> String {
        match &self.time_zone {
            Some(zone) => format!("{} {zone}", self.expression()),
            None => self.expression(),
        }
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mistakes().into_iter().map(Problem::from).collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let role = role(scope);
        let input = self.input.clone().map(Value::json_text);
        let utc = |time: &Option<String>| time.as_ref().map(|time| format!("{time}Z"));
        let schedule = resource!(AWS::Scheduler::Schedule {
            ScheduleExpression: (self.expression()),
            ScheduleExpressionTimezone: (&self.time_zone),
            FlexibleTimeWindow: (self.window()),
            StartDate: (utc(&self.start)),
            EndDate: (utc(&self.end)),
            State: "ENABLED",
            Target: {
                Arn: (scope.function_arn()),
                RoleArn: (attribute!(AWS::IAM::Role, role, "Arn")),
                Input: (input),
                RetryPolicy: (self.retry_policy()),
            },
        });
        // An id cannot become another type, and `<Function>Schedule` was a rule of EventBridge.
        scope.add(&[&name, "Scheduler"], schedule);
    }
}

/// The role that all schedules of a function invoke it with, and nothing else.
fn role(scope: &mut Scope<'_>) -> LogicalId {
    let (name, function) = (scope.function().name().to_owned(), scope.function_arn());
    // AWS wants the group here, and not the schedule. Without a name of a group, a schedule is in `default`.
    let source = sub(Arn::new("scheduler", "schedule-group/default").to_string());
    let invoke = Statement::allow(["lambda:InvokeFunction"]).on(function);
    scope.share(&format!("{name}-SchedulerAccess"), || {
        resource!(AWS::IAM::Role {
            AssumeRolePolicyDocument: (trust_policy_for("scheduler.amazonaws.com", &source)),
            Description: (sub(format!("Lets schedules of ${{AWS::StackName}} invoke the function {name}"))),
            Policies: [{ PolicyName: "Invoke", PolicyDocument: (policy_document(&[invoke])) }],
        })
    })
}
