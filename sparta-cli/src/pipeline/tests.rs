mod delete;

use serde_json::{Value, json};

use super::{view::View, *};
use crate::{
    CliError,
    deploy::tests::script::{Answer, Script},
    stack::Place,
};

const FIRST: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

fn pipeline() -> Value {
    let approval = json!({
        "name": "ApproveChanges",
        "actionTypeId": { "category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1" },
        "configuration": { "CustomData": "Deploy? (commit #{SourceVariables.CommitId})" },
        "timeoutInMinutes": 60,
    });
    let cloudformation = |name: &str, mode: &str| {
        json!({
            "name": name,
            "actionTypeId": { "category": "Deploy", "owner": "AWS", "provider": "CloudFormation", "version": "1" },
            "configuration": { "ActionMode": mode, "StackName": "Prod-Shop-main" },
        })
    };
    let source = json!({ "name": "Source", "actionTypeId": { "category": "Source" } });
    let deployment = [
        cloudformation("CreateChangeSet", "CHANGE_SET_REPLACE"),
        approval,
        cloudformation("ExecuteChangeSet", "CHANGE_SET_EXECUTE"),
    ];
    json!({ "pipeline": { "name": "Shop-main", "version": 3, "stages": [
        { "name": "Source", "actions": [source] },
        { "name": "Deploy-production", "actions": deployment },
    ]}})
}

fn action(name: &str, status: &str) -> Value {
    json!({ "actionName": name, "latestExecution": { "status": status, "lastStatusChange": 1_780_000_000.25 } })
}

/// A pipeline whose last stage is in this state.
fn state(stage: Value) -> Value {
    let mut source = action("Source", "Succeeded");
    source["latestExecution"]["summary"] = json!("{\"ProviderType\":\"GitHub\",\"CommitMessage\":\"Two\"}");
    source["revisionUrl"] = json!("https://github.com/acme/shop/commit/2");
    json!({ "pipelineName": "Shop-main", "pipelineVersion": 3, "stageStates": [
        {
            "stageName": "Source",
            "inboundTransitionState": { "enabled": true },
            "latestExecution": { "pipelineExecutionId": SECOND, "status": "Succeeded" },
            "actionStates": [source],
        },
        stage,
    ]})
}

/// The approval of the production stage waits for the first execution, and the second one for that.
fn asking() -> Value {
    let mut approval = action("ApproveChanges", "InProgress");
    approval["latestExecution"]["token"] = json!("33333333-3333-3333-3333-333333333333");
    let failed = json!({
        "actionName": "ExecuteChangeSet",
        "latestExecution": {
            "status": "Failed",
            "errorDetails": { "code": "ActionExecutionFailed", "message": "no\u{1b}[2Jrole" },
            "externalExecutionUrl": "https://console.aws.amazon.com/cloudformation/",
        },
    });
    json!({
        "stageName": "Deploy-production",
        "inboundExecution": { "pipelineExecutionId": SECOND, "status": "InProgress" },
        "inboundExecutions": [{ "pipelineExecutionId": SECOND, "status": "InProgress" }],
        "inboundTransitionState": {
            "enabled": false, "disabledReason": "freeze", "lastChangedBy": "arn:aws:iam::1:user/me",
            "lastChangedAt": 1_780_000_000,
        },
        "latestExecution": { "pipelineExecutionId": FIRST, "status": "InProgress" },
        "onSuccessConditionState": { "latestExecution": { "status": "Failed", "summary": "in alarm" } },
        "actionStates": [action("CreateChangeSet", "Succeeded"), approval, failed],
    })
}

fn execution(id: &str, commit: &str, message: &str) -> Value {
    let summary = json!({ "ProviderType": "GitHub", "CommitMessage": message }).to_string();
    json!({
        "pipelineExecutionId": id, "status": "InProgress", "startTime": 1_780_000_000.5, "lastUpdateTime": 1_780_000_000,
        "sourceRevisions": [{ "actionName": "Source", "revisionId": commit, "revisionSummary": summary }],
        "trigger": { "triggerType": "WebhookV2", "triggerDetail": "arn:aws:codeconnections:x" },
        "executionType": "STANDARD",
    })
}

