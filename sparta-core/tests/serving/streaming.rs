//! Answers that are sent while they are made.

use serde_json::{Value, json};

use crate::serving::script::{Call, Turn, accepted, event, play, status};
use sparta_test_models::events;

fn url_event(path: &str) -> Turn {
    event("id-1", &events::function_url(path).to_string())
}

/// The prelude and what comes behind its eight zeros.
fn parts(call: &Call) -> (Value, String) {
    let end = call.body.windows(8).position(|window| window == [0; 8]).unwrap();
    let rest = String::from_utf8(call.body[end + 8..].to_vec()).unwrap();
    (serde_json::from_slice(&call.body[..end]).unwrap(), rest)
}

#[test]
fn a_function_url_that_streams_gets_status_headers_and_pieces() {
    let record = play("streams", &[], vec![vec![url_event("/"), accepted()]]);
    let call = &record.calls[1];
    assert_eq!(call.line, "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1");
    assert_eq!(call.header("lambda-runtime-function-response-mode"), Some("streaming"));
    assert_eq!(call.header("content-type"), Some("application/vnd.awslambda.http-integration-response"));
    assert_eq!(call.header("content-length"), None);
    let (prelude, body) = parts(call);
    let headers = json!({"content-type": "text/plain"});
    assert_eq!(prelude, json!({"statusCode": 201, "headers": headers, "cookies": ["a=1"]}));
    assert_eq!(body, "piece 0;piece 1;piece 2;");
    assert!(call.trailers.is_empty());
}

#[test]
fn a_rest_api_that_streams_gets_the_same_and_a_function_url_beside_it_whole_answers() {
    let rest = event("id-1", &events::rest_api("/").to_string());
    let record = play("streams-rest", &[], vec![vec![rest, accepted(), url_event("/"), accepted()]]);
    let call = &record.calls[1];
    assert_eq!(call.header("lambda-runtime-function-response-mode"), Some("streaming"));
    let (prelude, body) = parts(call);
    let headers = json!({"content-type": "text/plain"});
    assert_eq!(prelude, json!({"statusCode": 201, "headers": headers, "cookies": ["a=1"]}));
    assert_eq!(body, "piece 0;piece 1;piece 2;");
    let answer: Value = serde_json::from_slice(&record.calls[3].body).unwrap();
    assert_eq!(answer["body"], "piece 0;piece 1;piece 2;");
}

#[test]
fn a_stream_that_breaks_says_so_in_its_trailers() {
    for (path, kind, message) in [
        ("/breaks", "OrderMissing", "the order is not there: table is closed"),
        ("/panics", "Panic", "response body panicked: boom"),
    ] {
        let record = play("streams", &[], vec![vec![url_event(path), accepted(), url_event("/"), accepted()]]);
        let call = &record.calls[1];
        assert_eq!(parts(call).1, "piece 0;piece 1;");
        assert_eq!(call.trailers[0], ("lambda-runtime-function-error-type".into(), "Runtime.StreamError".into()));
        let report = base64_simd::STANDARD.decode_to_vec(&call.trailers[1].1).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report, json!({"errorType": kind, "errorMessage": message}));
        assert_eq!(record.logged("the response broke off"), 1, "{}", record.output);
        assert_eq!(parts(&record.calls[3]).1, "piece 0;piece 1;piece 2;");
    }
}

#[test]
fn other_callers_of_a_streaming_function_get_whole_answers() {
    let http = event("id-1", &events::http_api("/").to_string());
    let rest = event("id-2", &events::rest_api("/").to_string());
    let record = play("streams", &[], vec![vec![http, accepted(), rest, accepted()]]);
    for call in [&record.calls[1], &record.calls[3]] {
        let answer: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(answer["statusCode"], 201);
        assert_eq!(answer["body"], "piece 0;piece 1;piece 2;");
    }
}

#[test]
fn a_stream_over_a_connection_that_was_closed_takes_a_new_one() {
    let record = play("streams", &[], vec![vec![url_event("/later")], vec![accepted(), status("500 Over")]]);
    assert_eq!(record.calls[1].connection, 1, "{record:?}");
    assert_eq!(parts(&record.calls[1]).1, "piece 0;piece 1;piece 2;");
}
