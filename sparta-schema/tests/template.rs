//! What is found in whole templates.

use serde_json::{Value as Json, json};
use sparta_schema::check_template;

fn mistakes(template: Json) -> Vec<String> {
    check_template(&template).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_right(template: Json) {
    assert_eq!(mistakes(template), [""; 0]);
}

#[test]
fn one_report_names_every_mistake_with_its_place() {
    let found = mistakes(json!({
        "Parameters": { "Name": { "Type": "String" } },
        "Conditions": { "Large": { "Fn::Equals": [{ "Ref": "Nam" }, "x"] }, "Both": { "Fn::And": [{ "Condition": "Lage" }, { "Condition": "Large" }] } },
        "Resources": {
            "Files": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retaine",
                "DependsOn": ["Nothing", "Files"],
                "Condition": "Big",
                "Property": {},
                "Properties": {
                    "BucketName": { "Fn::Sub": "${Name}-${Topic.TopicNam}-${!Literal}-${Own}" },
                    "VersionConfiguration": { "Status": "Enabled" },
                },
            },
            "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": { "Fn::If": ["Lrage", "a", "b"] } } },
        },
        "Outputs": {
            "Arn": { "Value": { "Fn::GetAtt": ["Files", "Arm"] } },
            "None": { "Description": "x" },
        },
    }));
    assert_eq!(
        found,
        [
            "Resources.Files.Condition: there is no condition `Big`",
            "Resources.Files.DeletionPolicy: `DeletionPolicy` must be one of `Delete`, `Retain`, \
             `RetainExceptOnCreate`, not `Retaine`; did you mean `Retain`?",
            "Resources.Files.DependsOn: there is no resource `Nothing`",
            "Resources.Files.DependsOn: a resource cannot depend on itself",
            "Resources.Files.Property: unknown attribute `Property` of a resource; did you mean `Properties`?",
            "Resources.Files.Properties.VersionConfiguration: unknown property `VersionConfiguration` of \
             AWS::S3::Bucket; did you mean `VersioningConfiguration`?",
            "Resources.Files.Properties.BucketName: AWS::SNS::Topic (`Topic`) returns no attribute `TopicNam`; did you \
             mean `TopicName`?",
            "Resources.Files.Properties.BucketName: there is no resource or parameter `Own`",
            "Resources.Topic.Properties.DisplayName: there is no condition `Lrage`; did you mean `Large`?",
            "Outputs.Arn.Value: AWS::S3::Bucket (`Files`) returns no attribute `Arm`; did you mean `Arn`?",
            "Outputs.None: an output needs a `Value`",
            "Conditions.Both.Fn::And[0]: there is no condition `Lage`; did you mean `Large`?",
            "Conditions.Large.Fn::Equals[0]: there is no resource or parameter `Nam`; did you mean `Name`?",
        ]
    );
}

#[test]
fn what_cloudformation_accepts_is_let_through() {
    assert_right(json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": { "Name": { "Type": "String" } },
        "Mappings": { "Sizes": { "large": { "memory": 512 } } },
        "Conditions": { "Named": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Name" }, ""] }] } },
        "Resources": {
            "Own": { "Type": "Custom::Thing", "Properties": { "ServiceToken": "arn:aws:lambda:x", "Any": { "Deep": 1 } } },
            "Private": { "Type": "Acme::Thing::Service", "Properties": { "What": { "Ever": true } } },
            "Module": { "Type": "AWS::Thing::Module::MODULE", "Properties": {} },
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "DependsOn": "Own",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "QueueName": { "Fn::If": ["Named", { "Ref": "Name" }, { "Ref": "AWS::NoValue" }] },
                    "DelaySeconds": { "Fn::FindInMap": ["Sizes", "large", "memory"] },
                    "VisibilityTimeout": "{{resolve:ssm:timeout}}",
                },
            },
            "Stack": { "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": { "Fn::Sub": "https://${AWS::URLSuffix}/x" } } },
        },
        "Outputs": {
            "Any": { "Value": { "Fn::GetAtt": "Own.Anything" } },
            "Nested": { "Value": { "Fn::GetAtt": ["Stack", "Outputs.Url"] }, "Condition": "Named" },
            "Of": { "Value": { "Fn::Sub": ["${a}-${Private.X}", { "a": { "Ref": "Queue" } }] }, "Export": { "Name": "x" } },
        },
    }));
}

