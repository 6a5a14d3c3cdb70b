use serde_json::{Value as Json, json};

use super::{check::check_cron, *};
use crate::{App, Error, Function, LambdaEvent, service_fn};

fn mistake(text: &str) -> String {
    check_cron(text).unwrap_err().to_string()
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// The resources of an App with these triggers.
fn resources(schedules: impl IntoIterator<Item = Schedule>) -> Json {
    let clock = Function::event("clock", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let clock = schedules.into_iter().fold(clock, Function::trigger);
    let template = App::new("Clock").function(clock).synthesize().unwrap().template.to_json();
    serde_json::from_str::<Json>(&template).unwrap()["Resources"].clone()
}

#[test]
fn a_rate_is_said_in_the_largest_unit_that_fits() {
    let said = |count| Schedule::rate(minutes(count)).expression();
    assert_eq!(said(1), "rate(1 minute)");
    assert_eq!(said(48 * 60), "rate(2 days)");
}

#[test]
fn cron_is_what_scheduler_reads() {
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
    assert!(mistake("at(2030-01-31T08:00:00)").ends_with("write `Schedule::at(\"2030-01-31T08:00:00\")`"));
    assert!(mistake("cron(0 25 * * ? *)").contains("hours are 0 to 23"));
}

#[test]
fn what_scheduler_would_refuse_is_a_mistake_with_its_remedy() {
    let cron = || Schedule::cron("0 8 ? * MON-FRI *");
    let year = |year: u32| format!("{year}-01-01T00:00:00");
    for (schedule, expected) in [
        (cron().time_zone("Europe/Berln"), "did you mean `Europe/Berlin`?"),
        (cron().time_zone("+02:00"), "its time zone `+02:00` must be the name of a time zone"),
        (Schedule::rate(minutes(5)).time_zone("UTC"), "`rate(5 minutes)` is the same in every time zone"),
        (Schedule::at("2030-02-30T08:00:00"), "its time `2030-02-30T08:00:00` must be a day and a time without a zone"),
        (Schedule::at("at(2030-01-31T08:00:00)"), "write `Schedule::at(\"2030-01-31T08:00:00\")`"),
        (Schedule::at("0 8 * * ? *"), "its time `0 8 * * ? *` must be a day and a time"),
        (Schedule::at(year(2030)).end(year(2031)), "it happens once"),
        (cron().flexible(Duration::from_secs(90)), "1 to 1,440; this one is 90s"),
        (cron().flexible(minutes(1441)), "1 to 1,440"),
        (cron().start("tomorrow"), "its start `tomorrow` must be a day and a time"),
        (cron().end("2030-01-01T00:00:00Z"), "its end `2030-01-01T00:00:00Z` must be"),
        (cron().start(year(2031)).end(year(2030)), "it ends at `2030-01-01T00:00:00`, before it starts"),
        (cron().retries(186), "186 retries are more than the 185"),
        (cron().max_age(Duration::from_secs(59)), "from a minute to a day; this one is 59s"),
    ] {
        let found: Vec<String> = schedule.mistakes().iter().map(ToString::to_string).collect();
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
    }
    let right = cron().time_zone("Europe/Berlin").flexible(minutes(15)).start(year(2030)).end(year(2031));
    assert_eq!(right.retries(0).max_age(minutes(1)).mistakes(), []);
}

#[test]
fn every_option_is_where_scheduler_has_it() {
    let schedule = Schedule::cron("0 8 ? *  MON-FRI *")
        .time_zone("Europe/Berlin")
        .flexible(minutes(15))
        .start("2030-01-01T00:00:00")
        .end("2031-01-01T00:00:00")
        .retries(2)
        .max_age(minutes(60))
        .input(json!({"b": 1, "a": 2}));
    let found = resources([schedule])["ClockScheduler"]["Properties"].clone();
    assert_eq!(
        found,
        json!({
            "ScheduleExpression": "cron(0 8 ? * MON-FRI *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            "StartDate": "2030-01-01T00:00:00Z",
            "EndDate": "2031-01-01T00:00:00Z",
            "State": "ENABLED",
            "Target": {
                "Arn": {"Fn::GetAtt": ["ClockFunction", "Arn"]},
                "RoleArn": {"Fn::GetAtt": ["ClockSchedulerAccess", "Arn"]},
                "Input": "{\"a\":2,\"b\":1}",
                "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600},
            },
        })
    );
}

#[test]
fn schedules_of_a_function_share_a_role_that_may_invoke_it_and_nothing_else() {
    let resources = resources([Schedule::rate(minutes(5)), Schedule::at("2030-01-31T08:00:00")]);
    for id in ["ClockScheduler", "ClockScheduler2"] {
        let target = &resources[id]["Properties"]["Target"];
        assert_eq!(target["RoleArn"], json!({"Fn::GetAtt": ["ClockSchedulerAccess", "Arn"]}));
    }
    let role = &resources["ClockSchedulerAccess"]["Properties"];
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    let function = json!({"Fn::GetAtt": ["ClockFunction", "Arn"]});
    assert_eq!(statements, &json!([{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function}]));
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"], json!({"Service": "scheduler.amazonaws.com"}));
    let group = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule-group/default";
    assert_eq!(trust["Condition"]["ArnEquals"], json!({"aws:SourceArn": {"Fn::Sub": group}}));
    // Scheduler needs no permission of the function's own.
    let types: Vec<&Json> = resources.as_object().unwrap().values().map(|resource| &resource["Type"]).collect();
    assert!(!types.contains(&&json!("AWS::Lambda::Permission")), "{types:?}");
}
