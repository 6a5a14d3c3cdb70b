use super::*;
use crate::deploy::Change;
use crate::deploy::state::State;

#[test]
fn every_status_has_its_state() {
    for (status, state) in [
        ("CREATE_COMPLETE", State::Ready),
        ("UPDATE_COMPLETE", State::Ready),
        ("UPDATE_ROLLBACK_COMPLETE", State::Ready),
        ("IMPORT_COMPLETE", State::Ready),
        ("IMPORT_ROLLBACK_COMPLETE", State::Ready),
        ("REVIEW_IN_PROGRESS", State::Review),
        ("ROLLBACK_COMPLETE", State::Empty),
        ("DELETE_COMPLETE", State::Missing),
        ("CREATE_FAILED", State::Stuck),
        ("ROLLBACK_FAILED", State::Stuck),
        ("DELETE_FAILED", State::Stuck),
        ("UPDATE_FAILED", State::Stuck),
        ("UPDATE_ROLLBACK_FAILED", State::Stuck),
        ("IMPORT_ROLLBACK_FAILED", State::Stuck),
        ("SOMETHING_NEW", State::Stuck),
        ("CREATE_IN_PROGRESS", State::Busy),
        ("ROLLBACK_IN_PROGRESS", State::Busy),
        ("DELETE_IN_PROGRESS", State::Busy),
        ("UPDATE_IN_PROGRESS", State::Busy),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", State::Busy),
        ("UPDATE_ROLLBACK_IN_PROGRESS", State::Busy),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", State::Busy),
        ("IMPORT_IN_PROGRESS", State::Busy),
        ("IMPORT_ROLLBACK_IN_PROGRESS", State::Busy),
    ] {
        let stack = crate::aws::cloudformation::Stack { status: status.into(), ..Default::default() };
        assert_eq!(State::of(Some(&stack)), state, "{status}");
    }
    assert_eq!(State::of(None), State::Missing);
}

#[tokio::test]
async fn a_stuck_stack_is_refused_with_what_to_do() {
    for (status, remedy) in [
        ("CREATE_FAILED", "Remove it with the `delete` command"),
        ("ROLLBACK_FAILED", "Remove it with the `delete` command"),
        ("DELETE_FAILED", "run the `delete` command again"),
        ("UPDATE_FAILED", "`recover --stack Hello`, which rolls it back"),
        ("UPDATE_ROLLBACK_FAILED", "`recover --stack Hello`, which continues"),
        ("IMPORT_ROLLBACK_FAILED", "describe-stack-events --stack-name Hello"),
    ] {
        let script = Script::new([("DescribeStacks", vec![stack(status)])]);
        let recorder = Recorder::default();
        let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
        let report = report(error);
        assert!(
            report.starts_with(&format!("error: stack \"Hello\" is in {status} and cannot be updated")),
            "{report}"
        );
        assert!(report.contains(remedy), "{report}");
        assert!(script.changes().is_empty());
    }
}

#[tokio::test]
async fn a_failure_says_in_what_state_the_stack_is_and_what_to_do() {
    for (before, after, remedy) in [
        (no_stack(), "ROLLBACK_COMPLETE", "which replaces the stack"),
        (no_stack(), "ROLLBACK_FAILED", "Remove it with the `delete` command"),
        (no_stack(), "CREATE_FAILED", "Remove it with the `delete` command"),
        (stack("UPDATE_COMPLETE"), "UPDATE_ROLLBACK_COMPLETE", "is as it was before"),
        (stack("UPDATE_COMPLETE"), "UPDATE_ROLLBACK_FAILED", "`recover --stack Hello`, which continues"),
        (stack("UPDATE_COMPLETE"), "UPDATE_FAILED", "`recover --stack Hello`, which rolls it back"),
        (stack("UPDATE_COMPLETE"), "DELETE_COMPLETE", "The stack is gone"),
    ] {
        let script = Script::new([
            ("DescribeStacks", vec![before, stack(after)]),
            ("CreateChangeSet", vec![change_set_made()]),
            ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
            ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
            (
                "DescribeStackEvents",
                vec![events(&[]), events(&[("1", "Fn", FUNCTION, "CREATE_FAILED", "no such key")])],
            ),
        ]);
        let recorder = Recorder::default();
        let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
        let report = report(error);
        assert!(report.contains("Fn (AWS::Lambda::Function) CREATE_FAILED: no such key"), "{report}");
        assert!(report.contains(&format!("hint: The stack is in {after}. ")), "{report}");
        assert!(report.contains(remedy), "{report}");
    }
}

#[tokio::test]
async fn a_stack_whose_creation_was_rolled_back_is_deleted_and_created_anew() {
    let script = Script::new([
        (
            "DescribeStacks",
            vec![stack("ROLLBACK_COMPLETE"), stack("DELETE_COMPLETE"), no_stack(), stack("CREATE_COMPLETE")],
        ),
        ("ListStackResources", vec![resource("Fn", "DELETE_COMPLETE")]),
        ("DeleteStack", vec![done("DeleteStack")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[("1", "Hello", STACK, "ROLLBACK_COMPLETE", "")]),
                events(&[("2", "Hello", STACK, "DELETE_COMPLETE", "")]),
                events(&[]),
                events(&[("3", "Hello", STACK, "CREATE_COMPLETE", "")]),
            ],
        ),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Created);
    assert_eq!(script.changes(), ["DeleteStack", "CreateChangeSet", "ExecuteChangeSet"]);
    assert!(recorder.text().contains("is in ROLLBACK_COMPLETE and holds nothing: deleting it"));
}

