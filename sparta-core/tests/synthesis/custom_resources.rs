//! Resources that a function provides, in the template.

use serde_json::{Value as Json, json};
use sparta_core::{App, Environment, Error, Function, Request, construct::FunctionHandle, service_fn};
use sparta_test_models::custom_resources::{Topics, broker};

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

/// The broker's App with a resource of this function.
fn provided_by(handle: FunctionHandle) -> Vec<String> {
    let resource = handle.custom_resource("Topic").property("Name", "orders").property("Partitions", 3);
    let mistakes = broker().resource("Topic", resource).check().unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_resource_needs_a_function_that_answers_cloudformation() {
    assert_eq!(
        provided_by(Function::handle("send")),
        [
            "the resource `Topic` is provided by the function `send`, which provides no resources, so that CloudFormation would wait \
          for its answer for an hour: declare it with `Function::custom_resource(\"send\", ..)`"
        ]
    );
    assert_eq!(
        provided_by(Function::handle("topic")),
        ["the resource `Topic` is provided by a function `topic`, which the app does not have: did you mean `topics`?"]
    );
    assert_eq!(
        provided_by(Function::handle("queues-of-old")),
        ["the resource `Topic` is provided by a function `queues-of-old`, which the app does not have: add it with \
          `.function(Function::custom_resource(\"queues-of-old\", ..))`"]
    );
    assert_eq!(
        provided_by(Function::handle("topics").alias()),
        [
            "the resource `Topic` is provided by the alias of the function `topics`, which has none: remove `.alias()` from its handle, \
          or give it one with `.alias(\"live\")`"
        ]
    );
}

#[test]
fn a_resource_of_an_alias_needs_the_alias() {
    let app = |handle: FunctionHandle| {
        let topics = Function::custom_resource("topics", Topics).alias("live");
        let resource = handle.custom_resource("Topic").property("Name", "orders").property("Partitions", 3);
        App::new("Broker").function(topics).resource("Topic", resource)
    };
    app(Function::handle("topics").alias()).check().unwrap();
    let mistakes = app(Function::handle("topics")).check().unwrap_err().to_string();
    assert!(mistakes.ends_with("which is invoked by its alias: `Function::handle(\"topics\").alias()`"), "{mistakes}");
}

#[test]
fn the_kind_of_a_resource_is_letters_digits_and_signs() {
    let app = broker().resource("Topic", Function::handle("topics").custom_resource("My Topic"));
    let mistakes = app.check().unwrap_err().to_string();
    assert!(
        mistakes.contains("Resources.Topic.Type: the type `Custom::My Topic` has to be `Custom::` with"),
        "{mistakes}"
    );
}
