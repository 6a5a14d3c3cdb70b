//! Reads an event and answers it, over and over: what callgrind counts the instructions of.
//!
//! ```console
//! $ cargo build --release -p sparta-core --example exchange
//! $ valgrind --tool=callgrind target/release/examples/exchange sparta 1.4KB 1000
//! ```
//!
//! The difference of two runs, divided by that of their counts, is one event's.

use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::Full;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service};
use serde_json::{Value, json};
use sparta_core::{Context, Exchange, IntoResponse};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [who, size, times] = &arguments[..] else {
        eprintln!("expected: sparta|lambda_http 200B|1.4KB|100KB|6MB|6MB-base64 TIMES");
        std::process::exit(2);
    };
    let event = Bytes::from(event(size).to_string());
    let once = match who.as_str() {
        "sparta" => sparta,
        _ => bare,
    };
    let times: usize = times.parse().expect("a number of times");
    let answered: usize = (0..times).map(|_| once(&event)).sum();
    eprintln!("{} bytes answered with {answered}, {times} times", event.len());
}

fn sparta(event: &Bytes) -> usize {
    // As it comes from the network: a buffer of its own.
    let exchange = Exchange::read(Bytes::copy_from_slice(event), Context::default()).expect("it is a request");
    let answer = exchange.answer("hello".into_response()).now_or_never().expect("nothing is waited for");
    answer.expect("it is an answer").len()
}

fn bare(event: &Bytes) -> usize {
    let event = Vec::from(&event[..]);
    let request: LambdaRequest = serde_json::from_slice(&event).expect("it is a request");
    let mut adapter = Adapter::from(lambda_http::service_fn(|_| async {
        let hello = http::Response::builder().header("content-type", "text/plain; charset=utf-8");
        Ok::<_, lambda_http::Error>(hello.body(Full::new(Bytes::from_static(b"hello")))?)
    }));
    let answer = adapter.call(LambdaEvent::new(request, Default::default()));
    let answer = answer.now_or_never().expect("nothing is waited for").expect("it is an answer");
    serde_json::to_vec(&answer).expect("it is JSON").len()
}

fn event(size: &str) -> Value {
    match size {
        "200B" => json!({
            "version": "2.0",
            "rawPath": "/hello",
            "rawQueryString": "q=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "headers": {},
            "requestContext": { "http": { "method": "GET", "path": "/hello" } },
            "isBase64Encoded": false,
        }),
        "1.4KB" => request("page=1&filter=open", 0),
        "100KB" => request("", 100 * 1024),
        "6MB" => request("", 6_000_000),
        _ => {
            let mut event = request("", 0);
            event["body"] = "YWJj".repeat(1_500_000).into();
            event["isBase64Encoded"] = true.into();
            event
        }
    }
}

/// A browser's request; its body is a document of JSON.
fn request(query: &str, size: usize) -> Value {
    let record = r#"{"id":17,"name":"record 17","tags":["a","b"]},"#;
    let host = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/hello",
        "rawQueryString": query,
        "headers": {
            "accept": "text/html,application/json;q=0.9,*/*;q=0.8",
            "accept-encoding": "gzip, br",
            "accept-language": "en-GB,en;q=0.9,de;q=0.8",
            "content-type": "application/json",
            "host": host,
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "x-amzn-trace-id": "Root=1-68f0e1d2-0a1b2c3d4e5f60718293a4b5",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": { "page": "1", "filter": "open" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": host,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": "POST",
                "path": "/hello",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_760_000_000_000_u64,
        },
        "pathParameters": { "id": "7" },
        "body": record.repeat(size / (record.len() + 10)),
        "isBase64Encoded": false,
    })
}
