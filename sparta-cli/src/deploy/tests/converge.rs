use super::*;
use crate::deploy::{Change, StackError};

const EMPTY: &str = "The submitted information didn't contain changes. Submit different information.";

#[tokio::test]
async fn a_missing_stack_is_created_and_its_events_come_in_their_order() {
    let script = Script::new([
        ("DescribeStacks", vec![no_stack(), stack("CREATE_IN_PROGRESS"), stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        (
            "DescribeChangeSet",
            vec![change_set("CREATE_PENDING", "UNAVAILABLE", ""), change_set("CREATE_COMPLETE", "AVAILABLE", "")],
        ),
        (
            "DescribeStackEvents",
            vec![
                events(&[("1", "Hello", STACK, "REVIEW_IN_PROGRESS", "")]),
                events(&[
                    ("3", "Fn", FUNCTION, "CREATE_IN_PROGRESS", ""),
                    ("2", "Hello", STACK, "CREATE_IN_PROGRESS", ""),
                    ("1", "Hello", STACK, "REVIEW_IN_PROGRESS", ""),
                ]),
                events(&[
                    ("5", "Hello", STACK, "CREATE_COMPLETE", ""),
                    ("4", "Fn", FUNCTION, "CREATE_COMPLETE", ""),
                    ("3", "Fn", FUNCTION, "CREATE_IN_PROGRESS", ""),
                ]),
            ],
        ),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();

    assert_eq!(outcome.change, Change::Created);
    assert_eq!(outcome.outputs[0].value, "https://x");
    assert_eq!(script.changes(), ["CreateChangeSet", "ExecuteChangeSet"]);
    let made = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap().body;
    for part in [
        "ChangeSetType=CREATE",
        "CAPABILITY_IAM",
        "Parameters.member.1.ParameterKey=Message",
        "Parameters.member.1.ParameterValue=hi",
        "Tags.member.1.Key=sparta%3Aapp",
    ] {
        assert!(made.contains(part), "{part} in {made}");
    }
    assert_eq!(
        recorder.lines()[1..],
        [
            "Creating stack \"Hello\"",
            "Hello CREATE_IN_PROGRESS",
            "Fn CREATE_IN_PROGRESS",
            "Fn CREATE_COMPLETE",
            "Hello CREATE_COMPLETE",
        ]
    );
}

#[tokio::test]
async fn an_update_is_not_done_before_it_has_begun() {
    let script = Script::new([
        (
            "DescribeStacks",
            vec![
                stack("CREATE_COMPLETE"),
                stack("CREATE_COMPLETE"),
                stack("UPDATE_IN_PROGRESS"),
                stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
                stack("UPDATE_COMPLETE"),
            ],
        ),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[("1", "Hello", STACK, "CREATE_COMPLETE", "")]),
                events(&[("1", "Hello", STACK, "CREATE_COMPLETE", "")]),
                events(&[
                    ("2", "Hello", STACK, "UPDATE_IN_PROGRESS", ""),
                    ("1", "Hello", STACK, "CREATE_COMPLETE", ""),
                ]),
            ],
        ),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
    assert_eq!(script.count("DescribeStacks"), 6);
}

#[tokio::test]
async fn an_empty_change_set_is_deleted_and_changes_nothing() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", EMPTY)]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Unchanged);
    assert_eq!(outcome.outputs.len(), 1);
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
    assert!(recorder.text().contains("Stack \"Hello\" is up to date: nothing to change"));
}

#[tokio::test]
async fn the_next_build_of_the_same_code_asks_for_the_tags_that_are_there() {
    let asked = async |key: &str| {
        let script = Script::new([
            ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
            ("CreateChangeSet", vec![change_set_made()]),
            ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", EMPTY)]),
            ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
        ]);
        let mut request = request();
        request.parameters.insert("CodeKey".into(), key.into());
        request.tags.insert("sparta:buildId".into(), "2".into());
        stacks(&script, &Recorder::default()).converge(&request).await.unwrap();
        let made = script.seen().into_iter().find(|seen| seen.call == "CreateChangeSet").unwrap().body;
        let (_, value) = made.split_once("Key=sparta%3AbuildId&").unwrap();
        value.split_once('=').unwrap().1.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    assert_eq!(asked("old.zip").await, "1");
    assert_eq!(asked("new.zip").await, "2");
}

#[tokio::test]
async fn a_failed_change_set_is_told_with_its_reason_and_deleted() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", "Transform X failed")]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(
        report(error),
        "error: AWS made no change set for stack \"Hello\": Transform X failed\n\
         hint: The stack is as it was. Correct the cause and run the same command again.\n"
    );
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn a_failed_change_set_of_a_new_stack_takes_the_empty_stack_with_it() {
    let script = Script::new([
        ("DescribeStacks", vec![no_stack(), stack("REVIEW_IN_PROGRESS")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", "Transform X failed")]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
        ("ListChangeSets", vec![done("ListChangeSets")]),
        ("DeleteStack", vec![done("DeleteStack")]),
    ]);
    let recorder = Recorder::default();
    stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet", "DeleteStack"]);
}

#[tokio::test]
async fn an_empty_stack_that_others_are_about_to_create_is_left_alone() {
    let script = Script::new([
        ("DescribeStacks", vec![no_stack(), stack("REVIEW_IN_PROGRESS")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", "Transform X failed")]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
        (
            "ListChangeSets",
            vec![Answer::result(
                "ListChangeSets",
                "<Summaries><member><ChangeSetName>theirs</ChangeSetName></member></Summaries>",
            )],
        ),
    ]);
    let recorder = Recorder::default();
    stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn a_failed_update_tells_the_first_cause_then_the_rest() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("UPDATE_ROLLBACK_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[("1", "Hello", STACK, "CREATE_COMPLETE", "")]),
                events(&[
                    ("6", "Hello", STACK, "UPDATE_ROLLBACK_COMPLETE", ""),
                    ("5", "Role", "AWS::IAM::Role", "UPDATE_FAILED", "name is taken"),
                    ("4", "Topic", "AWS::SNS::Topic", "CREATE_FAILED", "Resource creation cancelled"),
                    ("3", "Fn", FUNCTION, "UPDATE_FAILED", "no such key"),
                    ("2", "Hello", STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
                    ("1", "Hello", STACK, "CREATE_COMPLETE", ""),
                ]),
            ],
        ),
    ]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(
        report(error),
        "error: stack \"Hello\" could not be updated: Fn (AWS::Lambda::Function) UPDATE_FAILED: no such key\n  \
         then Role (AWS::IAM::Role) UPDATE_FAILED: name is taken\n  \
         cancelled because of that: Topic\n\
         hint: The stack is in UPDATE_ROLLBACK_COMPLETE. The stack is as it was before. Correct the cause and run the \
         same command again.\n"
    );
}

#[tokio::test]
async fn a_second_provision_attaches_to_the_operation_under_way_then_does_its_own() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_IN_PROGRESS"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[
                    ("8", "Fn", FUNCTION, "UPDATE_IN_PROGRESS", ""),
                    ("7", "Hello", STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
                    ("6", "Hello", STACK, "CREATE_COMPLETE", ""),
                ]),
                events(&[
                    ("9", "Hello", STACK, "UPDATE_COMPLETE", ""),
                    ("8", "Fn", FUNCTION, "UPDATE_IN_PROGRESS", ""),
                ]),
            ],
        ),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("FAILED", "UNAVAILABLE", EMPTY)]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Unchanged);
    assert_eq!(
        recorder.lines()[..5],
        [
            "Stack \"Hello\" is in UPDATE_IN_PROGRESS: waiting for that operation to end",
            "Hello UPDATE_IN_PROGRESS",
            "Fn UPDATE_IN_PROGRESS",
            "Hello UPDATE_COMPLETE",
            "That operation has ended; stack \"Hello\" is in UPDATE_COMPLETE",
        ]
    );
}