#[tokio::test]
async fn a_rolled_back_stack_that_still_holds_something_is_not_deleted() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("ROLLBACK_COMPLETE")]),
        ("ListStackResources", vec![resource("Table", "CREATE_COMPLETE")]),
    ]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(
        report(error),
        "error: stack \"Hello\" is in ROLLBACK_COMPLETE and cannot be updated: it still holds Table\n\
         hint: Save what has to be kept, remove the stack with the `delete` command, then run the same command again.\n"
    );
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn a_stack_in_review_is_created() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("REVIEW_IN_PROGRESS"), stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("1", "Hello", STACK, "CREATE_COMPLETE", "")])]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Created);
    let made = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap();
    assert!(made.body.contains("ChangeSetType=CREATE"), "{}", made.body);
}

#[tokio::test]
async fn the_status_of_a_stack_has_its_resources_and_outputs_and_what_lasts_beyond_it() {
    let template = serde_json::json!({"Resources": {
        "Ci": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        ]}}},
        "Orders": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
    }});
    let template = template.to_string().replace('"', "&quot;");
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("ListStackResources", vec![resource("Fn", "CREATE_COMPLETE")]),
        ("GetTemplate", vec![Answer::result("GetTemplate", &format!("<TemplateBody>{template}</TemplateBody>"))]),
        (
            "DescribeStackEvents",
            vec![events(&[
                ("3", "Old", "AWS::DynamoDB::Table", "DELETE_SKIPPED", ""),
                ("2", "Fn", FUNCTION, "UPDATE_COMPLETE", ""),
            ])],
        ),
    ]);
    let recorder = Recorder::default();
    let status = stacks(&script, &recorder).status("Hello").await.unwrap();
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["status"], "UPDATE_COMPLETE");
    assert_eq!(json["outputs"][0]["value"], "https://x");
    assert_eq!(json["resources"][0]["type"], "AWS::Lambda::Function");
    let text = status.to_string();
    assert!(text.contains("Url  https://x"), "{text}");
    assert!(text.contains("CREATE_COMPLETE  Fn (AWS::Lambda::Function)"), "{text}");
    let lasting = "\nTrusts others\n  Ci (AWS::IAM::Role)  arn:aws:iam::999999999999:root\n\n\
         Stays when it is taken out of the template, or the stack is deleted\n  Orders (AWS::DynamoDB::Table)  Retain\n\n\
         Left behind: no longer in the stack, and not deleted\n  Old (AWS::DynamoDB::Table)  physical\n";
    assert!(text.ends_with(lasting), "{text}");
    assert_eq!(json["left"][0]["physicalId"], "physical");
}

#[tokio::test]
async fn who_may_not_look_into_the_template_sees_the_rest_of_the_status() {
    let denied = || vec![Answer::error(403, "AccessDenied", "not authorized")];
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("ListStackResources", vec![resource("Fn", "CREATE_COMPLETE")]),
        ("GetTemplate", denied()),
        ("DescribeStackEvents", denied()),
    ]);
    let recorder = Recorder::default();
    let status = stacks(&script, &recorder).status("Hello").await.unwrap();
    assert!(status.trusts.is_empty() && status.resources.len() == 1);
    assert!(recorder.text().contains("GetTemplate of stack \"Hello\" was refused"), "{}", recorder.text());
}

#[tokio::test]
async fn the_status_of_a_missing_stack_is_an_error_with_a_hint() {
    let script = Script::new([("DescribeStacks", vec![no_stack()])]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).status("Hello").await.unwrap_err();
    assert_eq!(
        report(error),
        "error: there is no stack \"Hello\" in this account and region\n\
         hint: Check --region and --profile, or create the stack with `provision`.\n"
    );
}

fn resource(id: &str, status: &str) -> Answer {
    Answer::result(
        "ListStackResources",
        &format!(
            "<StackResourceSummaries><member><LogicalResourceId>{id}</LogicalResourceId>\
             <ResourceType>AWS::Lambda::Function</ResourceType><ResourceStatus>{status}</ResourceStatus>\
             <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member></StackResourceSummaries>"
        ),
    )
}

#[tokio::test]
async fn a_stack_of_another_app_is_left_alone_whatever_its_status() {
    for status in ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "ROLLBACK_COMPLETE"] {
        for (owner, belongs) in [(Some("Other"), "the app \"Other\""), (None, "no app (it has no tag `sparta:app`)")] {
            let script = Script::new([("DescribeStacks", vec![stack_of(owner, status)])]);
            let recorder = Recorder::default();
            let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
            assert!(
                report.starts_with(&format!(
                    "error: stack \"Hello\" belongs to {belongs}, and is left alone\nhint: Rename the app, choose another"
                )),
                "{report}"
            );
            assert!(script.changes().is_empty());
        }
    }
}

#[tokio::test]
async fn a_stack_that_another_app_is_about_to_create_is_left_alone() {
    let script = Script::new([("DescribeStacks", vec![stack_of(Some("Other"), "REVIEW_IN_PROGRESS")])]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.starts_with("error: stack \"Hello\" belongs to the app \"Other\""), "{report}");
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn an_app_takes_a_name_whose_stack_was_never_created() {
    let script = Script::new([
        ("DescribeStacks", vec![stack_of(None, "REVIEW_IN_PROGRESS"), stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("1", "Hello", STACK, "CREATE_COMPLETE", "")])]),
    ]);
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).converge(&request()).await.unwrap().change, Change::Created);
}
