//! Resources that wait for one another.

use serde_json::{Value as Json, json};
use sparta_schema::{MistakeKind, check_template};

fn circles(template: &Json) -> Vec<String> {
    let found = check_template(template);
    found.iter().filter(|it| it.kind == MistakeKind::Circle).map(ToString::to_string).collect()
}

fn queue(name: Json) -> Json {
    json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": name } })
}

const WAY_OUT: &str = "write a name out in place of one of the references, or take a `DependsOn` out";

#[test]
fn every_sort_of_reference_can_close_a_circle() {
    for back in [
        json!({ "Ref": "A" }),
        json!({ "Fn::GetAtt": ["A", "QueueName"] }),
        json!({ "Fn::GetAtt": "A.QueueName" }),
        json!({ "Fn::Sub": "${A}-x" }),
        json!({ "Fn::Sub": ["${a}-${A.QueueName}", { "a": "b" }] }),
        json!({ "Fn::Sub": ["${a}", { "a": { "Ref": "A" } }] }),
        json!({ "Fn::Join": ["-", ["a", { "Ref": "A" }]] }),
    ] {
        let template =
            json!({ "Resources": { "A": { "Type": "AWS::SQS::Queue", "DependsOn": ["B"] }, "B": queue(back) } });
        assert_eq!(
            circles(&template),
            [format!("Resources.A: circular dependency: `A` needs `B` needs `A`; {WAY_OUT}")]
        );
    }
    assert_eq!(
        circles(&json!({ "Resources": { "A": queue(json!({ "Ref": "A" })) } })),
        ["Resources.A: `A` needs itself: write its name out, or take the reference out"]
    );
}

#[test]
fn a_bucket_that_notifies_a_function_which_knows_it_is_shown_the_way_out() {
    let template = json!({ "Resources": {
        "Files": { "Type": "AWS::S3::Bucket", "DependsOn": "Allow", "Properties": { "NotificationConfiguration": {
            "LambdaConfigurations": [{ "Event": "s3:ObjectCreated:*", "Function": { "Fn::GetAtt": ["Thumbnail", "Arn"] } }],
        } } },
        "Allow": { "Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunction", "FunctionName": { "Ref": "Thumbnail" }, "Principal": "s3.amazonaws.com",
        } },
        "Thumbnail": { "Type": "AWS::Lambda::Function", "Properties": {
            "Code": { "S3Bucket": "bucket", "S3Key": "k" }, "Handler": "x", "Runtime": "provided.al2023",
            "Role": "arn:aws:iam::123456789012:role/r", "Environment": { "Variables": { "FILES": { "Ref": "Files" } } },
        } },
    } });
    assert_eq!(
        circles(&template),
        [
            "Resources.Allow: circular dependency: `Allow` needs `Thumbnail` needs `Files` needs `Allow`; give `Files` a `BucketName` made of \
          `AWS::StackName`, and use that text where a variable, a permission or a policy refers to `Files`"
        ]
    );
}

#[test]
fn each_group_of_resources_has_one_circle_and_others_have_none() {
    let template = json!({ "Resources": {
        "A": queue(json!({ "Ref": "B" })), "B": queue(json!({ "Ref": "C" })), "C": queue(json!({ "Fn::Sub": "${A}${B}" })),
        "X": queue(json!({ "Ref": "A" })), "Y": queue(json!({ "Ref": "Z" })), "Z": queue(json!({ "Ref": "Y" })),
        "Last": queue(json!({ "Fn::Sub": "${X}${Y}" })),
    } });
    let found = circles(&template);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("Resources.A: circular dependency: `A` needs `B` needs `C` needs `A`;"), "{found:?}");
    assert!(found[1].starts_with("Resources.Y: circular dependency: `Y` needs `Z` needs `Y`;"), "{found:?}");
}

