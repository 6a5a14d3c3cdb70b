use serde_json::{Value, json};

use super::*;
use crate::deploy::diff::{Difference, compare};
use crate::deploy::{CodeIdentity, Desired, InPlace};

fn template() -> Value {
    json!({
        "Parameters": {
            "CodeBucket": { "Type": "String" },
            "CodeKey": { "Type": "String" },
            "Message": { "Type": "String", "Default": "hi" },
            "Secret": { "Type": "String", "NoEcho": true, "Default": "" },
        },
        "Resources": {
            "Fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "MemorySize": 128,
                    "Code": { "S3Bucket": { "Ref": "CodeBucket" }, "S3Key": { "Ref": "CodeKey" } },
                },
            },
            "Other": { "Type": "AWS::Lambda::Function", "Properties": { "Code": { "ZipFile": "x" } } },
        },
    })
}

fn desired() -> Desired {
    let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Desired {
        template: template(),
        parameters: BTreeMap::from([parameter("CodeBucket", "ours"), parameter("CodeKey", "new.zip")]),
        tags: BTreeMap::from([parameter("sparta:app", "Hello"), parameter("sparta:buildId", "2")]),
    }
}

fn deployed() -> Desired {
    let mut deployed = desired();
    deployed.parameters.insert("CodeKey".into(), "old.zip".into());
    deployed.parameters.insert("Secret".into(), "****".into());
    deployed.parameters.insert("Message".into(), "hi".into());
    deployed.tags.insert("sparta:buildId".into(), "1".into());
    deployed
}

fn code() -> CodeIdentity {
    CodeIdentity {
        bucket_parameter: "CodeBucket".into(),
        key_parameter: "CodeKey".into(),
        tags: ["sparta:buildId".to_owned()].into(),
    }
}

#[test]
fn new_code_alone_is_no_difference_and_a_hidden_value_is_unknown() {
    let comparison = compare(&deployed(), &desired(), &code());
    assert_eq!(comparison.differences, []);
    assert_eq!(comparison.unknown, ["Secret"]);
}

#[test]
fn whatever_else_changed_is_named() {
    let mut wanted = desired();
    let resources = wanted.template["Resources"].as_object_mut().unwrap();
    resources["Fn"]["Properties"]["MemorySize"] = json!(256);
    resources["Fn"]["Properties"]["Timeout"] = json!(9);
    resources.insert("Queue".into(), json!({ "Type": "AWS::SQS::Queue" }));
    resources.remove("Other");
    wanted.parameters.insert("Message".into(), "bye".into());
    wanted.tags.insert("team".into(), "blue".into());
    let differences = compare(&deployed(), &wanted, &code()).differences;
    assert_eq!(
        differences,
        [
            Difference::Changed("Resources.Fn.Properties.MemorySize".into()),
            Difference::Added("Resources.Fn.Properties.Timeout".into()),
            Difference::Removed("Resources.Other".into()),
            Difference::Added("Resources.Queue".into()),
            Difference::Parameter("Message".into()),
            Difference::Tag("team".into()),
        ]
    );
}

pub(super) fn deployed_template() -> Answer {
    let body = template().to_string().replace('"', "&quot;");
    Answer::result("GetTemplate", &format!("<TemplateBody>{body}</TemplateBody>"))
}

pub(super) fn resources() -> Answer {
    resources_of(&["Fn", "Other"])
}

fn resources_of(ids: &[&str]) -> Answer {
    let member = |id: &str| {
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>Hello-{id}</PhysicalResourceId>\
             <ResourceType>AWS::Lambda::Function</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
             <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
        )
    };
    let members: String = ids.iter().map(|id| member(id)).collect();
    Answer::result("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>"))
}

pub(super) fn function(sha256: &str, status: &str, reason: &str) -> Answer {
    let function = json!({
        "FunctionName": "Hello-Fn", "CodeSha256": sha256, "LastUpdateStatus": status, "LastUpdateStatusReason": reason
    });
    Answer::json(200, &function.to_string())
}