#[tokio::test]
async fn a_provision_that_loses_the_race_waits_for_the_winner_and_tries_again() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")]),
        (
            "DescribeStackEvents",
            vec![events(&[
                ("2", "Hello", STACK, "UPDATE_IN_PROGRESS", ""),
                ("1", "Hello", STACK, "CREATE_COMPLETE", ""),
            ])],
        ),
        ("CreateChangeSet", vec![change_set_made()]),
        (
            "DescribeChangeSet",
            vec![
                change_set("CREATE_COMPLETE", "AVAILABLE", ""),
                change_set("CREATE_COMPLETE", "OBSOLETE", ""),
                change_set("FAILED", "UNAVAILABLE", EMPTY),
            ],
        ),
        (
            "ExecuteChangeSet",
            vec![Answer::error(
                400,
                "InvalidChangeSetStatus",
                "cannot be executed in its current status of [OBSOLETE]",
            )],
        ),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Unchanged);
    assert!(recorder.text().contains("being changed by somebody else"), "{}", recorder.text());
    assert_eq!(
        script.changes(),
        ["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "CreateChangeSet", "DeleteChangeSet"]
    );
}

#[tokio::test]
async fn events_that_aws_leaves_out_for_a_while_are_told_once_and_older_ones_never() {
    let old = ("1", "Old", FUNCTION, "UPDATE_FAILED", "of an earlier operation");
    let before = ("2", "Hello", STACK, "UPDATE_ROLLBACK_COMPLETE", "");
    let begun = ("3", "Hello", STACK, "UPDATE_IN_PROGRESS", "");
    let script = Script::new([
        (
            "DescribeStacks",
            vec![
                stack("UPDATE_ROLLBACK_COMPLETE"),
                stack("UPDATE_IN_PROGRESS"),
                stack("UPDATE_IN_PROGRESS"),
                stack("UPDATE_COMPLETE"),
            ],
        ),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[before, old]),
                events(&[begun, before, old]),
                events(&[before, old]),
                events(&[begun, before, old]),
            ],
        ),
    ]);
    let recorder = Recorder::default();
    stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(recorder.lines()[2..], ["Hello UPDATE_IN_PROGRESS"]);
}

