//! Grants against what IAM knows: which actions there are, on which resources, and which of them an SDK's operation takes.

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Function,
    construct::{Bucket, EventBus, Grant, Queue, StateMachine, StoredParameter, StoredSecret, Stream, Table, Topic},
};
use sparta_schema::iam;

use super::{function, statements};

/// The operations of the SDKs whose action has another name, or which take more than one.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("dynamodb:ExecuteStatement SELECT", &["dynamodb:PartiQLSelect"]),
    ("dynamodb:ExecuteStatement INSERT", &["dynamodb:PartiQLInsert"]),
    ("dynamodb:ExecuteStatement UPDATE", &["dynamodb:PartiQLUpdate"]),
    ("dynamodb:ExecuteStatement DELETE", &["dynamodb:PartiQLDelete"]),
    ("dynamodb:TransactGetItems", &["dynamodb:GetItem"]),
    ("dynamodb:TransactWriteItems Put", &["dynamodb:PutItem"]),
    ("dynamodb:TransactWriteItems Update", &["dynamodb:UpdateItem"]),
    ("dynamodb:TransactWriteItems Delete", &["dynamodb:DeleteItem"]),
    ("lambda:Invoke", &["lambda:InvokeFunction"]),
    ("s3:CompleteMultipartUpload", &["s3:PutObject"]),
    ("s3:CopyObject from", &["s3:GetObject"]),
    ("s3:CopyObject to", &["s3:PutObject"]),
    ("s3:CreateMultipartUpload", &["s3:PutObject"]),
    ("s3:DeleteObjects", &["s3:DeleteObject"]),
    ("s3:GetObject versionId", &["s3:GetObjectVersion"]),
    ("s3:HeadBucket", &["s3:ListBucket"]),
    ("s3:HeadObject", &["s3:GetObject"]),
    ("s3:ListObjectsV2", &["s3:ListBucket"]),
    ("s3:ListParts", &["s3:ListMultipartUploadParts"]),
    ("s3:UploadPart", &["s3:PutObject"]),
    ("sns:PublishBatch", &["sns:Publish"]),
    ("sqs:ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"]),
    ("sqs:DeleteMessageBatch", &["sqs:DeleteMessage"]),
    ("sqs:SendMessageBatch", &["sqs:SendMessage"]),
];

/// The actions that an operation takes; most take the one of their name.
fn actions_of(operation: &str) -> Vec<&str> {
    let found = OPERATIONS.iter().find(|(name, _)| *name == operation);
    found.map_or_else(|| vec![operation], |(_, actions)| actions.to_vec())
}

