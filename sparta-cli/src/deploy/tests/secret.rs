use std::io;

use serde_json::json;

use super::log::logged;
use super::*;
use crate::deploy::{Change, Token, store_token};
use crate::error::CliError;

const SECRET: &str = "ghp_sesame";

fn token() -> Token {
    SECRET.parse().unwrap()
}

fn value(text: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "ARN": "arn:secret", "Name": "token", "SecretString": text, "VersionId": "v-1" }).to_string(),
    )
}

fn error(code: &str, message: &str) -> Answer {
    Answer::json_error(400, code, message)
}

async fn store(script: &Script) -> Result<Change, CliError> {
    let recorder = Recorder::default();
    let stored = store_token(&script.config(), &recorder, "token", &token(), "for the pipeline").await;
    assert!(!recorder.text().contains(SECRET));
    Ok(stored?.0)
}

#[tokio::test]
async fn a_new_secret_is_created() {
    let script = Script::new([
        ("GetSecretValue", vec![error("ResourceNotFoundException", "no such secret")]),
        ("CreateSecret", vec![value("")]),
    ]);
    assert_eq!(store(&script).await.unwrap(), Change::Created);
    let sent = script.seen().pop().unwrap().body;
    assert!(sent.contains("\"SecretString\":\"ghp_sesame\""), "{sent}");
    assert!(sent.contains("for the pipeline"), "{sent}");
}

#[tokio::test]
async fn a_secret_that_holds_the_token_is_left_alone() {
    let script = Script::new([("GetSecretValue", vec![value(SECRET)])]);
    assert_eq!(store(&script).await.unwrap(), Change::Unchanged);
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn another_token_replaces_the_value() {
    let script = Script::new([("GetSecretValue", vec![value("old")]), ("PutSecretValue", vec![value("")])]);
    assert_eq!(store(&script).await.unwrap(), Change::Updated);
    assert_eq!(script.changes(), ["PutSecretValue"]);
}

#[tokio::test]
async fn a_secret_that_waits_for_its_deletion_is_restored() {
    let deleted = "You can't perform this operation on the secret because it was marked for deletion.";
    let script = Script::new([
        ("GetSecretValue", vec![error("InvalidRequestException", deleted), value("old")]),
        ("RestoreSecret", vec![value("")]),
        ("PutSecretValue", vec![value("")]),
    ]);
    assert_eq!(store(&script).await.unwrap(), Change::Updated);
    assert_eq!(script.changes(), ["RestoreSecret", "PutSecretValue"]);
}

#[tokio::test]
async fn a_secret_without_a_value_gets_one() {
    let script = Script::new([
        ("GetSecretValue", vec![error("ResourceNotFoundException", "no value")]),
        ("CreateSecret", vec![error("ResourceExistsException", "taken")]),
        ("PutSecretValue", vec![value("")]),
    ]);
    assert_eq!(store(&script).await.unwrap(), Change::Updated);
}

#[tokio::test]
async fn an_error_of_aws_does_not_quote_the_token() {
    let script = Script::new([
        ("GetSecretValue", vec![value("old")]),
        ("PutSecretValue", vec![error("InvalidParameterException", "Value 'ghp_sesame' is bad")]),
    ]);
    let failure = store(&script).await.unwrap_err();
    let text = report_of(&failure);
    assert!(text.contains("Value '***' is bad"), "{text}");
    assert!(!format!("{failure:?}{text}").contains(SECRET));
}

fn report_of(error: &CliError) -> String {
    let mut out = Vec::new();
    error.write_report(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_token_shows_itself_to_nobody() {
    assert_eq!(format!("{:?}", token()), "Token(***)");
    let error = "ghp sesame".parse::<Token>().unwrap_err();
    assert!(!format!("{error:?}{error}").contains("sesame"));
}

#[test]
fn a_token_comes_from_the_flag_then_the_variable_then_the_terminal() {
    let from = |flag: Option<&str>, variable: Option<&str>, typed: Option<&str>| {
        Token::choose(flag.map(Into::into), variable.map(Into::into), "GITHUB_TOKEN", || {
            typed.map(|text| Ok::<_, io::Error>(text.into()))
        })
        .map(|token| token.expose().to_owned())
    };
    assert_eq!(from(Some("a"), Some("b"), Some("c")).unwrap(), "a");
    assert_eq!(from(None, Some("b\n"), Some("c")).unwrap(), "b");
    assert_eq!(from(None, Some(" "), Some("c")).unwrap(), "c");
    let error = CliError::from(from(None, None, None).unwrap_err());
    assert_eq!(error.exit_code(), 2);
    assert!(report_of(&error).contains("Set GITHUB_TOKEN"));
}

#[test]
fn a_token_is_in_no_log_line_at_any_level() {
    let log = logged(async {
        let quoted = error("InvalidParameterException", "Value 'ghp_sesame' is bad");
        let script = Script::new([("GetSecretValue", vec![value("old-secret")]), ("PutSecretValue", vec![quoted])]);
        store(&script).await.unwrap_err();
        // The log does hear of calls that carry no secret.
        crate::aws::sts::identity(&script.config()).await.unwrap_err();
    });
    assert!(log.contains("GetCallerIdentity"), "{log}");
    assert!(!log.contains(SECRET) && !log.contains("old-secret"));
}
