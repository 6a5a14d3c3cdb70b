use serde_json::{Value as Json, json};
use sparta_core::{
    App, Environment, Function, Pipeline,
    construct::{Bucket, Destination, EventBus, Queue, Topic},
};

use super::{document, function, mistakes, statements, template, variables};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666";

fn failed() -> Queue {
    Queue::new("failed").without_dead_letters()
}

#[test]
fn events_that_lambda_is_done_with_go_on() {
    let hello = function("hello")
        .retries(0)
        .on_success(EventBus::new("orders"))
        .on_failure(failed().kms_key(KEY))
        .dead_letters(Topic::new("alarms").kms_key(KEY));
    let template = template(hello);
    assert_eq!(variables(&template), &Json::Null, "the function has no name for them");
    let resources = &template["Resources"];
    let kinds: Vec<&str> = resources.as_object().unwrap().values().map(|it| it["Type"].as_str().unwrap()).collect();
    for kind in ["AWS::Events::EventBus", "AWS::SNS::Topic", "AWS::SQS::Queue"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let dead_letters = &resources["HelloFunction"]["Properties"]["DeadLetterConfig"];
    insta::assert_json_snapshot!((&resources["HelloEventInvokeConfig"], dead_letters, statements(&template)));
}

#[test]
fn what_is_sent_by_an_alias_is_its_own() {
    let template = template(function("hello").alias("live").on_failure(failed()));
    let config = &template["Resources"]["HelloEventInvokeConfig"];
    assert_eq!(config["Properties"]["Qualifier"], "live");
    assert_eq!(config["DependsOn"], json!(["HelloAlias"]));
}

#[test]
fn a_destination_is_allowed_exactly_what_lambda_asks_for() {
    let get_att = |id: &str, attribute: &str| json!({"Fn::GetAtt": [id, attribute]});
    let allow = |action: &str, on: Json| json!({"Effect": "Allow", "Action": action, "Resource": on});
    let of = |destination: Destination| {
        let app = App::new("Shop").function(function("hello").on_failure(destination));
        statements(&document(&app.function(function("report")).function(function("audit").alias("live"))))
    };
    let bucket = vec![
        allow("s3:PutObject", json!({"Fn::Sub": "${FailuresBucket.Arn}/*"})),
        allow("s3:ListBucket", get_att("FailuresBucket", "Arn")),
    ];
    for (destination, expected) in [
        (failed().into(), vec![allow("sqs:SendMessage", get_att("FailedQueue", "Arn"))]),
        (Topic::new("news").into(), vec![allow("sns:Publish", get_att("NewsTopic", "TopicArn"))]),
        (EventBus::new("orders").into(), vec![allow("events:PutEvents", get_att("OrdersEventBus", "Arn"))]),
        (Function::handle("report").into(), vec![allow("lambda:InvokeFunction", get_att("ReportFunction", "Arn"))]),
        (Function::handle("audit").alias().into(), vec![allow("lambda:InvokeFunction", json!({"Ref": "AuditAlias"}))]),
        (Bucket::new("failures").into(), bucket),
    ] {
        assert_eq!(of(destination), expected);
    }
    let of_key = |service: &str, actions: Json| {
        let through = json!({"kms:ViaService": format!("{service}.eu-west-1.amazonaws.com")});
        json!({"Effect": "Allow", "Action": actions, "Resource": KEY, "Condition": {"StringEquals": through}})
    };
    let both = json!(["kms:Decrypt", "kms:GenerateDataKey"]);
    assert_eq!(of(failed().kms_key(KEY).into())[1], of_key("sqs", both.clone()));
    assert_eq!(of(Topic::new("news").kms_key(KEY).into())[1], of_key("sns", both));
    assert_eq!(of(Bucket::new("failures").kms_key(KEY).into())[2], of_key("s3", json!("kms:GenerateDataKey")));
}

#[test]
fn what_is_there_already_takes_events_by_its_arn() {
    let arn = "arn:aws:sqs:eu-west-1:123456789012:failed";
    let template = template(function("hello").on_failure(Queue::existing(arn)).on_success(EventBus::default_bus()));
    let config = &template["Resources"]["HelloEventInvokeConfig"]["Properties"]["DestinationConfig"];
    assert_eq!(config["OnFailure"]["Destination"], arn);
    let default = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default";
    assert_eq!(config["OnSuccess"]["Destination"], json!({"Fn::Sub": default}));
}

#[test]
fn an_app_has_them_for_all_its_functions_but_for_the_destination_itself() {
    let app = App::new("Shop")
        .on_failure(Function::handle("failed"))
        .dead_letters(failed())
        .function(function("hello"))
        .function(function("other").on_failure(Topic::new("news")))
        .function(function("failed"));
    let resources = &document(&app)["Resources"];
    let on_failure = |function: &str| {
        let config = &resources[format!("{function}EventInvokeConfig")];
        config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0].clone()
    };
    assert_eq!(["Hello", "Other", "Failed"].map(on_failure), [json!("FailedFunction"), json!("NewsTopic"), Json::Null]);
    for function in ["HelloFunction", "OtherFunction", "FailedFunction"] {
        let target = &resources[function]["Properties"]["DeadLetterConfig"]["TargetArn"];
        assert_eq!(target, &json!({"Fn::GetAtt": ["FailedQueue", "Arn"]}), "{function}");
    }
}

#[test]
fn what_lambda_would_refuse_is_a_mistake() {
    let of = |function: Function| mistakes(&App::new("Shop").function(function));
    let hello = || function("hello");
    for (function, expected) in [
        (hello().on_failure(failed().fifo()), "to the queue `failed`, which is FIFO: name one that is not"),
        (hello().on_success(Topic::new("news").fifo()), "to the topic `news`, which is FIFO"),
        (hello().dead_letters(Queue::existing("arn:aws:sqs:eu-west-1:123456789012:x.fifo")), "to the queue `x.fifo`"),
        (hello().on_failure(Function::handle("hello")), "it uses the function `hello`, which invokes it"),
        (hello().on_failure(Function::handle("helo")), "no function `helo` to invoke: did you mean `hello`?"),
    ] {
        let report = of(function);
        assert!(report.len() == 1 && report[0].contains(expected), "{expected}: {report:?}");
    }
}

#[test]
fn a_pipeline_may_make_them() {
    let hello = function("hello").on_success(Function::handle("report").alias()).on_failure(Bucket::new("failures"));
    let app = App::new("Shop")
        .dead_letters(failed())
        .function(hello)
        .function(function("report").alias("live"))
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/shop"));
    app.check().unwrap();
}