pub(super) fn in_place() -> InPlace {
    InPlace { name: "Hello".into(), desired: desired(), code: code(), sha256: Some("new".into()) }
}

#[tokio::test]
async fn only_the_functions_of_the_archive_get_the_new_code() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![deployed_template()]),
        ("ListStackResources", vec![resources()]),
        (
            "GetFunctionConfiguration",
            vec![
                function("old", "InProgress", ""),
                function("old", "Successful", ""),
                function("new", "InProgress", ""),
                function("new", "Successful", ""),
            ],
        ),
        ("UpdateFunctionCode", vec![Answer::json(200, "{}")]),
    ]);
    let recorder = Recorder::default();
    let mut request = in_place();
    // What the scripted stack has: no CodeBucket and no Message among its parameters.
    request.desired.parameters.remove("Message");
    let updated = stacks(&script, &recorder).update_in_place(&script.config(), &request).await.unwrap();
    assert_eq!(updated, ["Hello-Fn"]);
    let update = script.seen().into_iter().find(|seen| seen.call == "UpdateFunctionCode").unwrap();
    assert!(update.head.contains("/functions/Hello-Fn/code"), "{}", update.head);
    let body: Value = serde_json::from_str(&update.body).unwrap();
    assert_eq!((&body["S3Bucket"], &body["S3Key"]), (&json!("ours"), &json!("new.zip")));
    assert_eq!(script.changes(), ["UpdateFunctionCode"]);
    let said = recorder.text();
    assert!(said.contains("AWS does not show the values of Secret"), "{said}");
    assert!(said.contains("The parameters of stack \"Hello\" still name the old code"), "{said}");
}

#[tokio::test]
async fn functions_that_run_the_code_already_are_left_alone() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![deployed_template()]),
        ("ListStackResources", vec![resources()]),
        ("GetFunctionConfiguration", vec![function("new", "Successful", "")]),
    ]);
    let recorder = Recorder::default();
    let updated = stacks(&script, &recorder).update_in_place(&script.config(), &in_place()).await.unwrap();
    assert!(updated.is_empty());
    assert!(recorder.text().contains("run this code already: nothing to change"), "{}", recorder.text());
}

#[tokio::test]
async fn more_than_code_is_refused_by_name_and_nothing_is_updated() {
    let script =
        Script::new([("DescribeStacks", vec![stack("UPDATE_COMPLETE")]), ("GetTemplate", vec![deployed_template()])]);
    let recorder = Recorder::default();
    let mut request = in_place();
    request.desired.template["Resources"]["Fn"]["Properties"]["MemorySize"] = json!(256);
    request.desired.parameters.insert("Message".into(), "bye".into());
    let error = stacks(&script, &recorder).update_in_place(&script.config(), &request).await.unwrap_err();
    assert_eq!(
        report(error),
        "error: more than code changed in stack \"Hello\":\n  Resources.Fn.Properties.MemorySize changed\n  \
         parameter Message changed\n\
         hint: Provision without --inplace, which updates the stack.\n"
    );
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn code_that_lambda_cannot_take_is_told_with_its_reason() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![deployed_template()]),
        ("ListStackResources", vec![resources()]),
        ("GetFunctionConfiguration", vec![function("old", "Successful", ""), function("old", "Failed", "too large")]),
        ("UpdateFunctionCode", vec![Answer::json(200, "{}")]),
    ]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).update_in_place(&script.config(), &in_place()).await.unwrap_err();
    let report = report(error);
    assert!(report.starts_with("error: function \"Hello-Fn\" did not take its new code: too large\n"), "{report}");
}

#[tokio::test]
async fn a_stack_that_is_not_there_has_no_code_to_update() {
    let script = Script::new([("DescribeStacks", vec![no_stack()])]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).update_in_place(&script.config(), &in_place()).await.unwrap_err();
    assert!(report(error).starts_with("error: there is no stack \"Hello\""));
}

