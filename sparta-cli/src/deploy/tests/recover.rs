use super::*;
use crate::deploy::{Remedy, Wishes};

const QUEUE: &str = "AWS::SQS::Queue";

/// Resources as AWS lists them; each is `(logical id, type, status, reason)`.
fn resources(list: &[(&str, &str, &str, &str)]) -> Answer {
    let members: String = list
        .iter()
        .map(|(id, kind, status, reason)| {
            format!(
                "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>physical</PhysicalResourceId>\
                 <ResourceType>{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>\
                 <ResourceStatusReason>{reason}</ResourceStatusReason>\
                 <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
            )
        })
        .collect();
    Answer::result("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>"))
}

/// One resource failed, and another was given up for it.
fn failed(status: &str) -> Answer {
    resources(&[
        ("Jobs", QUEUE, status, "it was deleted by hand"),
        ("Other", QUEUE, status, "Resource update cancelled"),
        ("Fn", FUNCTION, "UPDATE_COMPLETE", ""),
        ("Old", QUEUE, "DELETE_COMPLETE", ""),
    ])
}

fn ends(status: &str) -> Vec<Answer> {
    vec![events(&[]), events(&[("9", "Hello", STACK, status, "")])]
}

fn skipping(id: &str) -> Wishes {
    Wishes { skip: vec![id.to_owned()], ..Wishes::default() }
}

fn retaining(id: &str) -> Wishes {
    Wishes { retain: vec![id.to_owned()], ..Wishes::default() }
}

#[tokio::test]
async fn a_rollback_that_stopped_is_explained_and_goes_on_without_what_is_skipped() {
    let script = Script::new([
        (
            "DescribeStacks",
            // The old status is still to be seen for a while after AWS took the request.
            [
                "UPDATE_ROLLBACK_FAILED",
                "UPDATE_ROLLBACK_FAILED",
                "UPDATE_ROLLBACK_IN_PROGRESS",
                "UPDATE_ROLLBACK_COMPLETE",
            ]
            .map(stack)
            .to_vec(),
        ),
        ("ListStackResources", vec![failed("UPDATE_FAILED")]),
        ("DescribeStackEvents", vec![events(&[])]),
        ("ContinueUpdateRollback", vec![done("ContinueUpdateRollback")]),
    ]);
    let recorder = Recorder::default();
    let stacks = stacks(&script, &recorder);
    let diagnosis = stacks.diagnose("Hello", Some("Hello"), false).await.unwrap();
    assert_eq!(diagnosis.remedy, Remedy::Continue);
    let said = diagnosis.to_string();
    let first = "Stack \"Hello\" is in UPDATE_ROLLBACK_FAILED\n  Jobs (AWS::SQS::Queue) UPDATE_FAILED: it was deleted by hand\nAn update";
    assert!(said.starts_with(first) && said.contains("--skip LOGICAL_ID"), "{said}");
    let wrong = report(diagnosis.check(&skipping("Other")).unwrap_err());
    assert!(
        wrong.starts_with("error: --skip Other: no resource of \"Hello\" that failed is called so\nhint: Known: Jobs."),
        "{wrong}"
    );
    let wishes = skipping("Jobs");
    diagnosis.check(&wishes).unwrap();
    assert_eq!(diagnosis.question(&wishes), "Continue the rollback, and skip Jobs?");
    assert_eq!(stacks.recover(&diagnosis, &wishes).await.unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(script.changes(), ["ContinueUpdateRollback"]);
    let sent = script.seen().into_iter().find(|seen| seen.call == "ContinueUpdateRollback").unwrap().body;
    assert!(sent.contains("ResourcesToSkip.member.1=Jobs") && !sent.contains("member.2"), "{sent}");
}

#[tokio::test]
async fn a_rollback_that_stops_again_names_what_failed_and_the_way_on() {
    let again =
        [("3", "Hello", STACK, "UPDATE_ROLLBACK_FAILED", ""), ("2", "Jobs", QUEUE, "UPDATE_FAILED", "still gone")];
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_ROLLBACK_FAILED")]),
        ("ListStackResources", vec![failed("UPDATE_FAILED")]),
        ("DescribeStackEvents", vec![events(&[]), events(&again)]),
        ("ContinueUpdateRollback", vec![done("ContinueUpdateRollback")]),
    ]);
    let recorder = Recorder::default();
    let stacks = stacks(&script, &recorder);
    let diagnosis = stacks.diagnose("Hello", None, false).await.unwrap();
    let said = report(stacks.recover(&diagnosis, &Wishes::default()).await.unwrap_err());
    assert!(
        said.starts_with(
            "error: stack \"Hello\" could not be rolled back: Jobs (AWS::SQS::Queue) UPDATE_FAILED: still"
        ),
        "{said}"
    );
    assert!(said.contains("can skip resources"), "{said}");
}

