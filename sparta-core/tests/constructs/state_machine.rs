use serde_json::json;
use sparta_core::{App, Function, construct::StateMachine, iam::Statement};

use super::{function, mistakes};

fn orders() -> StateMachine {
    let ship = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${ship-order}", "Payload.$": "$"},
        "TimeoutSeconds": 30,
        "End": true,
    });
    let definition = json!({"Comment": "costs ${x:1}", "StartAt": "Ship", "States": {"Ship": ship}});
    StateMachine::new("orders", definition).task(Function::handle("ship-order"))
}

#[test]
fn a_state_machine_may_invoke_its_tasks() {
    let orders = orders().grant(Statement::allow(["sns:Publish"]).on("arn:aws:sns:eu-west-1:123456789012:shipped"));
    let app = App::new("Shop").function(function("hello").uses(orders.start())).function(function("ship-order"));
    let template = super::document(&app);
    let resources = template["Resources"].as_object().unwrap();
    let of_machine: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Orders")).collect();
    insta::assert_json_snapshot!((of_machine, super::variables(&template), super::statements(&template)));
}

#[test]
fn an_existing_state_machine_is_started() {
    let template = super::template(function("hello").uses(StateMachine::existing("orders").start()));
    let arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:orders";
    assert_eq!(super::variables(&template), &json!({"ORDERS_STATE_MACHINE": {"Fn::Sub": arn}}));
    assert_eq!(super::statements(&template)[0]["Resource"], json!({"Fn::Sub": arn}));
}

#[test]
fn definitions_and_their_functions_are_checked() {
    let report = |machine: StateMachine| mistakes(&App::new("Shop").function(function("hello")).with(machine));
    let done = || json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}});
    let unknown = orders();
    let without = StateMachine::new(
        "orders",
        json!({"StartAt": "A", "States": {"A": {
            "Type": "Task", "Resource": "${hello}", "End": true,
        }}}),
    );
    for (machine, expected) in [
        (StateMachine::new("orders", json!({})), "an object with `StartAt` and at least one state"),
        (StateMachine::new("orders", done()).task(Function::handle("hello")), "its definition has no `${hello}`"),
        (without, "add `.task(Function::handle(\"hello\"))`"),
        (unknown, "the app has no function `ship-order` to invoke"),
    ] {
        let report = report(machine);
        assert!(report.len() == 1 && report[0].starts_with("state machine `orders`: "), "{expected}: {report:?}");
        assert!(report[0].contains(expected), "{expected}: {report:?}");
    }
    let circle = App::new("Shop").function(function("ship-order").uses(orders().start()));
    assert!(mistakes(&circle)[0].contains("it uses the state machine `orders`, which invokes it"));
}
