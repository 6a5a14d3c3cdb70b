//! Invocations at fixed times.

use std::time::Duration;

use sparta_schema::schedule::{Cron, CronError, Rate, Schedule as Expression, ScheduleError};

use super::{Scope, Trigger};
use crate::{FunctionSpec, attribute, cfn::Value, mistake::Problem, resource};

/// Invokes a function at fixed times, by an EventBridge rule. Times are UTC.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::trigger::Schedule;
///
/// let often = Schedule::rate(Duration::from_secs(5 * 60));
/// let every_morning = Schedule::cron("0 8 * * ? *");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Schedule {
    when: When,
    input: Option<serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    Rate(Duration),
    Cron(String),
}

impl Schedule {
    /// Every so many minutes, from the moment of its deployment on.
    pub fn rate(every: Duration) -> Self {
        Self { when: When::Rate(every), input: None }
    }

    /// At the times of a cron expression of six fields, without the word `cron`.
    pub fn cron(expression: impl Into<String>) -> Self {
        Self { when: When::Cron(expression.into()), input: None }
    }

    /// The event that the function gets, instead of EventBridge's own.
    pub fn input(mut self, event: serde_json::Value) -> Self {
        self.input = Some(event);
        self
    }

    fn expression(&self) -> String {
        match &self.when {
            // What Lambda runs says it too, without the parser of schedules.
            When::Cron(text) => format!("cron({})", text.split_whitespace().collect::<Vec<_>>().join(" ")),
            // The check finds what is no rate.
            When::Rate(every) => {
                Rate::every(*every).map_or_else(|| format!("rate({every:?})"), |rate| format!("rate({rate})"))
            }
        }
    }
}

impl Trigger for Schedule {
    fn describe(&self) -> String {
        self.expression()
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        let mistake = match &self.when {
            When::Rate(every) => Rate::every(*every).is_none().then_some(ScheduleMistake::Rate(*every)),
            When::Cron(text) => check_cron(text).err(),
        };
        mistake.map(Problem::from).into_iter().collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        // Through Value, so that the text does not depend on how serde_json orders maps.
        let input =
            self.input.clone().map(|input| serde_json::to_string(&Value::from(input)).expect("a JSON value is JSON"));
        let rule = resource!(AWS::Events::Rule {
            ScheduleExpression: (self.expression()),
            State: "ENABLED",
            Targets: [{ Id: "Function", Arn: (scope.function_arn()), Input: (input) }],
        });
        let rule = scope.add(&[&name, "Schedule"], rule);
        scope.allow_invocation(
            &[rule.as_str(), "Permission"],
            "events.amazonaws.com",
            attribute!(AWS::Events::Rule, rule, "Arn"),
        );
    }
}

/// What is wrong with a [`Schedule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleMistake {
    /// A rate below a minute or with a fraction of one.
    #[error("a rate is a whole number of minutes, and at least one; this one is {0:?}")]
    Rate(Duration),
    /// A cron expression that EventBridge does not read.
    #[error("the cron expression {0}: `0 8 * * ? *` is every day at 8 UTC")]
    Cron(#[source] CronError),
    /// A whole expression where its fields belong.
    #[error("`{text}` is a whole expression: {instead}")]
    Whole {
        /// What was written.
        text: String,
        /// What to write.
        instead: String,
    },
}

fn check_cron(text: &str) -> Result<(), ScheduleMistake> {
    let whole = |instead| Err(ScheduleMistake::Whole { text: text.to_owned(), instead });
    match Expression::parse(text.trim()) {
        Ok(Expression::Cron(cron)) => whole(format!("write `Schedule::cron(\"{cron}\")`")),
        Ok(Expression::Rate(_)) | Err(ScheduleError::Rate(_)) => {
            whole("write `Schedule::rate(Duration)`, such as `Schedule::rate(Duration::from_secs(300))`".to_owned())
        }
        Err(ScheduleError::Cron(error)) => Err(ScheduleMistake::Cron(error)),
        Ok(Expression::At(_)) | Err(ScheduleError::At(_)) => {
            whole("an EventBridge rule has no `at(...)`; a resource AWS::Scheduler::Schedule has".to_owned())
        }
        Err(ScheduleError::Form(_)) => Cron::parse(text).map(drop).map_err(ScheduleMistake::Cron),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        check_cron(text).unwrap_err().to_string()
    }

    #[test]
    fn a_rate_is_said_in_the_largest_unit_that_fits() {
        let said = |minutes: u64| Schedule::rate(Duration::from_secs(minutes * 60)).expression();
        assert_eq!(said(1), "rate(1 minute)");
        assert_eq!(said(48 * 60), "rate(2 days)");
    }

    #[test]
    fn cron_is_what_event_bridge_reads() {
        for right in ["0 8 * * ? *", "0/15 8-17 ? * MON-FRI *", "0 8 ? * 6L *", "0 8 ? * 3#2 *", "0 8 15W * ? *"] {
            assert_eq!(check_cron(right), Ok(()), "{right}");
        }
        for (wrong, meant) in [
            ("15 12 ? * 0 *", "write `1` or `SUN` for Sunday"),
            ("15 12 ? * -1 *", "days of the week are 1 (SUN) to 7 (SAT)"),
            ("0 25 * * ? *", "hours are 0 to 23"),
            ("60 8 * * ? *", "minutes are 0 to 59"),
            ("0 8 32 * ? *", "write `L` for the last"),
            ("0 8 * 13 ? *", "months are 1 (JAN) to 12 (DEC)"),
            ("0 8 * * * *", "must have `?` for the day of the month or the day of the week"),
            ("0 8 ? * ? *", "must have `?` for the day of the month or the day of the week"),
            ("0 8 * * *", "AWS has a field more than Unix"),
            ("", "must have the fields"),
        ] {
            assert!(mistake(wrong).contains(meant), "{}", mistake(wrong));
        }
    }

    #[test]
    fn a_whole_expression_is_said_to_be_one() {
        assert!(mistake("cron(0 8 * * ? *)").ends_with("write `Schedule::cron(\"0 8 * * ? *\")`"));
        assert!(mistake("rate(1 minutes)").contains("Schedule::rate"));
        assert!(mistake("at(2030-01-31T08:00:00)").contains("AWS::Scheduler::Schedule"));
        assert!(mistake("cron(0 25 * * ? *)").contains("hours are 0 to 23"));
    }
}
