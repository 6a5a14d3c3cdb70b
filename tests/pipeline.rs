//! The pipeline's parts, as CodePipeline and CodeBuild take them from CloudFormation.

use std::fs;

use serde_json::{Map, Value, json};
use sparta_test_tools::Moto;

use crate::support::{document, package, root};

/// What CloudFormation calls the services with: its property names begin with a small letter there, and nothing is left
/// to look up.
fn call(property: &Value, role: &Value) -> Value {
    match property {
        Value::Object(object) => match (object.get("Ref"), object.get("Fn::GetAtt"), object.get("Fn::Sub")) {
            (Some(name), ..) => name.clone(),
            (_, Some(_), _) => role.clone(),
            (.., Some(text)) => text.as_str().unwrap().replace(['$', '{', '}', ':'], "").into(),
            _ => object.iter().map(|(name, value)| renamed(name, value, role)).collect::<Map<_, _>>().into(),
        },
        Value::Array(list) => list.iter().map(|item| call(item, role)).collect(),
        plain => plain.clone(),
    }
}

fn renamed(name: &str, value: &Value, role: &Value) -> (String, Value) {
    let value = match name {
        // The names in it are the action's own.
        "Configuration" => {
            value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), call(value, role))).collect()
        }
        _ => call(value, role),
    };
    match name {
        "BuildSpec" => ("buildspec".to_owned(), value),
        _ => (name[..1].to_lowercase() + &name[1..], value),
    }
}

#[test]
fn codepipeline_and_codebuild_accept_what_the_stack_would_create() {
    let template = document(&package("codepipeline").path().join("pipeline.json"));
    let moto = Moto::start();
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let role = json!({"RoleName": "any", "AssumeRolePolicyDocument": trust.to_string()});
    let role = moto.aws().call("iam", "create_role", role)["Role"]["Arn"].take();
    let request = |resource: &str| call(&template["Resources"][resource]["Properties"], &role);

    let projects = ["BuildProject", "ReleaseProject"].map(|name| {
        let mut project = request(name);
        // moto asks for them even where CodePipeline takes care of both, and AWS does not.
        ["source", "artifacts"].iter().for_each(|part| project[part]["location"] = json!("any"));
        moto.aws().call("codebuild", "create_project", project)["project"].take()
    });
    assert_eq!(projects[0]["source"]["buildspec"], "buildspec.yml");
    assert_eq!(projects[1]["environment"]["type"], "LINUX_CONTAINER");
    let mut pipeline = request("Pipeline");
    // CloudFormation starts it again by itself.
    assert_eq!(pipeline.as_object_mut().unwrap().remove("restartExecutionOnUpdate"), Some(json!(true)));
    moto.aws().call("codepipeline", "create_pipeline", json!({ "pipeline": pipeline }));
    let pipeline = moto.aws().call("codepipeline", "get_pipeline", json!({"name": "HelloPipeline-main"}));
    let stages = pipeline["pipeline"]["stages"].as_array().unwrap().iter();
    let stages: Vec<_> = stages.map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(stages, ["Source", "Pipeline", "Build", "Deploy-test", "Promote-test", "Deploy-production"]);
}

#[test]
fn all_of_it_is_said_in_25_lines() {
    let guide = fs::read_to_string(root().join("docs/pipeline.md")).unwrap();
    let section = guide.split("\n## ").find(|it| it.starts_with("All of it\n")).unwrap();
    let code = section.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    let said = ["approve_promotion", "approve_changes", "canary", "watch", "pull_requests", "dashboard"];
    assert!(said.iter().all(|it| code.contains(it)), "{code}");
    assert!(code.lines().count() <= 25, "{code}");
}
