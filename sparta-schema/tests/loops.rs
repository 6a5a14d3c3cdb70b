//! Templates with `Fn::ForEach`, which the language extensions unroll.

use serde_json::{Value as Json, json};
use sparta_schema::check_template;

fn mistakes(mut template: Json) -> Vec<String> {
    template["Transform"] = json!("AWS::LanguageExtensions");
    check_template(&template).iter().map(ToString::to_string).collect()
}

fn queue() -> Json {
    json!({ "Type": "AWS::SQS::Queue" })
}

#[test]
fn conditions_are_made_in_loops() {
    let template = |body: Json| {
        json!({
            "Parameters": { "Stage": { "Type": "String" }, "Ptest": { "Type": "String" }, "Pprod": { "Type": "String" } },
            "Conditions": { "Fn::ForEach::Stages": ["Name", ["test", "prod"], body] },
            "Resources": { "Queue": {
                "Type": "AWS::SQS::Queue", "Condition": "Isprod",
                "Properties": { "DelaySeconds": { "Fn::If": ["Istest", 0, 5] } },
            } },
        })
    };
    let equal = |side: Json| json!({ "Is${Name}": { "Fn::Equals": [side, { "Ref": "Name" }] } });
    assert_eq!(mistakes(template(equal(json!({ "Ref": "Stage" })))), [""; 0]);
    assert_eq!(mistakes(template(equal(json!({ "Ref": "P${Name}" })))), [""; 0]);
    assert_eq!(mistakes(template(equal(json!({ "Ref": { "Fn::Sub": "P${Name}" } })))), [""; 0]);
    assert_eq!(
        mistakes(template(equal(json!({ "Ref": "Stag" })))),
        [
            "Conditions.Isprod.Fn::Equals[0]: there is no resource or parameter `Stag`; did you mean `Stage`?",
            "Conditions.Istest.Fn::Equals[0]: there is no resource or parameter `Stag`; did you mean `Stage`?",
        ]
    );
    let wrong = template(json!({ "Has${Name}": { "Fn::Equals": ["a", "b"] } }));
    assert!(
        mistakes(wrong)
            .contains(&"Resources.Queue.Condition: there is no condition `Isprod`; did you mean `Hasprod`?".to_owned())
    );
}

#[test]
fn resources_and_outputs_are_made_in_loops_within_loops() {
    let template = |arn: &str| {
        json!({
            "Mappings": { "Names": { "all": { "suffixes": ["One", "Two"] } } },
            "Resources": { "Fn::ForEach::Kinds": ["Kind", ["Orders", "e-mail"], {
                "Fn::ForEach::Suffixes": ["Suffix", { "Fn::FindInMap": ["Names", "all", "suffixes"] }, {
                    "&{Kind}${Suffix}": {
                        "Type": "AWS::SQS::Queue",
                        "Properties": { "QueueName": { "Fn::Sub": "${Kind}-${Suffix}-${AWS::Region}" }, "DelaySeconds": 1 },
                    },
                }],
            }] },
            "Outputs": {
                "Mail": { "Value": { "Ref": "emailTwo" } },
                "Fn::ForEach::Arns": ["Suffix", ["One", "Two"], {
                    "Orders${Suffix}Arn": { "Value": { "Fn::GetAtt": ["Orders${Suffix}", arn] } },
                }],
            },
        })
    };
    assert_eq!(mistakes(template("Arn")), [""; 0]);
    assert_eq!(
        mistakes(template("Arm")),
        [
            "Outputs.OrdersOneArn.Value: AWS::SQS::Queue (`OrdersOne`) returns no attribute `Arm`; did you mean `Arn`?",
            "Outputs.OrdersTwoArn.Value: AWS::SQS::Queue (`OrdersTwo`) returns no attribute `Arm`; did you mean `Arn`?",
        ]
    );
}

#[test]
fn properties_and_mappings_are_made_in_loops() {
    let template = |name: &str| {
        json!({
            "Mappings": { "Fn::ForEach::Maps": ["Map", ["Sizes"], { "${Map}": { "all": { "DelaySeconds": 5 } } }] },
            "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "Fn::ForEach::Properties": [
                "Key", [name], { "${Key}": { "Fn::FindInMap": ["Sizes", "all", { "Ref": "Key" }] } },
            ] } } },
        })
    };
    assert_eq!(mistakes(template("DelaySeconds")), [""; 0]);
    assert_eq!(
        mistakes(template("DelySeconds")),
        [
            "Resources.Queue.Properties.DelySeconds: unknown property `DelySeconds` of AWS::SQS::Queue; did you mean \
             `DelaySeconds`?",
            "Resources.Queue.Properties.DelySeconds: `all` of the mapping `Sizes` has no value `DelySeconds`; did you mean \
             `DelaySeconds`?",
        ]
    );
}

/// What goes through a parameter's list makes names that are known only when the template is deployed.
#[test]
fn a_loop_over_what_is_not_known_makes_any_name() {
    let template = |collection: Json| {
        json!({
            "Parameters": { "Names": { "Type": "CommaDelimitedList" } },
            "Conditions": { "Fn::ForEach::C": ["N", collection, { "Is${N}": { "Fn::Equals": [{ "Ref": "N" }, "a"] } }] },
            "Resources": { "Fn::ForEach::R": ["N", collection, { "Queue${N}": queue() }], "Topic": { "Type": "AWS::SNS::Topic", "Condition": "Isa" } },
            "Outputs": { "A": { "Value": { "Ref": "Queuea" } } },
        })
    };
    assert_eq!(mistakes(template(json!({ "Ref": "Names" }))), [""; 0]);
    assert_eq!(mistakes(template(json!(["a", { "Ref": "Names" }]))), [""; 0]);
}

#[test]
fn a_loop_needs_the_language_extensions() {
    let body = json!({ "Queue${N}": queue() });
    let template = json!({ "Resources": { "Fn::ForEach::R": ["N", ["a"], body] }, "Outputs": { "A": { "Value": { "Ref": "Queuea" } } } });
    let found: Vec<_> = check_template(&template).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["Resources.Fn::ForEach::R: `Fn::ForEach::R` needs `Transform: AWS::LanguageExtensions`"]);
}

#[test]
fn a_loop_has_its_three_parts() {
    let template = |argument: Json| json!({ "Resources": { "Fn::ForEach::R": argument, "Queue": queue() } });
    for wrong in
        [json!({}), json!(["N", ["a"]]), json!(["N", "a", {}]), json!([["N"], ["a"], {}]), json!(["N", ["a"], []])]
    {
        assert_eq!(
            mistakes(template(wrong)),
            ["Resources.Fn::ForEach::R: `Fn::ForEach::R` needs a list of a variable, a collection and a map"]
        );
    }
}
