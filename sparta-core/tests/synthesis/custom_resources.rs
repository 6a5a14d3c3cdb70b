//! Resources that a function provides, in the template.

use serde_json::{Value as Json, json};
use sparta_core::{App, Environment, Error, Function, Request, service_fn};
use sparta_test_models::custom_resources::broker;

fn template(app: &App) -> Json {
    app.check().unwrap();
    serde_json::to_value(app.synthesize().unwrap().template).unwrap()
}

#[test]
fn a_resource_names_its_function_and_waits_for_what_answers_in_its_place() {
    let template = template(&broker());
    let topic = &template["Resources"]["OrdersTopic"];
    assert_eq!(topic["Type"], "Custom::Topic");
    assert_eq!(topic["DependsOn"], json!(["TopicsEventInvokeConfig"]));
    let expected = json!({
        "Name": "orders", "Partitions": 3, "ServiceToken": {"Fn::GetAtt": ["TopicsFunction", "Arn"]},
    });
    assert_eq!(topic["Properties"], expected);
    let variables = &template["Resources"]["SendFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["ORDERS"], json!({"Fn::GetAtt": ["OrdersTopic", "Address"]}));
}

#[test]
fn what_lambda_cannot_invoke_or_what_ends_without_an_answer_is_answered_by_another_function() {
    let template = template(&broker());
    let failures = json!({"Fn::GetAtt": ["CustomResourceFailuresFunction", "Arn"]});
    let config = &template["Resources"]["TopicsEventInvokeConfig"]["Properties"];
    assert_eq!(config["DestinationConfig"], json!({"OnFailure": {"Destination": failures}}));
    assert_eq!((&config["MaximumEventAgeInSeconds"], &config["MaximumRetryAttempts"]), (&json!(300), &json!(1)));
    let policy = &template["Resources"]["TopicsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let invoke = json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": failures});
    assert!(policy.as_array().unwrap().contains(&invoke), "{policy}");
}

#[test]
fn an_app_without_such_resources_has_no_such_function() {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let app = App::new("Hello").function(hello).environment(Environment::new("test", ()));
    assert!(template(&app)["Resources"]["CustomResourceFailuresFunction"].is_null());
}
