use super::*;
use crate::deploy::Change;

fn waiting(describes: Vec<Answer>) -> Script {
    Script::new([
        ("DescribeStacks", describes),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("1", "Hello", STACK, "UPDATE_IN_PROGRESS", "")])]),
    ])
}

fn throttled() -> Answer {
    Answer::error(400, "Throttling", "Rate exceeded")
}

#[tokio::test]
async fn throttling_is_retried() {
    let script = waiting(vec![throttled(), stack("CREATE_COMPLETE"), throttled(), stack("UPDATE_COMPLETE")]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
    assert_eq!(script.count("DescribeStacks"), 5);
}

#[tokio::test]
async fn throttling_without_an_end_is_told() {
    let script = Script::new([("DescribeStacks", vec![throttled()])]);
    let recorder = Recorder::default();
    let error = stacks(&script, &recorder).converge(&request()).await.unwrap_err();
    let report = report(error);
    assert!(
        report.starts_with(
            "error: DescribeStacks of stack \"Hello\" was throttled after all retries (Throttling): Rate exceeded"
        ),
        "{report}"
    );
    assert!(report.contains("hint: Other work in this account uses up its request rate"), "{report}");
    assert_eq!(script.count("DescribeStacks"), 3);
}

#[tokio::test]
async fn a_500_is_retried_then_told() {
    let script = Script::new([("DescribeStacks", vec![Answer::error(500, "InternalFailure", "oops")])]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.contains("failed inside AWS after all retries (InternalFailure): oops"), "{report}");
    assert!(report.contains("https://health.aws.amazon.com"), "{report}");
    assert_eq!(script.count("DescribeStacks"), 3);
}

#[tokio::test]
async fn a_dropped_connection_is_retried() {
    let script = waiting(vec![Answer::Drop, stack("CREATE_COMPLETE"), Answer::Drop, stack("UPDATE_COMPLETE")]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
}

#[tokio::test]
async fn a_connection_that_is_always_dropped_is_told() {
    let script = Script::new([("DescribeStacks", vec![Answer::Drop])]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.starts_with("error: DescribeStacks of stack \"Hello\" got no answer from AWS: "), "{report}");
    assert!(report.contains("hint: Check the network, the proxy, the region and AWS_ENDPOINT_URL"), "{report}");
}

#[tokio::test]
async fn waiting_outlasts_more_failures_than_one_call_does() {
    let mut answers = vec![stack("CREATE_COMPLETE")];
    answers.extend(vec![Answer::error(503, "ServiceUnavailable", "later"); 6]);
    answers.push(stack("UPDATE_COMPLETE"));
    let script = waiting(answers);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
    let said = recorder.lines().iter().filter(|line| line.ends_with("asking again")).count();
    assert_eq!(said, 2, "{}", recorder.text());
}

#[tokio::test]
async fn credentials_that_expire_while_waiting_leave_the_operation_in_aws() {
    let expired = Answer::error(403, "ExpiredToken", "The security token included in the request is expired");
    let script = waiting(vec![stack("CREATE_COMPLETE"), expired]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(
        report.starts_with("error: lost sight of stack \"Hello\", on which an operation goes on in AWS\n  caused by: "),
        "{report}"
    );
    assert!(report.contains("hint: The credentials have run out: renew them"), "{report}");
    assert!(report.contains("run the same command again, which attaches to the operation"), "{report}");
}

#[tokio::test]
async fn expired_credentials_are_told_at_once() {
    let expired = Answer::error(403, "ExpiredToken", "The security token included in the request is expired");
    let script = Script::new([("DescribeStacks", vec![expired])]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.contains("was refused (ExpiredToken): The security token"), "{report}");
    assert!(report.contains("[request r-1]"), "{report}");
    assert!(report.contains("hint: The credentials have run out: renew them"), "{report}");
    assert_eq!(script.count("DescribeStacks"), 1);
}

#[tokio::test]
async fn missing_credentials_are_told() {
    use aws_sdk_sts::config::SharedCredentialsProvider;
    let script = Script::new([]);
    let none = aws_config::meta::credentials::CredentialsProviderChain::first_try(
        "nothing",
        aws_config::environment::EnvironmentVariableCredentialsProvider::new(),
    );
    let config = script.config().into_builder().credentials_provider(SharedCredentialsProvider::new(none)).build();
    let report = report(crate::aws::sts::identity(&config).await.unwrap_err());
    assert!(
        report.starts_with("error: GetCallerIdentity of the credentials failed for want of credentials: "),
        "{report}"
    );
    assert!(report.contains("hint: Log in (`aws sso login`"), "{report}");
    assert!(script.seen().is_empty());
}

#[tokio::test]
async fn a_denied_call_names_the_action_to_allow() {
    let script = Script::new([
        ("DescribeStacks", vec![no_stack()]),
        ("CreateChangeSet", vec![Answer::error(403, "AccessDenied", "User x is not authorized")]),
        ("DeleteChangeSet", vec![Answer::error(404, "ChangeSetNotFound", "no such change set")]),
    ]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(
        report.contains("CreateChangeSet of stack \"Hello\" was refused (AccessDenied): User x is not authorized"),
        "{report}"
    );
    assert!(report.contains("hint: Allow `cloudformation:CreateChangeSet` on stack \"Hello\""), "{report}");
}

#[tokio::test]
async fn who_may_not_read_events_can_still_deploy() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("ExecuteChangeSet", vec![done("ExecuteChangeSet")]),
        ("DescribeStackEvents", vec![Answer::error(403, "AccessDenied", "not authorized")]),
    ]);
    let recorder = Recorder::default();
    let outcome = stacks(&script, &recorder).converge(&request()).await.unwrap();
    assert_eq!(outcome.change, Change::Updated);
    assert_eq!(script.count("DescribeStackEvents"), 1);
    assert!(recorder.text().contains("going on without the resources' events"), "{}", recorder.text());
}

#[tokio::test]
async fn a_template_that_aws_refuses_is_told_in_its_words() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![Answer::error(400, "ValidationError", "Parameters: [Message] must have values")]),
        ("DeleteChangeSet", vec![Answer::error(404, "ChangeSetNotFound", "no such change set")]),
    ]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).converge(&request()).await.unwrap_err());
    assert!(report.contains("was refused (ValidationError): Parameters: [Message] must have values"), "{report}");
}