#[test]
fn branches_close_a_circle_only_where_they_can_be_taken_together() {
    let none = json!({ "Ref": "AWS::NoValue" });
    let either = |condition: &str, yes: &Json, no: &Json| json!({ "Fn::If": [condition, yes, no] });
    let template = |a: Json, b: Json| {
        json!({
            "Parameters": { "Stage": { "Type": "String" } },
            "Conditions": {
                "Test": { "Fn::Equals": [{ "Ref": "Stage" }, "test"] }, "Production": { "Fn::Equals": [{ "Ref": "Stage" }, "production"] },
                "Never": { "Fn::Equals": ["a", "b"] },
            },
            "Resources": { "A": queue(a), "B": queue(b) },
        })
    };
    let (to_a, to_b) = (json!({ "Ref": "A" }), json!({ "Ref": "B" }));
    assert_eq!(circles(&template(either("Test", &to_b, &none), either("Test", &to_a, &none))).len(), 1);
    assert_eq!(circles(&template(either("Test", &to_b, &none), to_a.clone())).len(), 1);
    assert_eq!(circles(&template(either("Test", &none, &to_b), either("Production", &none, &to_a))).len(), 1);
    assert_eq!(circles(&template(either("Test", &to_b, &none), either("Test", &none, &to_a))), [""; 0]);
    assert_eq!(circles(&template(either("Test", &to_b, &none), either("Production", &to_a, &none))), [""; 0]);
    assert_eq!(circles(&template(either("Never", &to_b, &none), to_a.clone())), [""; 0]);
    let mut exclusive = template(to_b, to_a);
    exclusive["Resources"]["A"]["Condition"] = json!("Test");
    exclusive["Resources"]["B"]["Condition"] = json!("Production");
    assert_eq!(circles(&exclusive), [""; 0]);
}

#[test]
fn macros_and_sam_make_other_resources_of_these() {
    let resources = json!({ "A": queue(json!({ "Ref": "B" })), "B": queue(json!({ "Ref": "A" })) });
    assert_eq!(circles(&json!({ "Transform": "Mine", "Resources": resources })), [""; 0]);
    let function = json!({ "Type": "AWS::Serverless::Function", "Properties": { "Environment": { "Variables": { "URL": { "Ref": "Api" } } } } });
    let api = json!({ "Type": "AWS::Serverless::Api", "Properties": { "StageName": "x", "Name": { "Fn::Sub": "${Hello}" } } });
    assert_eq!(
        circles(&json!({ "Transform": "AWS::Serverless-2016-10-31", "Resources": { "Hello": function, "Api": api } })),
        [""; 0]
    );
}

#[test]
fn what_updates_a_resource_closes_a_circle_too() {
    let alias = |update: Json| {
        json!({
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionName": "hello", "FunctionVersion": "1", "Name": "live"},
            "UpdatePolicy": update,
        })
    };
    let of_group = json!({"CodeDeployLambdaAliasUpdate": {
        "ApplicationName": "hello",
        "DeploymentGroupName": {"Ref": "Group"},
    }});
    let group = json!({
        "Type": "AWS::CodeDeploy::DeploymentGroup",
        "Condition": "Moves",
        "Properties": {"ApplicationName": "hello", "ServiceRoleArn": {"Fn::Sub": "${Live}"}},
    });
    let or_nothing = |of: &str, what: Json| json!({"Fn::If": [of, what, {"Ref": "AWS::NoValue"}]});
    // Where there are many conditions, not all that can be together are tried.
    for others in [0, 9] {
        for update in [of_group.clone(), or_nothing("Moves", of_group.clone())] {
            let mut template = json!({
                "Parameters": {"How": {"Type": "String", "Default": ""}},
                "Conditions": {"Moves": {"Fn::Not": [{"Fn::Equals": [{"Ref": "How"}, ""]}]}},
                "Resources": {"Live": alias(update), "Group": group},
            });
            let tags = &mut template["Resources"]["Group"]["Properties"]["Tags"];
            *tags = json!([]);
            let names = (0..others).map(|number| (format!("Is{number}"), format!("Queue{number}")));
            for (condition, name) in names {
                tags.as_array_mut().unwrap().push(or_nothing(&condition, json!({"Key": name, "Value": {"Ref": name}})));
            }
            for number in 0..others {
                let (condition, name) = (format!("Is{number}"), format!("Queue{number}"));
                template["Conditions"][&condition] = json!({"Fn::Equals": [{"Ref": "How"}, condition]});
                template["Resources"][&name] = queue(json!({"Fn::Sub": "${Live}"}));
                template["Resources"][&name]["Condition"] = json!(condition);
            }
            assert_eq!(
                circles(&template),
                [format!("Resources.Group: circular dependency: `Group` needs `Live` needs `Group`; {WAY_OUT}")]
            );
        }
    }
}
