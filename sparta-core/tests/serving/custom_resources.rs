//! What CloudFormation is answered for resources that a function provides, whatever happens to it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use serde_json::{Value as Json, json};

use crate::serving::script::{Record, Turn, accepted, event, play};

/// Where answers are put, with a status for each attempt, the last one for all that follow.
struct Bucket {
    address: String,
    answers: mpsc::Receiver<Answer>,
}

#[derive(Debug)]
struct Answer {
    path: String,
    headers: Vec<String>,
    body: Json,
}

impl Bucket {
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for (attempt, stream) in listener.incoming().enumerate() {
                let answer = take(stream.unwrap(), statuses[attempt.min(statuses.len() - 1)]);
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        Self { address, answers }
    }

    /// A request for a topic with this name.
    fn request(&self, kind: &str, name: &str, more: Json) -> Json {
        let mut request = json!({
            "RequestType": kind, "ResponseURL": format!("{}/arn%3Aaws%3Acloudformation/it?Signature=a%2Fb%3D", self.address),
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop/1", "RequestId": "9a1b",
            "LogicalResourceId": "OrdersTopic", "ResourceType": "Custom::Topic",
            "ResourceProperties": {"ServiceToken": "arn", "Name": name, "Partitions": "3"},
        });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    }

    fn serve(&self, function: &str, turns: Vec<Turn>) -> (Record, Vec<Answer>) {
        let record = play(function, &[("SERVE", "broker")], vec![turns]);
        (record, self.answers.try_iter().collect())
    }

    /// What comes of one event, which takes one answer.
    fn answer(&self, request: &Json) -> (Record, Answer) {
        let (record, mut answers) = self.serve("topics", vec![event("id-0", &request.to_string()), accepted()]);
        assert_eq!(answers.len(), 1, "{record:?}");
        (record, answers.remove(0))
    }
}

fn take(stream: TcpStream, status: u16) -> Answer {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    while lines.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the request ends in its head: {lines:?}");
        lines.push(line.trim_end().to_owned());
    }
    let path = lines[0].strip_prefix("PUT ").and_then(|line| line.strip_suffix(" HTTP/1.1")).unwrap().to_owned();
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    write!(stream.get_mut(), "HTTP/1.1 {status} Status\r\ncontent-length: 0\r\n\r\n").unwrap();
    Answer { path, headers: lines.split_off(1), body: serde_json::from_slice(&body).unwrap() }
}

fn answered(record: &Record) -> usize {
    record.lines().iter().filter(|line| line.ends_with("/response")).count()
}

#[test]
fn a_resource_is_made_and_its_attributes_are_told() {
    let bucket = Bucket::start(&[200]);
    let (record, answer) = bucket.answer(&bucket.request("Create", "orders", json!({})));
    assert_eq!(answered(&record), 1, "{record:?}");
    assert_eq!(answer.path, "/arn%3Aaws%3Acloudformation/it?Signature=a%2Fb%3D", "it is signed as it is");
    assert!(!answer.headers.iter().any(|line| line.starts_with("content-type")), "{:?}", answer.headers);
    let expected = json!({
        "Status": "SUCCESS", "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop/1", "RequestId": "9a1b",
        "LogicalResourceId": "OrdersTopic", "PhysicalResourceId": "OrdersTopic-9a1b",
        "Data": {"Address": "orders of 3 by 9a1b"},
    });
    assert_eq!(answer.body, expected);
    assert!(!record.output.contains("Signature"), "{}", record.output);

    let (_, answer) = bucket.answer(&bucket.request("Create", "hides", json!({})));
    assert_eq!((&answer.body["NoEcho"], &answer.body["Data"]["Address"]), (&json!(true), &json!("hidden")));
}

#[test]
fn a_request_that_comes_twice_has_one_token_and_one_physical_id() {
    let bucket = Bucket::start(&[200]);
    let request = bucket.request("Create", "orders", json!({})).to_string();
    let turns = vec![event("id-0", &request), accepted(), event("id-0", &request), accepted()];
    let (_, answers) = bucket.serve("topics", turns);
    assert_eq!(answers.iter().map(|answer| &answer.body).collect::<Vec<_>>(), [&answers[0].body; 2]);
}

#[test]
fn an_update_keeps_the_physical_id_unless_it_is_a_replacement() {
    let bucket = Bucket::start(&[200]);
    for (partitions, expected) in [("1", "topic-1"), ("2", "another")] {
        let old = json!({"ServiceToken": "arn", "Name": "orders", "Partitions": partitions});
        let more = json!({"PhysicalResourceId": "topic-1", "OldResourceProperties": old});
        let (_, answer) = bucket.answer(&bucket.request("Update", "orders", more));
        assert_eq!((&answer.body["Status"], &answer.body["PhysicalResourceId"]), (&json!("SUCCESS"), &json!(expected)));
    }
    let (_, answer) = bucket.answer(&bucket.request("Update", "fails", json!({"PhysicalResourceId": "topic-1"})));
    assert_eq!(answer.body["PhysicalResourceId"], "topic-1", "what is there stays");
    assert_eq!(answer.body["Reason"], "the properties do not fit: .: missing field `Name`");
}