#[test]
fn what_transforms_make_is_let_through() {
    assert_right(json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": { "Function": { "Runtime": "nodejs22.x" } },
        "Resources": { "Hello": { "Type": "AWS::Serverless::Function", "Properties": { "InlineCode": "x", "Handler": "x" } } },
        "Outputs": { "Role": { "Value": { "Fn::GetAtt": ["HelloRole", "Arn"] } } },
    }));
    assert_right(json!({
        "Transform": ["OurMacro"],
        "Resources": { "Files": { "Type": "AWS::S3::Bucket", "Properties": { "Encrypted": true } } },
    }));
    assert_right(json!({
        "Transform": "AWS::LanguageExtensions",
        "Resources": {
            "Fn::ForEach::Topics": ["Name", ["A", "B"], { "Topic${Name}": { "Type": "AWS::SNS::Topic" } }],
            "Queue": { "Type": "AWS::SQS::Queue", "DeletionPolicy": { "Fn::If": ["x", "Retain", "Delete"] }, "Properties": { "QueueName": { "Ref": "TopicA" } } },
        },
        "Conditions": { "x": { "Fn::Equals": ["a", "b"] } },
    }));
}

/// What the transform adds is not known.
#[test]
fn mappings_that_a_transform_adds_can_be_looked_up() {
    let template = |mappings: Json| {
        let name = json!({ "Fn::FindInMap": ["Names", "eu", "topic"] });
        json!({
            "Mappings": mappings,
            "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": name } } },
        })
    };
    let include = json!({ "Name": "AWS::Include", "Parameters": { "Location": "s3://bucket/mappings.json" } });
    assert_right(template(json!({ "Fn::Transform": include })));
    assert_right(template(json!({ "Other": { "a": { "b": "c" } }, "Fn::Transform": include })));
    let mut looped =
        template(json!({ "Fn::ForEach::Names": ["Name", ["Names"], { "${Name}": { "eu": { "topic": "x" } } }] }));
    looped["Transform"] = json!("AWS::LanguageExtensions");
    assert_right(looped);
    assert_eq!(
        mistakes(template(json!({ "Name": { "eu": { "topic": "x" } } }))),
        ["Resources.Topic.Properties.TopicName: there is no mapping `Names`; did you mean `Name`?"]
    );
}

