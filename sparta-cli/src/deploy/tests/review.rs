//! What becomes of the empty stack that AWS makes for the change set of a new one.

use super::*;
use crate::deploy::StackError;

fn one_change_set() -> Answer {
    let theirs = "<Summaries><member><ChangeSetName>theirs</ChangeSetName></member></Summaries>";
    Answer::result("ListChangeSets", theirs)
}

fn refused() -> Answer {
    Answer::error(403, "AccessDenied", "not authorized")
}

/// A new stack that gets as far as a change set which can be executed.
fn new_stack<const N: usize>(others: [(&'static str, Vec<Answer>); N]) -> Script {
    let mut answers = vec![
        ("DescribeStacks", vec![no_stack(), stack("REVIEW_IN_PROGRESS")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("DescribeStackEvents", vec![events(&[])]),
        ("ExecuteChangeSet", vec![refused()]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
        ("ListChangeSets", vec![done("ListChangeSets")]),
        ("DeleteStack", vec![done("DeleteStack")]),
    ];
    for (call, list) in others {
        answers.retain(|(known, _)| *known != call);
        answers.push((call, list));
    }
    Script::of(answers)
}

const CLEANED: [&str; 3] = ["CreateChangeSet", "DeleteChangeSet", "DeleteStack"];

/// Converges, and presses Ctrl-C when this call was made.
async fn interrupted_at(script: &Script, recorder: &Recorder, call: &str) -> StackError {
    let keyboard = Arc::new(Notify::new());
    let stacks = wired(stacks(script, recorder), &keyboard);
    let request = request();
    let press = async {
        while script.count(call) == 0 {
            tokio::task::yield_now().await;
        }
        keyboard.notify_one();
    };
    let (error, ()) = tokio::join!(stacks.converge(&request), press);
    error.unwrap_err()
}

#[tokio::test]
async fn ctrl_c_before_the_execution_takes_the_empty_stack_with_it() {
    let script = new_stack([("DescribeChangeSet", vec![change_set("CREATE_PENDING", "UNAVAILABLE", "")])]);
    let recorder = Recorder::default();
    let error = interrupted_at(&script, &recorder, "DescribeChangeSet").await;
    assert_eq!(report(error), "error: interrupted; stack \"Hello\" was not changed\n");
    assert_eq!(script.changes(), CLEANED);
    assert!(recorder.text().contains("Deleted the empty stack \"Hello\""), "{}", recorder.text());
}

#[tokio::test]
async fn a_second_ctrl_c_does_not_wait_for_the_clean_up() {
    let script = new_stack([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("DescribeChangeSet", vec![change_set("CREATE_PENDING", "UNAVAILABLE", "")]),
        ("DeleteChangeSet", vec![Answer::Silence]),
    ]);
    let recorder = Recorder::default();
    let keyboard = Arc::new(Notify::new());
    let stacks = wired(stacks(&script, &recorder), &keyboard);
    let press = async {
        for call in ["DescribeChangeSet", "DeleteChangeSet"] {
            while script.count(call) == 0 {
                tokio::task::yield_now().await;
            }
            keyboard.notify_one();
        }
    };
    let begun = std::time::Instant::now();
    let request = request();
    let (error, ()) = tokio::join!(stacks.converge(&request), press);
    assert!(matches!(error.unwrap_err(), StackError::Littered { .. }));
    assert!(begun.elapsed() < Duration::from_secs(4), "it waited");
}

#[tokio::test]
async fn ctrl_c_leaves_a_stack_alone_that_was_in_review_before() {
    let script = new_stack([
        ("DescribeStacks", vec![stack("REVIEW_IN_PROGRESS")]),
        ("DescribeChangeSet", vec![change_set("CREATE_PENDING", "UNAVAILABLE", "")]),
    ]);
    let recorder = Recorder::default();
    interrupted_at(&script, &recorder, "DescribeChangeSet").await;
    assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn what_ctrl_c_could_not_clean_up_is_told_with_what_to_do() {
    let pending = change_set("CREATE_PENDING", "UNAVAILABLE", "");
    let script = new_stack([("DescribeChangeSet", vec![pending.clone()]), ("DeleteStack", vec![refused()])]);
    let recorder = Recorder::default();
    let error = interrupted_at(&script, &recorder, "DescribeChangeSet").await;
    assert_eq!(
        report(error),
        "error: interrupted; nothing in stack \"Hello\" was changed\n\
         hint: An empty stack \"Hello\" may be left behind in REVIEW_IN_PROGRESS: the same command creates it, and the \
         `delete` command removes it.\n"
    );
    assert!(recorder.text().contains("The empty stack \"Hello\" is left behind: DeleteStack"), "{}", recorder.text());

    let script = new_stack([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("DescribeChangeSet", vec![pending]),
        ("DeleteChangeSet", vec![refused()]),
    ]);
    let error = report(interrupted_at(&script, &recorder, "DescribeChangeSet").await);
    assert!(error.contains("aws cloudformation delete-change-set --stack-name Hello --change-set-name"), "{error}");
}

#[tokio::test]
async fn a_refused_execution_takes_the_empty_stack_with_it() {
    let script = new_stack([]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.starts_with("error: ExecuteChangeSet of stack \"Hello\" was refused"), "{report}");
    assert!(report.contains("hint: Stack \"Hello\" was not changed.\n"), "{report}");
    assert_eq!(script.changes(), ["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "DeleteStack"]);
}

#[tokio::test]
async fn an_execution_refused_for_somebody_elses_change_set_leaves_them_the_stack() {
    let script = new_stack([("ListChangeSets", vec![one_change_set()])]);
    let recorder = Recorder::default();
    stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    assert_eq!(script.changes(), ["CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet"]);
}

#[tokio::test]
async fn a_failure_between_change_set_and_execution_cleans_up_both() {
    let script = new_stack([("DescribeStackEvents", vec![Answer::error(500, "InternalFailure", "oops")])]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.starts_with("error: DescribeStackEvents of stack \"Hello\" failed inside AWS"), "{report}");
    assert_eq!(script.changes(), CLEANED);
}