#[tokio::test]
async fn an_execution_whose_answer_was_lost_is_followed_as_our_own() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        (
            "DescribeChangeSet",
            vec![
                change_set("CREATE_COMPLETE", "AVAILABLE", ""),
                change_set("CREATE_COMPLETE", "EXECUTE_IN_PROGRESS", ""),
                change_set("CREATE_COMPLETE", "EXECUTE_COMPLETE", ""),
            ],
        ),
        ("ExecuteChangeSet", vec![Answer::Drop, Answer::error(400, "InvalidChangeSetStatus", "EXECUTE_IN_PROGRESS")]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("2", "Hello", STACK, "UPDATE_IN_PROGRESS", "")])]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
    assert_eq!(script.count("ExecuteChangeSet"), 2);
}

#[tokio::test]
async fn ctrl_c_and_sigterm_while_waiting_say_that_the_operation_goes_on() {
    interrupted_while_waiting("-INT").await;
    interrupted_while_waiting("-TERM").await;
}

async fn interrupted_while_waiting(signal: &str) {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_IN_PROGRESS")]),
        ("DescribeStackEvents", vec![events(&[("1", "Hello", STACK, "UPDATE_IN_PROGRESS", "")])]),
    ]);
    let recorder = Recorder::default();
    let mut stacks = stacks(&script, &recorder);
    stacks.interrupt = Box::new(|| Box::pin(crate::deploy::interruption()));
    let request = request();
    let work = stacks.converge(&request);
    let press = async {
        while script.count("DescribeStackEvents") == 0 {
            tokio::task::yield_now().await;
        }
        let this = std::process::id().to_string();
        let killed = std::process::Command::new("kill").args([signal, &this]).status();
        assert!(killed.unwrap().success());
    };
    let (error, ()) = tokio::join!(work, press);
    assert_eq!(
        report(error.unwrap_err()),
        "error: interrupted; the operation on stack \"Hello\" goes on in AWS\n\
         hint: Watch it with the `status` command, or run the same command again, which attaches to the operation.\n"
    );
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn ctrl_c_before_the_execution_deletes_the_change_set() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_PENDING", "UNAVAILABLE", "")]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ]);
    let recorder = Recorder::default();
    let keyboard = Arc::new(Notify::new());
    let stacks = wired(stacks(&script, &recorder), &keyboard);
    let request = request();
    let work = stacks.converge(&request);
    let press = async {
        while script.count("DescribeChangeSet") == 0 {
            tokio::task::yield_now().await;
        }
        keyboard.notify_one();
    };
    let (error, ()) = tokio::join!(work, press);
    let error = error.unwrap_err();
    assert!(matches!(&error, StackError::Stopped { .. }), "{error}");
    assert_eq!(report(error), "error: interrupted; stack \"Hello\" was not changed\n");
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
}
