//! The policy that guards a stack's resources against updates.

use serde_json::json;

use super::*;
use crate::deploy::Change;

fn guarded() -> StackRequest {
    let statement = json!({"Effect": "Deny", "Action": "Update:Replace", "Principal": "*", "Resource": "*"});
    StackRequest { policy: Some(json!({"Statement": [statement]})), ..request() }
}

/// The policy that the stack has.
fn policy(policy: Option<&StackRequest>) -> Answer {
    let body = policy.map(|request| serde_json::to_string_pretty(&request.policy).unwrap().replace('"', "&quot;"));
    let body = body.map(|body| format!("<StackPolicyBody>{body}</StackPolicyBody>")).unwrap_or_default();
    Answer::result("GetStackPolicy", &body)
}

fn script(describes: Vec<Answer>, change_set: Answer, policies: [(&'static str, Answer); 2]) -> Script {
    let [get, set] = policies.map(|(call, answer)| (call, vec![answer]));
    Script::of(vec![
        ("DescribeStacks", describes),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("1", "Hello", STACK, "UPDATE_IN_PROGRESS", "")])]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
        get,
        set,
    ])
}

fn none() -> [(&'static str, Answer); 2] {
    [("GetStackPolicy", policy(None)), ("SetStackPolicy", done("SetStackPolicy"))]
}

fn ready() -> Answer {
    change_set("CREATE_COMPLETE", "AVAILABLE", "")
}

fn empty() -> Answer {
    change_set("FAILED", "UNAVAILABLE", "No updates are to be performed.")
}

#[tokio::test]
async fn it_is_set_when_a_stack_is_created() {
    let script = script(vec![no_stack(), stack("CREATE_COMPLETE")], ready(), none());
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).converge(&guarded()).await.unwrap().change, Change::Created);
    assert_eq!(script.changes(), ["CreateChangeSet", "ExecuteChangeSet", "SetStackPolicy"]);
    let body = script.seen().into_iter().find(|seen| seen.call == "SetStackPolicy").unwrap().body;
    assert!(body.contains("StackName=Hello") && body.contains("Update%3AReplace"), "{body}");
    assert!(recorder.text().contains("The stack policy of \"Hello\" is set"), "{}", recorder.text());
}

#[tokio::test]
async fn it_is_set_before_the_update_that_it_guards() {
    let script = script(vec![stack("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")], ready(), none());
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).converge(&guarded()).await.unwrap().change, Change::Updated);
    assert_eq!(script.changes(), ["CreateChangeSet", "SetStackPolicy", "ExecuteChangeSet"]);
}

#[tokio::test]
async fn another_policy_alone_is_an_update_and_the_same_one_is_none() {
    let other = script(vec![stack("CREATE_COMPLETE")], empty(), none());
    let recorder = Recorder::default();
    assert_eq!(stacks(&other, &recorder).converge(&guarded()).await.unwrap().change, Change::Updated);
    assert_eq!(other.changes(), ["CreateChangeSet", "DeleteChangeSet", "SetStackPolicy"]);

    let there = [("GetStackPolicy", policy(Some(&guarded()))), ("SetStackPolicy", done("SetStackPolicy"))];
    let same = script(vec![stack("CREATE_COMPLETE")], empty(), there);
    assert_eq!(stacks(&same, &recorder).converge(&guarded()).await.unwrap().change, Change::Unchanged);
    assert_eq!(same.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn an_environment_without_one_leaves_the_stacks_own() {
    let script = script(vec![stack("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")], ready(), none());
    stacks(&script, &Recorder::default()).converge(&request()).await.unwrap();
    assert_eq!((script.count("GetStackPolicy"), script.count("SetStackPolicy")), (0, 0));
}

#[tokio::test]
async fn one_that_cannot_be_set_says_what_was_done_and_what_was_not() {
    let denied = || Answer::error(403, "AccessDenied", "not authorized");
    let recorder = Recorder::default();
    let not_set = [("GetStackPolicy", policy(None)), ("SetStackPolicy", denied())];
    let update = script(vec![stack("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")], ready(), not_set.clone());
    let said = report(stacks(&update, &recorder).converge(&guarded()).await.unwrap_err());
    assert_eq!(
        said,
        "error: the stack policy of \"Hello\" is not set\n  \
         caused by: SetStackPolicy of stack \"Hello\" was refused (AccessDenied): not authorized [request r-1]\n\
         hint: Allow `cloudformation:SetStackPolicy` on stack \"Hello\" for the identity that deploys (`aws sts \
         get-caller-identity` shows which that is).\n\
         hint: The stack was not updated: its policy comes first, so that it guards the update. Run the same command \
         again.\n"
    );
    assert_eq!(update.changes(), ["CreateChangeSet", "SetStackPolicy", "DeleteChangeSet"]);

    let created = script(vec![no_stack(), stack("CREATE_COMPLETE")], ready(), not_set);
    let said = report(stacks(&created, &recorder).converge(&guarded()).await.unwrap_err());
    assert!(said.ends_with("hint: The stack is created and in order; the same command sets its policy.\n"), "{said}");
}

#[tokio::test]
async fn an_update_that_it_forbids_is_told_with_where_it_comes_from() {
    let script = Script::of(vec![
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("UPDATE_ROLLBACK_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![ready()]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[]),
                events(&[
                    (
                        "2",
                        "Fn",
                        FUNCTION,
                        "UPDATE_FAILED",
                        "Action denied by stack policy: Statement [#1] does not allow",
                    ),
                    ("1", "Hello", STACK, "UPDATE_IN_PROGRESS", ""),
                ]),
            ],
        ),
    ]);
    let said = report(stacks(&script, &Recorder::default()).converge(&request()).await.unwrap_err());
    assert!(said.contains("hint: The stack's policy forbids it"), "{said}");
}