fn executions() -> Value {
    let list = [execution(SECOND, "2222222222aa", "Two\n\nMore"), execution(FIRST, "1111111111aa", "One")];
    json!({ "pipelineExecutionSummaries": list })
}

fn asked() -> Value {
    json!({ "actionExecutionDetails": [{
        "stageName": "Deploy-production", "actionName": "ApproveChanges", "status": "InProgress",
        "input": { "resolvedConfiguration": {
            "CustomData": "Deploy? (commit 1111111111aa)",
            "ExternalEntityLink": "https://github.com/acme/shop/commit/1111111111aa",
        }},
    }]})
}

fn answer(document: &Value) -> Answer {
    Answer::json(200, &document.to_string())
}

/// What shows a pipeline whose last stage is in this state.
fn looks(stage: Value) -> Vec<(&'static str, Vec<Answer>)> {
    vec![
        ("GetPipelineState", vec![answer(&state(stage))]),
        ("GetPipeline", vec![answer(&pipeline())]),
        ("ListPipelineExecutions", vec![answer(&executions())]),
        ("ListActionExecutions", vec![answer(&asked())]),
    ]
}

fn deployed(script: &Script) -> DeployedPipeline {
    DeployedPipeline::new(&script.config(), "Shop-main")
}

fn report(error: impl Into<CliError>) -> String {
    let mut out = Vec::new();
    error.into().write_report(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn a_pipeline_is_shown_with_what_waits_for_whom() {
    let script = Script::of(looks(asking()));
    let view = deployed(&script).look().await.unwrap();
    insta::assert_snapshot!(view);
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn machines_read_the_same_without_the_token_of_an_approval() {
    let script = Script::of(looks(asking()));
    let view = deployed(&script).look().await.unwrap();
    let document = serde_json::to_string_pretty(&view).unwrap();
    assert!(!document.contains("33333333") && !format!("{view:?}").contains("33333333"), "{document}");
    let document: Value = serde_json::from_str(&document).unwrap();
    let approval = &document["stages"][1]["actions"][1]["approval"];
    assert_eq!(approval["message"], "Deploy? (commit 1111111111aa)");
    assert_eq!(approval["until"], "2026-05-28T21:26:40Z");
    assert_eq!(document["executions"][0]["commit"]["message"], "Two\n\nMore");
}

#[tokio::test]
async fn a_pipeline_that_never_ran_is_shown_too() {
    let stage = json!({ "stageName": "Deploy-production", "actionStates": [{ "actionName": "CreateChangeSet" }] });
    let script = Script::of(looks(stage));
    let text = deployed(&script).look().await.unwrap().to_string();
    assert!(text.contains("Deploy-production    not run yet\n  CreateChangeSet    not run yet\n"), "{text}");
    assert_eq!(script.count("ListActionExecutions"), 0, "there is nothing to be asked about");
}

#[tokio::test]
async fn a_pipeline_that_is_not_there_is_named_with_what_makes_it() {
    let missing =
        Answer::json_error(400, "PipelineNotFoundException", "Account 1 does not have a pipeline 'Shop-main'");
    let script = Script::new([("GetPipelineState", vec![missing])]);
    let report = report(deployed(&script).look().await.unwrap_err());
    assert!(
        report
            .starts_with("error: there is no pipeline \"Shop-main\" in eu-west-1\nhint: `provisionPipeline` makes it"),
        "{report}"
    );
}

fn at(name: &str) -> Place {
    let stack = (name == "production").then(|| "Prod-Shop-main".to_owned());
    Place { name: Some(name.to_owned()), stack }
}

/// What the last call of this name was sent.
fn sent(script: &Script, call: &str) -> Value {
    let seen = script.seen().into_iter().rev().find(|seen| seen.call == call).unwrap();
    serde_json::from_str(&seen.body).unwrap()
}

#[tokio::test]
async fn the_approval_that_waits_is_answered_with_its_own_token() {
    for place in [Place::default(), at("production"), at("Deploy-production"), at("ApproveChanges")] {
        let mut answers = looks(asking());
        answers.push(("PutApprovalResult", vec![answer(&json!({ "approvedAt": 1_780_000_000.1 }))]));
        let script = Script::of(answers);
        let (pipeline, view) = (deployed(&script), deployed(&script).look().await.unwrap());
        let question = view.question(&place).unwrap();
        assert_eq!(
            question.to_string(),
            "ApproveChanges of Deploy-production waits until 2026-05-28T21:26:40Z\n  11111111 (11111111 One)\n  \
             Deploy? (commit 1111111111aa)\n  https://github.com/acme/shop/commit/1111111111aa"
        );
        pipeline.decide(&question, false, "not today").await.unwrap();
        let expected = json!({
            "pipelineName": "Shop-main", "stageName": "Deploy-production", "actionName": "ApproveChanges",
            "token": "33333333-3333-3333-3333-333333333333",
            "result": { "status": "Rejected", "summary": "not today" },
        });
        assert_eq!(sent(&script, "PutApprovalResult"), expected, "{place:?}");
    }
}

/// The pipeline where its last stage deploys two environments, and approvals of these names wait in it.
async fn wave(waiting: &[&str]) -> View {
    let (mut stage, mut structure) = (asking(), pipeline());
    let declared = structure["pipeline"]["stages"][1]["actions"].as_array_mut().unwrap();
    declared[1]["name"] = json!("ApproveChanges-us");
    declared.push(json!({ "name": "ApproveChanges-west-us", "actionTypeId": { "category": "Approval" } }));
    let asked = waiting.iter().map(|name| {
        let mut asked = action(name, "InProgress");
        asked["latestExecution"]["token"] = json!(format!("token-{name}"));
        asked
    });
    stage["actionStates"] = asked.collect();
    let mut answers = looks(stage);
    answers[1] = ("GetPipeline", vec![answer(&structure)]);
    deployed(&Script::of(answers)).look().await.unwrap()
}

#[tokio::test]
async fn an_approval_is_never_taken_for_that_of_another_environment() {
    let both = wave(&["ApproveChanges-us", "ApproveChanges-west-us"]).await;
    let error = CliError::from(both.question(&Place::default()).unwrap_err());
    assert_eq!(error.exit_code(), 2);
    assert_eq!(
        error.message,
        "several approvals wait: Deploy-production (ApproveChanges-us), Deploy-production (ApproveChanges-west-us)"
    );
    let environment = |name: &str| Place { name: Some(name.to_owned()), stack: Some("Prod-Shop-main".to_owned()) };
    assert_eq!(both.question(&environment("us")).unwrap().action, "ApproveChanges-us");
    assert_eq!(both.question(&environment("west-us")).unwrap().action, "ApproveChanges-west-us");
    let west = wave(&["ApproveChanges-west-us"]).await;
    for other in ["us", "test"] {
        let report = report(west.question(&environment(other)).unwrap_err());
        assert!(
            report.starts_with(&format!(
                "error: nothing waits for an approval at \"{other}\"\nhint: What waits: Deploy-"
            )),
            "{report}"
        );
    }
    assert_eq!(west.question(&at("Deploy-production")).unwrap().action, "ApproveChanges-west-us");
}

#[tokio::test]
async fn an_approval_that_somebody_else_answered_says_so() {
    let mut answers = looks(asking());
    let over =
        Answer::json_error(400, "ApprovalAlreadyCompletedException", "The approval action has already been completed");
    answers.push(("PutApprovalResult", vec![over]));
    let script = Script::of(answers);
    let pipeline = deployed(&script);
    let view = pipeline.look().await.unwrap();
    let question = view.question(&Place::default()).unwrap();
    let report = report(pipeline.decide(&question, true, "").await.unwrap_err());
    assert!(report.starts_with("error: ApproveChanges of Deploy-production waits no more"), "{report}");
}

/// The production stage after an execution that ended like this, with these actions.
fn ended(execution: &str, status: &str, actions: [Value; 2]) -> Value {
    json!({
        "stageName": "Deploy-production",
        "latestExecution": { "pipelineExecutionId": execution, "status": status },
        "actionStates": actions,
    })
}

#[tokio::test]
async fn a_change_set_that_was_executed_is_made_again_by_a_retry_and_else_only_what_failed_runs() {
    let cases = [
        ([action("CreateChangeSet", "Failed"), action("ExecuteChangeSet", "Succeeded")], "FAILED_ACTIONS"),
        ([action("CreateChangeSet", "Succeeded"), action("ExecuteChangeSet", "Failed")], "ALL_ACTIONS"),
        ([action("CreateChangeSet", "Succeeded"), action("ExecuteChangeSet", "Succeeded")], "ALL_ACTIONS"),
    ];
    for (actions, mode) in cases {
        let mut answers = looks(ended(SECOND, "Failed", actions));
        answers.push(("RetryStageExecution", vec![answer(&json!({ "pipelineExecutionId": SECOND }))]));
        let script = Script::of(answers);
        let pipeline = deployed(&script);
        let retry = pipeline.look().await.unwrap().retry(&at("production"), false).unwrap();
        pipeline.retry(&retry).await.unwrap();
        let expected = json!({
            "pipelineName": "Shop-main", "stageName": "Deploy-production", "pipelineExecutionId": SECOND, "retryMode": mode,
        });
        assert_eq!(sent(&script, "RetryStageExecution"), expected);
    }
}

#[tokio::test]
async fn what_has_not_failed_or_cannot_run_again_is_not_retried() {
    let good = || [action("CreateChangeSet", "Succeeded"), action("ExecuteChangeSet", "Succeeded")];
    let view = deployed(&Script::of(looks(ended(SECOND, "Succeeded", good())))).look().await.unwrap();
    let said = report(view.retry(&Place::default(), false).unwrap_err());
    assert!(said.starts_with("error: no stage of the pipeline \"Shop-main\" has failed\n"), "{said}");
    let mut answers = looks(ended(SECOND, "Failed", good()));
    answers.push((
        "RetryStageExecution",
        vec![Answer::json_error(400, "StageNotRetryableException", "The stage has changed")],
    ));
    let script = Script::of(answers);
    let pipeline = deployed(&script);
    let retry = pipeline.look().await.unwrap().retry(&Place::default(), true).unwrap();
    let said = report(pipeline.retry(&retry).await.unwrap_err());
    assert!(said.starts_with("error: Deploy-production cannot run again: RetryStageExecution of pipeline"), "{said}");
    assert!(said.contains("`pipeline start`"), "{said}");
}

/// What the stage goes back to after the given executions of the pipeline, newest first: `(id, type, target)`.
async fn back(stage: Value, history: &[(&str, &str, Option<&str>)], wanted: Option<&str>) -> Result<String, String> {
    let list: Vec<Value> = history
        .iter()
        .map(|(id, kind, target)| {
            let mut it = execution(id, id, "Commit");
            it["executionType"] = json!(kind);
            it["rollbackMetadata"] = json!({ "rollbackTargetPipelineExecutionId": target });
            if target.is_none() {
                it.as_object_mut().unwrap().remove("rollbackMetadata");
            }
            it
        })
        .collect();
    let mut answers = looks(stage);
    answers[2] = ("ListPipelineExecutions", vec![answer(&json!({ "pipelineExecutionSummaries": list }))]);
    answers.push(("RollbackStage", vec![answer(&json!({ "pipelineExecutionId": "new" }))]));
    let script = Script::of(answers);
    let pipeline = deployed(&script);
    let rollback = pipeline.rollback_to(&at("production"), wanted).await.map_err(report)?;
    assert_eq!(
        sent(&script, "ListPipelineExecutions")["filter"],
        json!({ "succeededInStage": { "stageName": "Deploy-production" } })
    );
    let said = rollback.to_string();
    assert!(said.starts_with("Deploy-production of Shop-main goes back to ") && !said.contains("several"), "{said}");
    assert_eq!(pipeline.roll_back(&rollback).await.unwrap(), "new");
    let sent = sent(&script, "RollbackStage");
    assert_eq!((&sent["pipelineName"], &sent["stageName"]), (&json!("Shop-main"), &json!("Deploy-production")));
    Ok(sent["targetPipelineExecutionId"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_stage_goes_back_to_what_it_deployed_before() {
    let actions = || [action("CreateChangeSet", "Succeeded"), action("ExecuteChangeSet", "Succeeded")];
    let of = |execution: &str, status: &str| ended(execution, status, actions());
    let rolled = |status: &str| {
        let mut stage = of("dddd", status);
        stage["latestExecution"]["type"] = json!("ROLLBACK");
        stage
    };
    let three = [("cccc", "STANDARD", None), ("bbbb", "STANDARD", None), ("aaaa", "STANDARD", None)];
    assert_eq!(back(of("cccc", "Succeeded"), &three, None).await.unwrap(), "bbbb");
    assert_eq!(back(of("eeee", "Failed"), &three, None).await.unwrap(), "cccc", "what failed is not among them");
    let after = |target| [("dddd", "ROLLBACK", Some(target)), three[0], three[1], three[2]];
    assert_eq!(back(rolled("Succeeded"), &after("bbbb"), None).await.unwrap(), "aaaa", "not forward again");
    assert_eq!(back(rolled("Failed"), &after("bbbb"), None).await.unwrap(), "bbbb");
    let error = back(rolled("Succeeded"), &after("aaaa"), None).await.unwrap_err();
    assert!(error.contains("nothing to go back to in the present structure of the pipeline (3)"), "{error}");
    assert!(error.contains("hint: CodePipeline goes back only to executions that succeeded"), "{error}");

    assert_eq!(back(of("cccc", "Succeeded"), &three, Some("aaaa")).await.unwrap(), "aaaa");
    let error = back(of("cccc", "Succeeded"), &after("bbbb"), Some("dddd")).await.unwrap_err();
    assert!(error.starts_with("error: Deploy-production cannot go back to the execution \"dddd\"\n"), "{error}");
    assert!(error.contains("cccc (cccc Commit), bbbb (bbbb Commit), aaaa (aaaa Commit)"), "{error}");
    let error = back(asking(), &three, None).await.unwrap_err();
    assert!(error.contains("is at work") && error.contains("`pipeline reject`"), "{error}");
}

#[tokio::test]
async fn a_pipeline_is_started_once_however_often_that_is_sent() {
    let oops = Answer::json_error(500, "InternalFailure", "oops");
    let script =
        Script::new([("StartPipelineExecution", vec![oops, answer(&json!({ "pipelineExecutionId": FIRST }))])]);
    assert_eq!(deployed(&script).start().await.unwrap(), FIRST);
    let tokens: Vec<String> = script.seen().into_iter().map(|seen| seen.body).collect();
    assert!(tokens.len() == 2 && tokens[0] == tokens[1] && tokens[0].contains("clientRequestToken"), "{tokens:?}");
}

#[tokio::test]
async fn a_stage_of_several_environments_says_that_they_all_go_back() {
    let mut structure = pipeline();
    structure["pipeline"]["stages"][1]["actions"][2]["configuration"]["StackName"] = json!("Other-Shop-main");
    let good = [action("CreateChangeSet", "Succeeded"), action("ExecuteChangeSet", "Succeeded")];
    let mut answers = looks(ended(SECOND, "Succeeded", good));
    answers[1] = ("GetPipeline", vec![answer(&structure)]);
    let said = deployed(&Script::of(answers)).rollback_to(&at("production"), None).await.unwrap().to_string();
    assert!(said.contains("several stacks, which all go back: Other-Shop-main, Prod-Shop-main\n"), "{said}");
}
