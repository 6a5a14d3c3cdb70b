//! Names that are made of the stack's.

use serde_json::json;
use sparta_core::{
    App, Environment, Error, Function, Mistakes, Pipeline, Request,
    cfn::{Resource, sub},
    construct::{EventBus, StateMachine},
    service_fn,
    synth::LimitMistake,
};

fn app() -> App {
    App::new("Shop").function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
}

fn check(app: App) -> Result<(), Mistakes> {
    let checked = app.check();
    let synthesis = app.synthesize().unwrap().check();
    assert_eq!(checked.is_ok(), synthesis.is_ok(), "building finds what a test finds");
    checked
}

#[track_caller]
fn only(app: App, expected: &str) {
    let report = check(app).unwrap_err();
    let [mistake] = &report.iter().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert!(matches!(mistake.problem().downcast_ref(), Some(LimitMistake::Name { .. })), "{mistake}");
    assert!(mistake.to_string().contains(expected), "{expected}: {mistake}");
}

#[test]
fn an_archive_is_called_after_the_longest_stack() {
    let orders = |length: usize| EventBus::new("o".repeat(length)).archive(30);
    let of_environments = |length| {
        let app = app().with(orders(length)).environment(Environment::new("test", ()));
        app.environment(Environment::new("production", ()))
    };
    // `Production-Shop-` has 16 characters, and `Shop-` has 5.
    check(of_environments(32)).unwrap();
    only(of_environments(33), "in the stack `Production-Shop` a name of `");
    check(app().with(orders(43))).unwrap();
    only(app().with(orders(44)), "`ArchiveName` must have at most 48 characters");
    // `Production-Shop-main-` has 21.
    let delivered = |length| of_environments(length).pipeline(Pipeline::github("https://github.com/acme/shop"));
    check(delivered(27)).unwrap();
    only(delivered(28), "in the stack `Production-Shop-main`");
}

#[test]
fn a_state_machine_and_what_the_user_names_are_held_to_the_same() {
    let definition = json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}});
    let machine = |length: usize| StateMachine::new("m".repeat(length), definition.clone());
    check(app().with(machine(75))).unwrap();
    only(app().with(machine(76)), "shorten the name of the app, the environment or the resource");
    let queue = |name: &str| app().resource("Own", Resource::raw("AWS::SQS::Queue", json!({"QueueName": sub(name)})));
    check(queue("${AWS::StackName}-orders")).unwrap();
    let bus = |end: &str| {
        let name = sub(format!("${{AWS::StackName}}-${{AWS::Region}}-{end}"));
        app().resource("Own", Resource::raw("AWS::Events::EventBus", json!({"Name": name})))
    };
    check(bus("orders")).unwrap();
    only(bus(&"o".repeat(240)), "a name of `Own`");
}
