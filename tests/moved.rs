//! Handlers that were written for `lambda_http` and `lambda_runtime`, before and after their service moved: the same files under
//! AWS's own emulator, once with the `main` that they had, and once in the bytes that are packaged.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sparta_test_models::events;
use sparta_test_tools::Rie;
use tempfile::TempDir;

use crate::support::{LIGHT_PROFILE, Service, example, root, run};

const MARK: &str = "lambda_http-";

/// What the moved service packages, and the program that it was before.
struct Programs {
    package: TempDir,
    before: PathBuf,
}

impl Programs {
    fn compiled() -> Self {
        let package = tempfile::tempdir().unwrap();
        let output = package.path().to_str().unwrap();
        let build = ["build", "--outputDir", output];
        run(Service::of("moved").command(root(), build).envs(LIGHT_PROFILE)).success();
        Self { package, before: example("moved", "before") }
    }

    fn after(&self) -> PathBuf {
        self.package.path().join("code/bootstrap")
    }

    /// A function before and after the move.
    fn both(&self, function: &str) -> [Rie; 2] {
        let start = |program: &Path| {
            let own = [("_HANDLER", function), ("AWS_LAMBDA_FUNCTION_TIMEOUT", "5"), ("AWS_LAMBDA_LOG_FORMAT", "JSON")];
            Rie::start(program, &own)
        };
        [start(&self.before), start(&self.after())]
    }
}

/// An answer without the lists and bodies that `lambda_http` sends empty and Sparta does not.
fn answer(rie: &Rie, event: &Value) -> Value {
    let mut answer = rie.invoke(event.to_string().as_bytes()).json();
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|_, value| *value != json!({}) && *value != json!([]) && *value != json!(""));
    }
    answer
}

#[test]
fn handlers_answer_as_they_did_before_they_moved() {
    let programs = Programs::compiled();
    notes(programs.both("notes"));
    ticker(programs.both("ticker"));
    orders(programs.both("orders"));
    let after = std::fs::read(programs.after()).unwrap();
    let is_there = |text: &str| after.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(is_there(MARK), "what tells that a binary has lambda_http in it is not in this one");
}

fn notes([before, after]: [Rie; 2]) {
    let with = |event: &Value, fields: Value| {
        let mut event = event.clone();
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    };
    let mut web_socket = events::rest_api("/connected");
    web_socket["requestContext"] = json!({"connectionId": "c", "eventType": "MESSAGE", "routeKey": "r", "stage": "prod",
        "connectedAt": 1, "requestTimeEpoch": 1, "identity": {"sourceIp": "192.0.2.1"}});
    let lattice = json!({
        "version": "2.0", "path": "/notes", "method": "PUT", "headers": {"host": ["lattice.example"]},
        "queryStringParameters": {"color": ["red", "blue"]}, "isBase64Encoded": false, "body": "text",
        "requestContext": {"serviceNetworkArn": "n", "serviceArn": "s", "targetGroupArn": "g", "region": "r", "timeEpoch": "1"},
    });
    let mut staged = events::http_api("/prod/notes");
    staged["requestContext"]["stage"] = "prod".into();
    let kinds = [
        events::http_api("/notes"),
        events::function_url("/notes"),
        events::rest_api("/notes"),
        events::load_balancer("/notes"),
        web_socket,
        lattice,
        staged,
        events::http_api("/with space/100%25"),
    ];
    let json_of = |text: &str| json!({"headers": {"content-type": "application/json"}, "multiValueHeaders": null, "body": text, "isBase64Encoded": false});
    for event in &kinds {
        let bodies =
            [json!({}), json_of(r#"{"text": "milk", "tags": ["shop"]}"#), json_of("[]"), json!({"body": null})];
        for body in bodies.into_iter().take(if event["version"] == "2.0" && event["path"].is_string() { 1 } else { 4 })
        {
            let event = with(event, body);
            let (before, after) = (answer(&before, &event), answer(&after, &event));
            assert!(before["statusCode"].is_number(), "{before}");
            assert_eq!(after, before, "{event}");
        }
    }
    let other = json!({"text": "what no API sends"});
    let (before_it_moved, moved) = (answer(&before, &other), answer(&after, &other));
    assert_eq!((&before_it_moved["raw_path"], &before_it_moved["body"]), (&json!("/events"), &json!("text")));
    assert_eq!(moved, before_it_moved);
    let full = events::http_api("/full");
    let (before, after) = (answer(&before, &full), answer(&after, &full));
    assert_eq!(before["errorMessage"], "there is no room for more notes");
    assert_eq!(after, before);
}

fn ticker([before, after]: [Rie; 2]) {
    let mut event = events::function_url("/");
    event["rawQueryString"] = "ticks=4".into();
    let streamed = |rie: &Rie| {
        let answer = rie.invoke(event.to_string().as_bytes()).text();
        let (head, body) = answer.split_once("\0\0\0\0\0\0\0\0").unwrap_or_else(|| panic!("no stream: {answer}"));
        let head: Value = serde_json::from_str(head).unwrap();
        (head["statusCode"].clone(), head["headers"].clone(), body.to_owned())
    };
    let (status, headers, body) = streamed(&before);
    assert_eq!((&status, body.as_str()), (&json!(200), "tick 1\ntick 2\ntick 3\ntick 4\n"));
    assert_eq!(headers["x-ticks"], "4");
    assert_eq!(streamed(&after), (status, headers, body));
}

fn orders([before, after]: [Rie; 2]) {
    let batch = |pieces: &[&str]| {
        let message = |body: &&str| {
            json!({
                "messageId": format!("message-{body}"), "receiptHandle": "handle", "body": body,
                "attributes": {}, "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders", "awsRegion": "us-east-1",
            })
        };
        json!({"Records": pieces.iter().map(message).collect::<Vec<_>>()})
    };
    let failed = |answer: &Value| -> Vec<String> {
        let failures = answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    };
    for (pieces, missing) in
        [(&["3", "4"][..], &[][..]), (&["5", "many", "2"], &["message-5", "message-many"]), (&["2"], &["message-2"])]
    {
        let event = batch(pieces);
        let (before, after) = (answer(&before, &event), answer(&after, &event));
        assert_eq!(failed(&before), missing, "{before}");
        assert_eq!(after, before);
    }
    let empty = batch(&[]);
    let (before, after) = (answer(&before, &empty), answer(&after, &empty));
    assert_eq!(before["errorMessage"], "an order is expected");
    assert_eq!(after, before);
}
