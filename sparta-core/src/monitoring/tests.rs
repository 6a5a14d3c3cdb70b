use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::{
    Alarm, App, Environment, Error, Function, LambdaEvent, Request,
    construct::{EventBus, Queue, Table},
    resource, service_fn,
    trigger::HttpApi,
};

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

/// The logical ids of all alarms.
fn ids(app: App) -> Vec<String> {
    let resources = resources(app);
    let alarms = resources.as_object().unwrap().iter().filter(|(_, it)| it["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(id, _)| id.clone()).collect()
}

#[test]
fn everything_that_is_declared_has_its_usual_alarms() {
    let count = Function::event("count", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let own = resource!(AWS::SQS::Queue {});
    let watched = || app().function(count).with(orders()).resource("Own", own).alarms(TOPIC);
    let app = watched();
    assert_eq!(
        ids(app),
        [
            "ApiErrorsAlarm",
            "ApiThrottlesAlarm",
            "CountErrorsAlarm",
            "CountThrottlesAlarm",
            "HttpApiFailuresAlarm",
            "OrdersDeadLetterQueueMessagesAlarm",
            "OrdersQueueAgeAlarm",
            "OwnAgeAlarm",
        ]
    );
}

#[test]
fn a_queue_that_failures_go_to_rings_for_each() {
    let failed = || Queue::new("failed").without_dead_letters();
    let count = || Function::event("count", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let rule = || EventBus::default_bus().rule(json!({"source": ["shop"]})).dead_letters(failed());
    for function in [
        count().on_failure(failed()),
        count().dead_letters(failed()),
        count().trigger(rule()),
        count().trigger(Table::new("links").key("code").changes().failures_to(failed())),
    ] {
        let ids = ids(app().function(function).alarms(TOPIC));
        assert!(ids.contains(&"FailedQueueMessagesAlarm".to_owned()), "{ids:?}");
    }
    let ids = ids(app().function(count().on_success(failed())).alarms(TOPIC));
    assert!(ids.contains(&"FailedQueueAgeAlarm".to_owned()), "{ids:?}");
}

#[test]
fn an_alarm_of_ones_own_takes_the_place_of_the_usual_one() {
    let resources = resources(app().alarms(TOPIC).alarm(Alarm::errors("api").above(5)));
    let (own, usual) = (&resources["ApiErrorsAlarm"], &resources["ApiThrottlesAlarm"]);
    assert_eq!((&own["Properties"]["Threshold"], &own["Properties"]["AlarmActions"]), (&json!(5), &Json::Null));
    assert_eq!(usual["Properties"]["AlarmActions"], json!([TOPIC]));
    let wrong = app().alarms("on-call").synthesize().map(drop).unwrap_err().to_string();
    assert!(wrong.contains("the alarms go to `on-call`, which is not an ARN"), "{wrong}");
}

/// An App whose production watches these alarms.
fn watched(alarms: impl IntoIterator<Item = Alarm>) -> App {
    let minutes = |count: usize| Duration::from_secs(60 * count as u64);
    let production = alarms
        .into_iter()
        .enumerate()
        .fold(Environment::new("production", ()), |it, (at, alarm)| it.watch(alarm, minutes(at + 1)));
    app().environment(Environment::new("test", ())).environment(production)
}

#[test]
fn an_alarm_that_is_watched_has_a_name_that_is_known_before_it_is_there() {
    let resources = resources(watched([Alarm::errors("api")]).alarm(Alarm::throttles("api")));
    let name = |id: &str| resources[id]["Properties"]["AlarmName"].clone();
    assert_eq!(name("ApiErrorsAlarm"), json!({"Fn::Sub": "${AWS::StackName}-ApiErrorsAlarm"}));
    assert_eq!(name("ApiThrottlesAlarm"), Json::Null);
    assert_eq!(Alarm::errors("api").name_in("Prod-Shop"), "Prod-Shop-ApiErrorsAlarm");
}

#[test]
fn an_alarm_that_is_watched_and_declared_is_there_once_with_who_hears_of_it() {
    let both = || Alarm::any([Alarm::errors("api"), Alarm::throttles("api")]);
    for app in [
        watched([Alarm::errors("api"), both()]).alarms(TOPIC),
        watched([Alarm::errors("api"), both()]).alarms(TOPIC).alarm(both().to(TOPIC)),
    ] {
        let resources = resources(app);
        assert_eq!(resources["ApiErrorsOrApiThrottlesAlarm"]["Properties"]["AlarmActions"], json!([TOPIC]));
        assert!(resources["ApiErrorsAlarm"]["Properties"]["AlarmName"].is_object(), "{resources:#}");
    }
    for app in [
        watched([Alarm::errors("api")]).alarm(Alarm::errors("api").to(TOPIC)),
        watched([Alarm::errors("api")]).alarms(TOPIC),
    ] {
        let alarm = resources(app)["ApiErrorsAlarm"]["Properties"].clone();
        assert_eq!(alarm["AlarmActions"], json!([TOPIC]));
        assert_eq!(alarm["AlarmName"], json!({"Fn::Sub": "${AWS::StackName}-ApiErrorsAlarm"}));
    }
    let differs = watched([Alarm::errors("api").above(5)]).alarm(Alarm::errors("api").to(TOPIC));
    let found = differs.synthesize().map(drop).unwrap_err().to_string();
    assert!(found.contains("ApiErrorsAlarm"), "{found}");
}

#[test]
fn what_cannot_be_watched_is_a_mistake_of_its_environment() {
    let mistakes =
        |production: Environment| app().environment(production).synthesize().map(drop).unwrap_err().to_string();
    let production = || Environment::new("production", ());
    for (duration, expected) in [
        (Duration::from_secs(59), "watches `ApiErrorsAlarm` for 59s, and CloudFormation does so for whole minutes"),
        (Duration::from_secs(90), "for 90s"),
        (Duration::from_secs(181 * 60), "for 10860s"),
        (Duration::ZERO, "for 0ns"),
    ] {
        let found = mistakes(production().watch(Alarm::errors("api"), duration));
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let minute = Duration::from_secs(60);
    let twice = production().watch(Alarm::errors("api"), minute).watch(Alarm::errors("api").above(2), minute);
    assert!(mistakes(twice).contains("watches `ApiErrorsAlarm` twice"));
    let named = |name: &str| Alarm::errors("api").named(name);
    let six = ["a", "b", "c", "d", "e", "f"].into_iter().fold(production(), |it, name| it.watch(named(name), minute));
    assert!(mistakes(six).contains("watches 6 alarms, and AWS watches five"));
    let long = production().watch(named(&"x".repeat(122)), minute);
    assert!(mistakes(long).contains("whose name has at most 126 letters and digits"));
    let unknown = mistakes(production().watch(Alarm::errors("apu"), minute));
    assert!(unknown.contains("there is none of this name; did you mean `api`?"), "{unknown}");
}
