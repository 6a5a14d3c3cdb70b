//! What is found in a resource's properties, and what is said about it.

use serde_json::{Value as Json, json};
use sparta_schema::{FaultKind, Node, check, resource_type};

fn messages(name: &str, properties: Json) -> Vec<String> {
    let faults = check(resource_type(name).unwrap(), &Node::from_json(&properties));
    faults.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_right(name: &str, properties: Json) {
    assert_eq!(messages(name, properties), [""; 0]);
}

fn role() -> Json {
    json!({ "Fn::GetAtt": ["Role", "Arn"] })
}

#[test]
fn right_properties_have_no_mistakes() {
    assert_right("AWS::S3::Bucket", json!({}));
    assert_right(
        "AWS::S3::Bucket",
        json!({
            "BucketName": { "Fn::Sub": "${AWS::StackName}-x" },
            "VersioningConfiguration": { "Status": "Enabled" },
            "Tags": [{ "Key": "app", "Value": { "Ref": "App" } }],
        }),
    );
    assert_right(
        "AWS::Lambda::Function",
        json!({
            "Code": { "S3Bucket": "bucket", "S3Key": "code.zip" }, "Role": role(), "Handler": "hello",
            "Runtime": "provided.al2023", "MemorySize": "256", "Timeout": 5,
            "Environment": { "Variables": { "LEVEL": "info" } },
        }),
    );
}

#[test]
fn every_mistake_is_reported_at_once() {
    let found = messages(
        "AWS::S3::Bucket",
        json!({
            "Arn": "arn:aws:s3:::x",
            "Tags": [{ "Value": "x" }, 1],
            "VersionConfiguration": {},
            "VersioningConfiguration": { "Status": "On" },
        }),
    );
    assert_eq!(
        found,
        [
            "Arn: `Arn` is set by the service and cannot be given",
            "Tags[0]: missing property `Key` of `Tags[0]`",
            "Tags[1]: `Tags[1]` must be a map, not `1`",
            "VersionConfiguration: unknown property `VersionConfiguration` of AWS::S3::Bucket; did you mean \
             `VersioningConfiguration`?",
            "VersioningConfiguration.Status: `Status` must be one of `Enabled`, `Suspended`, not `On`",
        ]
    );
}

#[test]
fn missing_properties_are_reported_at_their_map() {
    let node = Node::from_json(&json!({ "Code": {} }));
    let faults = check(resource_type("AWS::Lambda::Function").unwrap(), &node);
    let missing = faults.iter().find(|it| it.kind == FaultKind::Required).unwrap();
    assert_eq!((missing.place, missing.message.as_str()), (0, "missing property `Role` of AWS::Lambda::Function"));
}

#[test]
fn numbers_and_booleans_may_be_text() {
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": "5", "FifoQueue": "true", "QueueName": "a.fifo" }));
    assert_right("AWS::SSM::Parameter", json!({ "Type": "String", "Value": 5 }));
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "DelaySeconds": "soon", "FifoQueue": "yes" })),
        [
            "DelaySeconds: `DelaySeconds` must be a whole number, not `soon`",
            "FifoQueue: `FifoQueue` must be `true` or `false`, not `yes`"
        ]
    );
}

#[test]
fn limits_are_kept() {
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "DelaySeconds": 901, "VisibilityTimeout": "-1" })),
        [
            "DelaySeconds: `DelaySeconds` must be at most 900, not 901",
            "VisibilityTimeout: `VisibilityTimeout` must be at least 0, not -1"
        ]
    );
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "Tags": [{ "Key": "", "Value": "x" }] })),
        ["Tags[0].Key: `Key` must have at least 1 characters, not 0"]
    );
}

#[test]
fn what_is_unknown_is_taken_for_right() {
    assert_right("AWS::Lambda::Function", json!({ "Code": { "Ref": "Code" }, "Role": { "Fn::ImportValue": "Role" } }));
    assert_right("AWS::S3::Bucket", json!({ "VersioningConfiguration": { "Status": "{{resolve:ssm:status}}" } }));
    assert_right("AWS::SQS::Queue", json!({ "DelaySeconds": "{{resolve:ssm:delay:1}}" }));
    assert_right("AWS::S3::Bucket", json!({ "Tags": { "Fn::Transform": { "Name": "Tags" } } }));
}

#[test]
fn no_value_is_as_if_left_out() {
    let none = json!({ "Ref": "AWS::NoValue" });
    assert_right("AWS::S3::Bucket", json!({ "BucketName": none, "Tags": none }));
    assert_eq!(
        messages("AWS::Lambda::Function", json!({ "Code": { "ZipFile": "x" }, "Runtime": "nodejs22.x", "Role": none })),
        ["missing property `Role` of AWS::Lambda::Function"]
    );
}

#[test]
fn each_branch_of_a_condition_is_checked() {
    let status = json!({ "Fn::If": ["Kept", "Enabled", { "Fn::If": ["Off", { "Ref": "AWS::NoValue" }, "Of"] }] });
    assert_eq!(
        messages("AWS::S3::Bucket", json!({ "VersioningConfiguration": { "Status": status } })),
        ["VersioningConfiguration.Status: `Status` must be one of `Enabled`, `Suspended`, not `Of`"]
    );
    assert_right(
        "AWS::Lambda::Function",
        json!({ "Code": { "ImageUri": "x" }, "Role": { "Fn::If": ["A", role(), "arn:aws:iam::123456789012:role/x"] } }),
    );
}

#[test]
fn a_null_is_a_mistake_wherever_it_stands() {
    assert_eq!(
        messages("AWS::SNS::Topic", json!({ "TopicName": null, "ArchivePolicy": { "Deep": [null] } })),
        [
            "ArchivePolicy.Deep[0]: `Deep[0]` must not be `null`: leave it out instead",
            "TopicName: `TopicName` must not be `null`: leave it out instead",
        ]
    );
}

#[test]
fn a_list_function_does_not_make_text() {
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "QueueName": { "Fn::Split": [",", "a,b"] } })),
        ["QueueName: `QueueName` must be text, not a list"]
    );
    assert_eq!(
        messages("AWS::SQS::Queue", json!({ "Tags": { "Fn::Sub": "x" } })),
        ["Tags: `Tags` must be a list, not text"]
    );
}

#[test]
fn policy_documents_have_their_shape() {
    let policy =
        |statement: Json| json!({ "PolicyName": "x", "PolicyDocument": { "Statement": statement }, "Roles": ["r"] });
    assert_right("AWS::IAM::Policy", policy(json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }])));
    assert_eq!(
        messages(
            "AWS::IAM::Policy",
            policy(json!([{ "Effect": "Permit", "Actions": "s3:GetObject", "Resource": "*" }]))
        ),
        [
            "PolicyDocument.Statement[0]: `Statement[0]` needs one of `Action`, `NotAction`",
            "PolicyDocument.Statement[0].Actions: unknown property `Actions` of `Statement[0]`; did you mean `Action`?",
            "PolicyDocument.Statement[0].Effect: `Effect` must be one of `Allow`, `Deny`, not `Permit`",
        ]
    );
}

#[test]
fn properties_that_exclude_one_another_are_found() {
    let image = json!({ "Code": { "ImageUri": "x" }, "PackageType": "Image", "Role": role(), "Handler": "x" });
    assert_eq!(
        messages("AWS::Lambda::Function", image),
        ["Handler: `Handler` cannot be set here (Container image functions cannot use Handler, Runtime, or Layers)"]
    );
    let table = json!({ "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PROVISIONED" });
    println!("{:#?}", messages("AWS::DynamoDB::Table", table));
}
