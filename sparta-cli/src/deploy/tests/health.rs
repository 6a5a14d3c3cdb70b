use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use serde_json::json;

use super::report;
use crate::{
    aws::cloudformation::{Output, Stack},
    deploy::HealthReport,
};

/// A stack whose HTTP API answers once, with this status and text, to `GET /health`.
fn stack(status: &str, text: &str) -> Stack {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len());
    thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert_eq!(line, "GET /health HTTP/1.1\r\n");
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).unwrap();
        }
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
    });
    of_output("HttpApiUrl", &url)
}

fn of_output(key: &str, value: &str) -> Stack {
    let output = Output { key: key.to_owned(), value: value.to_owned(), ..Output::default() };
    Stack { name: "Shop".to_owned(), outputs: vec![output], ..Stack::default() }
}

#[tokio::test]
async fn a_healthy_service_is_one_whose_route_answers_with_200() {
    let document = json!({"status": "pass", "checks": {"payments": [{"status": "pass"}]}});
    let health = HealthReport::ask(&stack("200 OK", &document.to_string()), "/health").await.unwrap();
    assert!(health.is_healthy() && health.verdict().is_ok());
    assert_eq!(health.checks().collect::<Vec<_>>(), [("payments", "pass")]);
    assert_eq!(health.answer, document);
}

#[tokio::test]
async fn what_fails_is_named() {
    let document = json!({"status": "fail", "checks": {
        "mails": [{"status": "pass"}],
        "payments": [{"status": "fail", "output": "it took too long"}],
    }});
    let health = HealthReport::ask(&stack("503 Service Unavailable", &document.to_string()), "/health").await.unwrap();
    assert_eq!(
        report(health.verdict().unwrap_err()),
        "error: the service is not healthy: payments\nhint: The log of the function `health` says why.\n"
    );
    let health = HealthReport::ask(&stack("500 Internal Server Error", "Internal"), "/health").await.unwrap();
    assert_eq!((health.answer.as_str(), health.checks().count()), (Some("Internal"), 0));
    let text = report(health.verdict().unwrap_err());
    assert!(
        text.starts_with("error: http://127.0.0.1:") && text.contains("/health answers with a status 500\n"),
        "{text}"
    );
}

#[tokio::test]
async fn a_service_that_cannot_be_asked_is_an_error() {
    let error = HealthReport::ask(&of_output("TableName", "x"), "/health").await.unwrap_err();
    assert_eq!(
        report(error),
        "error: the stack \"Shop\" has no output HttpApiUrl, so its health cannot be asked\n\
         hint: Deploy the App that has the route with `provision`.\n"
    );
    let error = HealthReport::ask(&of_output("HttpApiUrl", "http://127.0.0.1:1"), "/health").await.unwrap_err();
    let text = report(error);
    assert!(text.starts_with("error: http://127.0.0.1:1/health does not answer\n  caused by: "), "{text}");
}