#[test]
fn functions_that_cloudformation_cannot_read_are_mistakes() {
    let topic = |name: Json| json!({ "Parameters": { "Name": { "Type": "String" } }, "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": name } } } });
    let wrong = [
        (json!({ "Fn::Jion": ["-", ["a", "b"]] }), "unknown function `Fn::Jion`; did you mean `Fn::Join`?"),
        (json!({ "Fn::Join": "a" }), "`Fn::Join` needs a list of a delimiter and a list"),
        (json!({ "Fn::Join": [["a", "b"]] }), "`Fn::Join` needs a list of a delimiter and a list"),
        (json!({ "Fn::Join": ["-", "a", "b"] }), "`Fn::Join` needs a list of a delimiter and a list"),
        (json!({ "Fn::Join": ["-", "a"] }), "`Fn::Join` needs a list of a delimiter and a list"),
        (json!({ "Fn::Select": [["a", "b"], 0] }), "`Fn::Select` needs a list of an index from 0 on and a list"),
        (json!({ "Fn::Select": ["first", ["a"]] }), "`Fn::Select` needs a list of an index from 0 on and a list"),
        (json!({ "Fn::Select": [-1, ["a"]] }), "`Fn::Select` needs a list of an index from 0 on and a list"),
        (json!({ "Fn::Select": [0, { "Fn::Split": [","] }] }), "`Fn::Split` needs a list of a delimiter and a text"),
        (json!({ "Ref": 5 }), "`Ref` needs the name of a resource or a parameter"),
        (json!({ "Fn::GetAtt": ["Name"] }), "`Fn::GetAtt` needs a resource and an attribute"),
        (json!({ "Fn::GetAtt": ["Name", 1] }), "`Fn::GetAtt` needs a resource and an attribute"),
        (json!({ "Fn::Sub": { "Ref": "Name" } }), "`Fn::Sub` needs a text, or a list of a text and a map"),
        (json!({ "Fn::Sub": "${Name" }), "`${Name` in `Fn::Sub` must end with `}`"),
        (json!({ "Fn::Sub": "${A:-b}" }), "`Fn::Sub` takes no name `A:-b`; `${!A:-b}` is left as `${A:-b}`"),
        (json!({ "Fn::If": [["x"], 1, 2] }), "`Fn::If` needs a condition and two values"),
        (json!({ "Fn::FindInMap": ["Names", "a"] }), "`Fn::FindInMap` needs a mapping and two keys"),
        (
            json!({ "Fn::Select": [0, { "Fn::Cidr": ["10.0.0.0/16"] }] }),
            "`Fn::Cidr` needs a list of a block, a count and a number of bits",
        ),
        (json!({ "Fn::Base64": null }), "`Fn::Base64` needs a text"),
        (
            json!({ "Fn::Sub": "{{resolve:secretmanager:${Name}}}" }),
            "there is no dynamic reference to `secretmanager`; did you mean `secretsmanager`?",
        ),
    ];
    for (name, message) in wrong {
        let found = mistakes(topic(name.clone()));
        assert!(matches!(found.as_slice(), [one] if one.ends_with(message)), "{name}: {found:?}");
    }
    let right = [
        json!({ "Fn::Join": ["-", { "Fn::Split": [",", { "Fn::ImportValue": "names" }] }] }),
        json!({ "Fn::Select": ["0", { "Fn::GetAZs": "" }] }),
        json!({ "Fn::Select": [{ "Ref": "AWS::NoValue" }, ["a", { "Fn::Base64": "b" }]] }),
        json!({ "Fn::SomethingOfTomorrow": ["a"] }),
        json!({ "Fn::Sub": "${!A:-b} $ { ${ Name } ${}" }),
        json!({ "Fn::Sub": ["${a-b}{{resolve:ssm:${Name}}}", { "a-b": { "Ref": "Name" } }] }),
        json!({ "Fn::Join": ["", ["{{resolve:secretsmanager:", { "Ref": "Name" }, "}}"]] }),
        json!({ "Fn::Sub": { "Fn::Transform": { "Name": "Texts" } } }),
    ];
    for name in right {
        assert_right(topic(name));
    }
    let mut looped = topic(json!({ "Fn::ForEach::Names": ["It", { "Ref": "Name" }, {}] }));
    assert_eq!(mistakes(looped.clone()).len(), 1);
    looped["Transform"] = json!("AWS::LanguageExtensions");
    assert_right(looped);
    let mut transformed = topic(json!({ "Fn::Jion": ["-", ["a", "b"]] }));
    transformed["Transform"] = json!("Joins");
    assert_right(transformed);
}

#[test]
fn a_template_needs_resources() {
    assert_eq!(mistakes(json!([])), [": a template must be a map"]);
    assert_eq!(
        mistakes(json!({ "Resource": {} })),
        [
            "Resource: unknown section `Resource` of a template; did you mean `Resources`?",
            "Resources: a template needs resources"
        ]
    );
}

#[test]
fn the_templates_of_the_examples_are_right() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden");
    for name in [
        "hello/cloudformation",
        "codepipeline/cloudformation",
        "codepipeline/pipeline",
        "codepipeline/pipeline-oauth",
        "commands/cloudformation",
    ] {
        let snapshot = std::fs::read_to_string(format!("{golden}/{name}.snap")).unwrap();
        let (_, template) = snapshot[3..].split_once("\n---\n").unwrap();
        assert_eq!(mistakes(serde_json::from_str(template).unwrap()), [""; 0], "{name}");
    }
}