/// Each grant, the operations that it is for, and the types of resources in IAM that it is on.
fn grants() -> Vec<(&'static str, Grant, Vec<&'static str>, &'static [&'static str])> {
    let table = Table::new("links").key("code");
    let bucket = Bucket::new("images");
    let queue = Queue::new("clicks");
    let (topic, bus, stream) = (Topic::new("news"), EventBus::new("orders"), Stream::new("readings"));
    let read_table = [
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:ExecuteStatement SELECT",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:TransactGetItems",
    ];
    let write_table = [
        "dynamodb:BatchWriteItem",
        "dynamodb:ExecuteStatement INSERT",
        "dynamodb:ExecuteStatement UPDATE",
        "dynamodb:PutItem",
        "dynamodb:TransactWriteItems Put",
        "dynamodb:TransactWriteItems Update",
        "dynamodb:UpdateItem",
    ];
    let delete_table = [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:ExecuteStatement DELETE",
        "dynamodb:TransactWriteItems Delete",
    ];
    let read_bucket = [
        "s3:CopyObject from",
        "s3:GetObject",
        "s3:GetObject versionId",
        "s3:HeadBucket",
        "s3:HeadObject",
        "s3:ListObjectsV2",
    ];
    let write_bucket = [
        "s3:AbortMultipartUpload",
        "s3:CompleteMultipartUpload",
        "s3:CopyObject to",
        "s3:CreateMultipartUpload",
        "s3:ListParts",
        "s3:PutObject",
        "s3:UploadPart",
    ];
    let receive = [
        "sqs:ChangeMessageVisibility",
        "sqs:ChangeMessageVisibilityBatch",
        "sqs:DeleteMessage",
        "sqs:DeleteMessageBatch",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ];
    let machine = StateMachine::new("ship", json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}));
    let express = ["states:StartExecution", "states:StartSyncExecution"];
    let parameters = ["ssm:GetParameter", "ssm:GetParameters"];
    let read_stream = [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ];
    let of_bucket = &["object", "bucket"][..];
    vec![
        ("table read", table.read().into(), read_table.to_vec(), &["table"]),
        ("table write", table.write().into(), write_table.to_vec(), &["table"]),
        ("table read_write", table.read_write().into(), [&read_table[..], &write_table].concat(), &["table"]),
        ("table delete", table.delete().into(), delete_table.to_vec(), &["table"]),
        ("bucket read", bucket.read().into(), read_bucket.to_vec(), of_bucket),
        ("bucket write", bucket.write().into(), write_bucket.to_vec(), of_bucket),
        ("bucket read_write", bucket.read_write().into(), [&read_bucket[..], &write_bucket].concat(), of_bucket),
        ("bucket delete", bucket.delete().into(), vec!["s3:DeleteObject", "s3:DeleteObjects"], of_bucket),
        ("queue send", queue.send(), vec!["sqs:SendMessage", "sqs:SendMessageBatch"], &["queue"]),
        ("queue receive", queue.receive(), receive.to_vec(), &["queue"]),
        ("topic publish", topic.publish(), vec!["sns:Publish", "sns:PublishBatch"], &["topic"]),
        ("bus put_events", bus.put_events(), vec!["events:PutEvents"], &["event-bus"]),
        ("function invoke", Function::handle("other").invoke(), vec!["lambda:Invoke"], &["function"]),
        ("state machine start", machine.start(), vec!["states:StartExecution"], &["statemachine"]),
        ("express start", machine.express().start(), express.to_vec(), &["statemachine"]),
        ("secret read", StoredSecret::existing("db").read(), vec!["secretsmanager:GetSecretValue"], &["Secret"]),
        ("parameter read", StoredParameter::existing("/a").read(), parameters.to_vec(), &["parameter"]),
        ("stream read", stream.read(), read_stream.to_vec(), &["stream"]),
        ("stream write", stream.write(), vec!["kinesis:PutRecord", "kinesis:PutRecords"], &["stream"]),
    ]
}

/// The actions of a grant with the resources of their statement.
fn allowed(grant: Grant) -> Vec<(String, Json)> {
    let one_or_many = |value: &Json| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let app = App::new("Shop").function(function("hello").uses(grant)).function(function("other"));
    let statements = statements(&serde_json::to_value(app.synthesize().unwrap().template).unwrap());
    let of_statement = |statement: &Json| {
        let resource = statement["Resource"].clone();
        let actions = one_or_many(&statement["Action"]).into_iter();
        actions.map(|action| (action.as_str().unwrap().to_owned(), resource.clone())).collect::<Vec<_>>()
    };
    statements.iter().flat_map(of_statement).collect()
}

#[test]
fn a_grant_allows_the_operations_that_it_is_for_and_nothing_else() {
    for (name, grant, operations, _) in grants() {
        let mut expected: Vec<&str> = operations.iter().flat_map(|operation| actions_of(operation)).collect();
        expected.sort_unstable();
        expected.dedup();
        let mut allowed: Vec<String> = allowed(grant).into_iter().map(|(action, _)| action).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, expected, "{name}");
    }
}

#[test]
fn iam_knows_every_action_on_resources_of_the_grants_type() {
    for (name, grant, _, types) in grants() {
        for (action, resource) in allowed(grant) {
            let (service, known) = iam::action(&action).unwrap_or_else(|| panic!("{name}: {action}"));
            let on: Vec<&str> = service.resources_of(known).map(|it| it.name).collect();
            assert!(types.iter().any(|it| on.contains(it)), "{name}: {action} is on {on:?}");
            // Objects and their bucket have different ARNs.
            let is_of_object = resource.get("Fn::Sub").is_some();
            assert!(
                service.prefix() != "s3" || on.contains(&"object") == is_of_object,
                "{name}: {action} on {resource}"
            );
        }
    }
}

#[test]
fn the_table_of_operations_names_what_is_used_and_what_there_is() {
    let used: Vec<&str> = grants().into_iter().flat_map(|(_, _, operations, _)| operations).collect();
    for (operation, actions) in OPERATIONS {
        assert!(used.contains(operation), "{operation} is no grant's");
        assert!(actions.iter().all(|action| iam::action(action).is_some()), "{operation}");
        assert!(iam::action(operation).is_none(), "{operation} has an action of its own");
    }
}
