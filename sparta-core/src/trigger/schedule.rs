//! Invocations at fixed times.

use std::time::Duration;

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
            When::Cron(fields) => format!("cron({fields})"),
            When::Rate(every) => {
                let minutes = every.as_secs() / 60;
                let (count, unit) = match minutes {
                    m if m > 0 && m % (24 * 60) == 0 => (m / (24 * 60), "day"),
                    m if m > 0 && m % 60 == 0 => (m / 60, "hour"),
                    m => (m, "minute"),
                };
                format!("rate({count} {unit}{})", if count == 1 { "" } else { "s" })
            }
        }
    }
}

impl Trigger for Schedule {
    fn describe(&self) -> String {
        self.expression()
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        match &self.when {
            When::Rate(every)
                if every.as_secs() < 60 || !every.as_secs().is_multiple_of(60) || every.subsec_nanos() > 0 =>
            {
                vec![ScheduleMistake::Rate(*every).into()]
            }
            When::Cron(fields) if !is_cron(fields) => vec![ScheduleMistake::Cron(fields.clone()).into()],
            _ => Vec::new(),
        }
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
    /// Not six fields.
    #[error(
        "the cron expression `{0}` has to have six fields, minute hour day-of-month month day-of-week year, one of the two days `?`: `0 8 * * ? *` is every day at 8 UTC"
    )]
    Cron(String),
}

fn is_cron(fields: &str) -> bool {
    let fields: Vec<&str> = fields.split(' ').collect();
    let known =
        |field: &&str| !field.is_empty() && field.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?,-/#".contains(&b));
    fields.len() == 6 && fields.iter().all(known) && ((fields[2] == "?") != (fields[4] == "?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_said_in_the_largest_unit_that_fits() {
        let said = |minutes: u64| Schedule::rate(Duration::from_secs(minutes * 60)).expression();
        assert_eq!(said(1), "rate(1 minute)");
        assert_eq!(said(5), "rate(5 minutes)");
        assert_eq!(said(60), "rate(1 hour)");
        assert_eq!(said(48 * 60), "rate(2 days)");
    }

    #[test]
    fn a_cron_expression_needs_six_fields_and_one_question_mark() {
        assert!(is_cron("0 8 * * ? *") && is_cron("0/15 8-17 ? * MON-FRI *"));
        for bad in ["0 8 * * *", "0 8 * * * *", "0 8 ? * ? *", "cron(0 8 * * ? *)", ""] {
            assert!(!is_cron(bad), "{bad}");
        }
    }
}
