use serde_json::{Value as Json, json};

use super::*;
use crate::{App, Error, Function, Request, construct::Queue, service_fn, trigger::HttpApi};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:on-call";

fn app() -> App {
    let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    App::new("Shop").function(api.trigger(HttpApi::get("/")))
}

fn orders() -> Queue {
    Queue::new("orders")
}

fn resources(app: App) -> Json {
    let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
    serde_json::from_str::<Json>(&template).unwrap()["Resources"].clone()
}

fn mistakes(alarm: Alarm) -> String {
    app().with(orders()).alarm(alarm).synthesize().map(drop).unwrap_err().to_string()
}

#[test]
fn an_alarm_of_a_function_counts_by_the_minute_and_takes_no_data_for_good() {
    let alarm = Alarm::errors("api").to(TOPIC);
    assert_eq!(alarm.logical_id().as_str(), "ApiErrorsAlarm");
    assert_eq!(json!(alarm.arn()), json!({"Fn::GetAtt": ["ApiErrorsAlarm", "Arn"]}));
    assert_eq!(
        resources(app().alarm(alarm))["ApiErrorsAlarm"]["Properties"],
        json!({
            "AlarmActions": [TOPIC],
            "ComparisonOperator": "GreaterThanThreshold",
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "ApiFunction"}}],
            "EvaluationPeriods": 1,
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Period": 60,
            "Statistic": "Sum",
            "Threshold": 0,
            "TreatMissingData": "notBreaching",
        })
    );
}

#[test]
fn percentiles_are_extended_statistics_and_have_ids_of_their_own() {
    let slow = |percentile| Alarm::latency("api", percentile).at_least(800).periods(3);
    let resources = resources(app().alarm(slow(99.0)).alarm(slow(99.9)));
    for (id, statistic) in [("ApiLatencyP99Alarm", "p99"), ("ApiLatencyP999Alarm", "p99.9")] {
        let alarm = &resources[id]["Properties"];
        assert_eq!((&alarm["ExtendedStatistic"], &alarm["Statistic"]), (&json!(statistic), &Json::Null), "{id}");
        assert_eq!((&alarm["Threshold"], &alarm["EvaluationPeriods"]), (&json!(800), &json!(3)), "{id}");
    }
}

#[test]
fn a_queue_is_watched_for_its_age_and_its_dead_letters() {
    let app = app().with(orders()).alarm(Alarm::age(orders()).above(600)).alarm(Alarm::dead_letters(orders()));
    let resources = resources(app);
    let name = |id: &str| resources[id]["Properties"]["Dimensions"][0]["Value"].clone();
    let of = |queue: &str| json!({"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": [queue, "Arn"]}]}]});
    assert_eq!(name("OrdersQueueAgeAlarm"), of("OrdersQueue"));
    assert_eq!(name("OrdersQueueDeadLettersAlarm"), of("OrdersDeadLetterQueue"));
}

#[test]
fn several_alarms_are_one_and_those_that_it_is_made_of_are_there_too() {
    let both = || Alarm::all([Alarm::errors("api"), Alarm::throttles("api")]);
    let either = Alarm::any([both(), Alarm::latency("api", 99.0).above(800)]).named("overload").to(TOPIC);
    let resources = resources(app().alarm(either.clone()).alarm(Alarm::errors("api")));
    assert_eq!(json!(either.arn()), json!({"Fn::GetAtt": ["OverloadAlarm", "Arn"]}));
    let rule = |id: &str| resources[id]["Properties"]["AlarmRule"]["Fn::Sub"].as_str().unwrap().to_owned();
    let id = both().logical_id();
    assert_eq!(id.as_str(), "ApiErrorsAndApiThrottlesAlarm");
    assert_eq!(rule(id.as_str()), r#"ALARM("${ApiErrorsAlarm.Arn}") AND ALARM("${ApiThrottlesAlarm.Arn}")"#);
    let expected = r#"ALARM("${ApiErrorsAndApiThrottlesAlarm.Arn}") OR ALARM("${ApiLatencyP99Alarm.Arn}")"#;
    assert_eq!(rule("OverloadAlarm"), expected);
    assert_eq!(resources["OverloadAlarm"]["Properties"]["AlarmName"]["Fn::Sub"], "${AWS::StackName}-OverloadAlarm");
    assert_eq!(resources["ApiErrorsAlarm"]["Properties"]["AlarmActions"], Json::Null);
}

#[test]
fn what_cloudwatch_would_refuse_is_a_mistake_with_its_remedy() {
    for (alarm, expected) in [
        (
            Alarm::errors("apu"),
            "`ApuErrorsAlarm` is of a function `apu`, and there is none of this name; did you mean `api`?",
        ),
        (Alarm::latency("api", 99.0), "`ApiLatencyP99Alarm` does not say when it rings: add `.above(number)`"),
        (Alarm::latency("api", 0.0).above(1), "is of `p0`: write `Sum`"),
        (Alarm::latency("api", 101.0).above(1), "is of `p101`"),
        (Alarm::errors("api").above("many"), "rings at `many`, which is not a number"),
        (Alarm::errors("api").to("on-call"), "goes to `on-call`, which is not an ARN"),
        (Alarm::errors("api").period(Duration::from_secs(45)), "has a period of 45s"),
        (Alarm::errors("api").periods(0), "looks at 0 periods"),
        (Alarm::errors("api").periods(1441), "looks at 1441 periods"),
        (Alarm::any([]).named("none"), "is made of 0 others"),
        (Alarm::any([Alarm::errors("apu")]), "there is none of this name"),
        (Alarm::dead_letters(orders().without_dead_letters()), "the stack makes no queue for them"),
        ((0..6).fold(Alarm::errors("api"), |alarm, _| alarm.to(TOPIC)), "more than the five"),
    ] {
        let found = mistakes(alarm);
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let twice = app().alarm(Alarm::errors("api")).alarm(Alarm::errors("api").above(5));
    let found = twice.synthesize().map(drop).unwrap_err().to_string();
    assert!(found.contains("ApiErrorsAlarm"), "{found}");
}