#[test]
fn a_creation_that_fails_is_answered_and_not_deleted_later() {
    let bucket = Bucket::start(&[200]);
    let late = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_millis(600);
    for (name, expected) in [
        ("fails", "there is no room"),
        ("panics", "the function panicked: its log says where"),
        ("waits", "the function took too long: give it a longer timeout"),
        ("says-too-much", "an answer has up to 4,096 bytes, and this has "),
    ] {
        let request = bucket.request("Create", name, json!({})).to_string();
        let head = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-0";
        let head = format!("{head}\r\nLambda-Runtime-Deadline-Ms: {}", late.as_millis());
        let sent = format!("{head}\r\ncontent-length: {}\r\n\r\n{request}", request.len());
        // Only one of them is to run out of time.
        let sent = if name == "waits" { Turn::Send(sent.into_bytes()) } else { event("id-0", &request) };
        let (record, answers) = bucket.serve("topics", vec![sent, accepted()]);
        let [answer] = &answers[..] else { panic!("{} answers: {record:?}", answers.len()) };
        assert_eq!((answered(&record), &answer.body["Status"]), (1, &json!("FAILED")), "{name}");
        let reason = answer.body["Reason"].as_str().unwrap();
        assert!(reason.starts_with(expected), "{reason}");

        let id = answer.body["PhysicalResourceId"].clone();
        let (record, answer) = bucket.answer(&bucket.request("Delete", name, json!({"PhysicalResourceId": id})));
        assert_eq!((&answer.body["Status"], &answer.body["PhysicalResourceId"]), (&json!("SUCCESS"), &id));
        assert_eq!(record.logged("deletes"), 0, "there is nothing to delete");
    }
}

#[test]
fn a_resource_is_deleted_or_it_is_said_why_not() {
    let bucket = Bucket::start(&[200]);
    let (record, answer) = bucket.answer(&bucket.request("Delete", "orders", json!({"PhysicalResourceId": "topic-1"})));
    assert_eq!((&answer.body["Status"], record.logged("deletes topic-1")), (&json!("SUCCESS"), 1));
    let (_, answer) = bucket.answer(&bucket.request("Delete", "stays", json!({"PhysicalResourceId": "topic-1"})));
    assert_eq!((&answer.body["Status"], &answer.body["Reason"]), (&json!("FAILED"), &json!("it is in use")));
}

#[test]
fn an_answer_that_s3_does_not_take_is_sent_again_and_then_left_to_lambdas_next_attempt() {
    let bucket = Bucket::start(&[503, 500, 200]);
    let request = bucket.request("Create", "orders", json!({})).to_string();
    let (record, answers) = bucket.serve("topics", vec![event("id-0", &request), accepted()]);
    assert_eq!((answered(&record), answers.len()), (1, 3), "{record:?}");

    for (statuses, attempts) in [(&[503_u16] as &[u16], 4), (&[403], 1)] {
        let bucket = Bucket::start(statuses);
        let request = bucket.request("Create", "orders", json!({})).to_string();
        let (record, answers) = bucket.serve("topics", vec![event("id-0", &request), accepted()]);
        assert_eq!((answered(&record), answers.len()), (0, attempts), "{record:?}");
        let failed = record.calls.iter().find(|call| call.line.contains("/error ")).unwrap().text();
        assert!(failed.contains(&format!("refused the answer with status {}", statuses[0])), "{failed}");
        assert!(!failed.contains("Signature"), "{failed}");
    }
}

/// What Lambda sends on for a function that it could not invoke, or that ended without an answer.
#[test]
fn the_failures_that_lambda_tells_of_are_answered_by_another_function() {
    let bucket = Bucket::start(&[200]);
    for (condition, response, expected) in [
        ("EventAgeExceeded", json!(null), "Lambda could not invoke the function for five minutes: it is throttled"),
        (
            "RetriesExhausted",
            json!({"errorType": "Runtime.ExitError", "errorMessage": "exited with signal: killed"}),
            "the function did not answer (RetriesExhausted): exited with signal: killed",
        ),
    ] {
        let request = bucket.request("Create", "orders", json!({}));
        let record = json!({
            "version": "1.0", "timestamp": "2026-11-30T00:00:00.000Z", "requestPayload": request, "responsePayload": response,
            "requestContext": {"requestId": "r", "functionArn": "arn", "condition": condition, "approximateInvokeCount": 2},
        });
        let turns = vec![event("id-0", &record.to_string()), accepted()];
        let (record, answers) = bucket.serve("custom-resource-failures", turns);
        let [answer] = &answers[..] else { panic!("{} answers: {record:?}", answers.len()) };
        assert_eq!((&answer.body["Status"], &answer.body["Reason"]), (&json!("FAILED"), &json!(expected)));
        assert_eq!(answer.body["PhysicalResourceId"], "sparta-never-made-9a1b");
    }
}
