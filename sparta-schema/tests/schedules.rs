//! Schedules of rules and of EventBridge Scheduler.

use serde_json::{Value as Json, json};

use crate::check::{assert_right, messages};

#[test]
fn schedules_have_a_rate_or_fields() {
    let rule = |schedule: Json| json!({ "ScheduleExpression": schedule });
    for right in
        ["rate(1 minute)", "rate(12 hours)", "cron(0 12 ? * MON-FRI *)", "cron(0/5 8 1 * ? 2030)", "{{resolve:ssm:x}}"]
    {
        assert_right("AWS::Events::Rule", rule(json!(right)));
    }
    assert_right("AWS::Events::Rule", rule(json!({ "Fn::Sub": "rate(${Minutes} minutes)" })));
    for (wrong, expected) in [
        ("rate(1 minutes)", "`1 minutes` must be `1 minute`"),
        ("rate(5 minute)", "`5 minute` must be `5 minutes`"),
        ("rate(0 minutes)", "`0 minutes` must have a whole number from 1 on"),
        ("rate(5)", "`5` must be a number and a unit, such as `5 minutes`"),
        (
            "cron(0 12 * * *)",
            "`0 12 * * *` must have the fields `minutes hours day-of-month month day-of-week year`, not 5; AWS has a field \
             more than Unix, and `?` for one of the days",
        ),
        (
            "cron(0 12 * * * *)",
            "`0 12 * * * *` must have `?` for the day of the month or the day of the week, and a value for the other",
        ),
        (
            "cron(15 12 ? * 0 *)",
            "`0` in `15 12 ? * 0 *`: days of the week are 1 (SUN) to 7 (SAT); write `1` or `SUN` for Sunday",
        ),
        ("cron(0 25 * * ? *)", "`25` in `0 25 * * ? *`: hours are 0 to 23"),
    ] {
        assert_eq!(messages("AWS::Events::Rule", rule(json!(wrong))), [format!("ScheduleExpression: {expected}")]);
    }
    assert!(!messages("AWS::Events::Rule", rule(json!("at(2030-01-31T08:00:00)"))).is_empty());
}

#[test]
fn schedules_of_scheduler_are_at_a_time_and_in_a_zone() {
    let schedule = |expression: &str, zone: &str| {
        json!({
            "ScheduleExpression": expression, "ScheduleExpressionTimezone": zone,
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "RoleArn": "arn:aws:iam::123456789012:role/r" },
        })
    };
    let name = "AWS::Scheduler::Schedule";
    for right in ["at(2030-01-31T08:00:00)", "rate(1 minutes)", "cron(0 8 ? * MON-FRI *)"] {
        assert_right(name, schedule(right, "Europe/Berlin"));
    }
    assert_eq!(
        messages(name, schedule("at(2030-02-30T08:00:00)", "+02:00")),
        [
            "ScheduleExpression: `2030-02-30T08:00:00` must be a day and a time without a zone, such as `2030-01-31T08:00:00`",
            "ScheduleExpressionTimezone: `+02:00` must be the name of a time zone, such as `Europe/Berlin` or `UTC`",
        ]
    );
    assert_eq!(
        messages(name, schedule("cron(0 8 32 * ? *)", "UTC")),
        ["ScheduleExpression: `32` in `0 8 32 * ? *`: days of the month are 1 to 31; write `L` for the last"]
    );
}