/// A stack of three functions, of which the second one gets this far.
fn three_functions(second: Vec<Answer>, update: Vec<Answer>) -> (Script, InPlace) {
    let mut template = template();
    for id in ["Go", "Hi"] {
        template["Resources"][id] = template["Resources"]["Fn"].clone();
    }
    let body = template.to_string().replace('"', "&quot;");
    let mut looks = vec![function("old", "Successful", ""), function("new", "Successful", "")];
    looks.extend(second);
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![Answer::result("GetTemplate", &format!("<TemplateBody>{body}</TemplateBody>"))]),
        ("ListStackResources", vec![resources_of(&["Fn", "Go", "Hi", "Other"])]),
        ("GetFunctionConfiguration", looks),
        ("UpdateFunctionCode", update),
    ]);
    let mut request = in_place();
    request.desired.template = template;
    (script, request)
}

#[tokio::test]
async fn ctrl_c_says_which_functions_have_the_new_code() {
    let busy = vec![function("old", "Successful", ""), function("new", "InProgress", "")];
    let (script, request) = three_functions(busy, vec![Answer::json(200, "{}")]);
    let recorder = Recorder::default();
    let keyboard = Arc::new(Notify::new());
    let stacks = wired(stacks(&script, &recorder), &keyboard);
    let press = async {
        while script.count("GetFunctionConfiguration") < 5 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        keyboard.notify_one();
        std::future::pending::<()>().await;
    };
    let config = script.config();
    // An update that ends early ends the wait.
    let ended = tokio::select! {
        ended = stacks.update_in_place(&config, &request) => ended,
        () = press => unreachable!("it waits for the update"),
    };
    assert_eq!(
        report(ended.unwrap_err()),
        "error: interrupted while the code of stack \"Hello\" was updated in place\n\
         hint: New code: Hello-Fn. Being updated, with which AWS goes on: Hello-Go. Not updated: Hello-Hi.\n\
         hint: Run the same command again, which updates the rest; provisioning without --inplace updates the stack.\n"
    );
}

#[tokio::test]
async fn ctrl_c_before_the_first_function_says_that_none_has_the_new_code() {
    let script = Script::new([("DescribeStacks", vec![stack("UPDATE_COMPLETE")])]);
    let recorder = Recorder::default();
    let stacks = stacks(&script, &recorder).interrupt(|| std::future::ready(()));
    let report = report(stacks.update_in_place(&script.config(), &in_place()).await.unwrap_err());
    assert!(report.contains("hint: No function was given the new code.\n"), "{report}");
}

#[tokio::test]
async fn a_call_that_is_refused_before_the_first_function_says_that_none_has_the_new_code() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![Answer::error(403, "AccessDenied", "not authorized")]),
    ]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).update_in_place(&script.config(), &in_place()).await.unwrap_err());
    assert!(report.starts_with("error: GetTemplate of stack \"Hello\" was refused"), "{report}");
    assert!(
        report.contains("hint: No function was given the new code.\nhint: Allow `cloudformation:GetTemplate`"),
        "{report}"
    );
}

#[tokio::test]
async fn a_failure_halfway_says_which_functions_have_the_new_code() {
    let failed = vec![function("old", "Successful", ""), function("old", "Failed", "too large")];
    let (script, request) = three_functions(failed, vec![Answer::json(200, "{}")]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).update_in_place(&script.config(), &request).await.unwrap_err();
    let said = report(error);
    assert!(said.starts_with("error: function \"Hello-Go\" did not take its new code: too large\n"), "{said}");
    assert!(said.contains("hint: New code: Hello-Fn. Not updated: Hello-Go, Hello-Hi.\n"), "{said}");
}

#[tokio::test]
async fn a_function_of_which_nothing_is_heard_may_take_the_new_code_yet() {
    let (script, request) = three_functions(
        vec![function("old", "Successful", ""), Answer::json(500, "{}")],
        vec![Answer::json(200, "{}")],
    );
    let recorder = Recorder::default();
    let said = report(stacks(&script, &recorder).update_in_place(&script.config(), &request).await.unwrap_err());
    assert!(said.contains("Being updated, with which AWS goes on: Hello-Go."), "{said}");
}