#[tokio::test]
async fn what_was_never_complete_is_deleted_and_what_is_left_in_it_is_named() {
    for status in ["CREATE_FAILED", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"] {
        let script = Script::new([
            ("DescribeStacks", vec![stack(status), no_stack()]),
            ("ListStackResources", vec![failed("DELETE_FAILED")]),
            ("DescribeStackEvents", ends("DELETE_IN_PROGRESS")),
            ("DeleteStack", vec![done("DeleteStack")]),
        ]);
        let recorder = Recorder::default();
        let stacks = stacks(&script, &recorder);
        let diagnosis = stacks.diagnose("Hello", Some("Hello"), false).await.unwrap();
        assert_eq!(diagnosis.remedy, Remedy::Delete, "{status}");
        let said = diagnosis.to_string();
        assert!(
            said.ends_with("Still in it: Jobs (AWS::SQS::Queue), Other (AWS::SQS::Queue), Fn (AWS::Lambda::Function)"),
            "{said}"
        );
        assert!(diagnosis.check(&retaining("Jobs")).is_err(), "AWS takes that of failed deletions only");
        assert_eq!(stacks.recover(&diagnosis, &Wishes::default()).await.unwrap(), "DELETE_COMPLETE");
        assert_eq!(script.changes(), ["DeleteStack"]);
    }
}

#[tokio::test]
async fn a_deletion_that_failed_goes_on_and_leaves_behind_what_is_retained() {
    let script = Script::new([
        (
            "DescribeStacks",
            vec![stack("DELETE_FAILED"), stack("DELETE_FAILED"), stack("DELETE_IN_PROGRESS"), no_stack()],
        ),
        ("ListStackResources", vec![failed("DELETE_FAILED")]),
        ("DescribeStackEvents", ends("DELETE_IN_PROGRESS")),
        ("DeleteStack", vec![done("DeleteStack")]),
    ]);
    let recorder = Recorder::default();
    let stacks = stacks(&script, &recorder);
    let diagnosis = stacks.diagnose("Hello", Some("Hello"), false).await.unwrap();
    let wishes = retaining("Jobs");
    diagnosis.check(&wishes).unwrap();
    assert_eq!(diagnosis.question(&wishes), "Delete the stack, and leave Jobs behind?");
    assert_eq!(stacks.recover(&diagnosis, &wishes).await.unwrap(), "DELETE_COMPLETE");
    let sent = script.seen().into_iter().find(|seen| seen.call == "DeleteStack").unwrap().body;
    assert!(sent.contains("RetainResources.member.1=Jobs"), "{sent}");
}

#[tokio::test]
async fn an_update_under_way_is_waited_for_or_given_up() {
    for (cancel, end, changes) in
        [(false, "UPDATE_COMPLETE", &[][..]), (true, "UPDATE_ROLLBACK_COMPLETE", &["CancelUpdateStack"])]
    {
        let script = Script::new([
            ("DescribeStacks", vec![stack("UPDATE_IN_PROGRESS"), stack("UPDATE_IN_PROGRESS"), stack(end)]),
            ("DescribeStackEvents", ends(end)),
            ("CancelUpdateStack", vec![done("CancelUpdateStack")]),
        ]);
        let recorder = Recorder::default();
        let stacks = stacks(&script, &recorder);
        let diagnosis = stacks.diagnose("Hello", Some("Hello"), cancel).await.unwrap();
        assert_eq!(diagnosis.remedy, if cancel { Remedy::Cancel } else { Remedy::Wait });
        let wishes = Wishes { cancel, ..Wishes::default() };
        diagnosis.check(&wishes).unwrap();
        assert_eq!(stacks.recover(&diagnosis, &wishes).await.unwrap(), end);
        assert_eq!(script.changes(), changes);
    }
}

#[tokio::test]
async fn what_is_in_order_or_another_apps_is_left_alone() {
    let script = Script::new([("DescribeStacks", vec![stack("UPDATE_COMPLETE")])]);
    let recorder = Recorder::default();
    let diagnosis = stacks(&script, &recorder).diagnose("Hello", Some("Hello"), true).await.unwrap();
    assert_eq!(diagnosis.remedy, Remedy::Nothing);
    let wrong = report(diagnosis.check(&Wishes { cancel: true, ..Wishes::default() }).unwrap_err());
    assert!(
        wrong.starts_with("error: --cancel is for a stack in UPDATE_IN_PROGRESS, and \"Hello\" is in UPDATE_COMPLETE"),
        "{wrong}"
    );
    let said = report(stacks(&script, &recorder).diagnose("Hello", Some("Other"), false).await.unwrap_err());
    assert!(said.contains("belongs to the app \"Hello\""), "{said}");
    let script = Script::new([("DescribeStacks", vec![stack("IMPORT_ROLLBACK_FAILED")])]);
    let said = report(stacks(&script, &recorder).diagnose("Hello", None, false).await.unwrap_err());
    assert!(said.contains("Sparta knows no way on from IMPORT_ROLLBACK_FAILED"), "{said}");
}
