//! What only one of both refuses, or both in their own way.

use std::panic::catch_unwind;

use bytes::Bytes;
use serde_json::{Value, json};
use sparta_core::{Context, Exchange, RequestExt};

use crate::differential::compare::read;
use crate::differential::theirs;

fn event() -> Value {
    json!({
        "version": "2.0",
        "rawPath": "/orders",
        "rawQueryString": "",
        "headers": {"host": "shop.example"},
        "requestContext": {"http": {"method": "GET"}, "stage": "$default"},
    })
}

fn with(pointer: &str, value: impl Into<Value>) -> String {
    let mut event = event();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value.into();
    event.to_string()
}

/// How `lambda_http` takes an event: as HTTP, as another one, or with a panic.
pub(super) fn taken(event: &str) -> &'static str {
    match catch_unwind(|| theirs::read(event)) {
        Ok(Ok(read)) if !read.is_http => "as another one",
        Ok(Ok(_)) => "as HTTP",
        Ok(Err(_)) => "not at all",
        Err(_) => "panics",
    }
}

fn refusal(event: &str) -> String {
    let error = Exchange::read(Bytes::from(event.to_owned()), Context::default()).unwrap_err();
    error
        .message()
        .replace("the event looks like a request of an HTTP API or function URL but does not read as one: ", "")
}

#[test]
fn an_event_with_the_marks_but_not_the_parts_of_http_is_an_error_only_for_sparta() {
    for (pointer, value, message) in [
        ("/rawPath", json!(7), "rawPath: expected text, found 7"),
        ("/rawQueryString", json!([]), "rawQueryString: expected text, found []"),
        ("/headers", json!("none"), "headers: expected an object, found none"),
        ("/headers/x", json!(7), "headers: expected text, found 7"),
        ("/headers/a b", json!("c"), "headers: \"a b\" is not the name of a header: invalid HTTP header name"),
        ("/headers/x", json!("a\nb"), "headers: \"a\\nb\" is not the value of a header: failed to parse header value"),
        ("/cookies", json!({}), "cookies: expected an array, found {}"),
        ("/cookies", json!([7]), "cookies: expected text, found 7"),
        ("/body", json!(7), "body: expected text, found 7"),
        (
            "/requestContext/http/method",
            json!("G T"),
            "requestContext.http.method: \"G T\" is not a method of HTTP: invalid HTTP method",
        ),
    ] {
        let event = with(pointer, value);
        assert_eq!(refusal(&event), message);
        assert_eq!(taken(&event), "as another one", "{event}");
    }
    let mut without = event();
    without["requestContext"]["http"] = json!({});
    assert_eq!(refusal(&without.to_string()), "requestContext.http.method is missing");
    assert_eq!(taken(&without.to_string()), "as another one");
}

#[test]
fn a_field_that_is_there_twice_is_an_error_only_for_sparta() {
    for field in ["rawPath", "headers", "body"] {
        let first = if field == "headers" { "{}" } else { r#""x""# };
        let body = r#""body":"b","#;
        let event = format!(r#"{{"{field}":{first},{body}{}"#, &event().to_string()[1..]);
        assert_eq!(refusal(&event), format!("{field} is there twice"), "{event}");
        assert_eq!(taken(&event), "as another one", "{event}");
    }
}

#[test]
fn base64_that_is_none_is_an_error_where_lambda_http_panics() {
    let mut event = event();
    event["body"] = "a*b=".into();
    event["isBase64Encoded"] = true.into();
    assert!(refusal(&event.to_string()).starts_with("body: \"a*b=\" is not base64"), "{}", refusal(&event.to_string()));
    assert_eq!(taken(&event.to_string()), "panics");
}

#[test]
fn a_host_that_is_none_is_left_out_where_lambda_http_panics() {
    for (host, taken_by_theirs) in
        [("a b", "panics"), ("", "as HTTP"), ("a:b:c", "panics"), ("[::1", "panics"), ("a.{x}.b", "panics")]
    {
        let event = with("/headers/host", host);
        let request = read(&event);
        assert_eq!(request.uri(), "/orders", "{host}");
        assert_eq!(request.headers()["host"], host);
        assert_eq!(taken(&event), taken_by_theirs, "{host}");
    }
}

#[test]
fn a_path_is_what_was_sent_where_lambda_http_interprets_it() {
    for (path, ours, theirs) in [
        ("/a/../b", "/a/../b", "/b"),
        ("/a/./b", "/a/./b", "/a/b"),
        ("/a?b", "/a%3Fb", "/a"),
        ("/a#b", "/a%23b", "/a"),
        ("/a\nb", "/a%0Ab", "/ab"),
    ] {
        let event = with("/rawPath", path);
        assert_eq!(read(&event).uri().path(), ours);
        assert_eq!(read(&event).raw_http_path(), path);
        assert_eq!(lambda_http::request::from_str(&event).unwrap().uri().path(), theirs);
    }
}

#[test]
fn a_path_of_vpc_lattice_may_have_its_query() {
    let event = r#"{"raw_path": "/a%20b?q=x+y&q=2", "method": "PUT", "query_string_parameters": {"q": "2"}}"#;
    let request = read(event);
    assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("PUT", "/a%20b?q=x+y&q=2"));
    assert_eq!(request.raw_http_path(), "/a%20b?q=x+y&q=2");
    assert_eq!(request.query_string_parameters().all("q"), Some(vec!["x y", "2"]));
    assert_eq!(taken(event), "as another one");
}

#[test]
fn a_host_is_what_was_sent_where_lambda_http_leaves_out_the_usual_port() {
    let event = with("/headers/host", "shop.example:443");
    assert_eq!(read(&event).uri(), "https://shop.example:443/orders");
    assert_eq!(lambda_http::request::from_str(&event).unwrap().uri(), "https://shop.example/orders");
}

#[test]
fn queries_beyond_uris_are_served_only_by_sparta() {
    let event = with("/rawQueryString", "q=a b\"&é=<>");
    let request = read(&event);
    assert_eq!(request.uri().query(), Some("q=a%20b%22&%C3%A9=%3C%3E"));
    assert_eq!(request.query_string_parameters().first("q"), Some("a b\""));
    assert_eq!(taken(&event), "panics");
}

#[test]
fn maps_that_nobody_asks_for_are_not_checked() {
    let event = with("/pathParameters", json!({"id": 7, "name": "ada"}));
    let parameters = read(&event).path_parameters();
    assert_eq!((parameters.first("name"), parameters.first("id")), (Some("ada"), None));
    assert_eq!(taken(&event), "as another one");
    let event = with("/requestContext/timeEpoch", "now");
    assert!(read(&event).request_context_ref().is_none());
    assert_eq!(taken(&event), "as another one");
}

#[test]
fn what_is_no_json_is_an_error_with_its_place() {
    for (event, message) in [
        ("", "the event is not a JSON text: expected a value at byte 0"),
        ("{", "the event is not a JSON text: expected a string at byte 1"),
        (r#"{"a": 1} x"#, "the event is not a JSON text: expected the end of the text at byte 9"),
    ] {
        assert_eq!(refusal(event), message);
        assert!(lambda_http::request::from_str(event).is_err(), "{event}");
    }
    let bytes = Bytes::from_static(b"{\"body\": \"\xff\"}");
    let error = Exchange::read(bytes, Context::default()).unwrap_err();
    assert!(error.message().starts_with("the event is not UTF-8: "), "{}", error.message());
}

#[test]
fn escapes_that_mean_nothing_are_an_error_only_in_a_request() {
    let lone = r#"{"\ud800": 1, "body": "\ud800"}"#;
    assert_eq!(read(lone).body().as_bytes(), Some(lone.as_bytes()));
    assert_eq!(taken(lone), "as another one");
    for field in ["/body", "/rawPath", "/headers/x"] {
        let event = with(field, "lone").replace("lone", r"\ud800");
        assert!(refusal(&event).starts_with("expected a pair of surrogates at byte "), "{}", refusal(&event));
        assert_eq!(taken(&event), "as another one");
    }
}

#[test]
fn nesting_without_end_is_no_stack_overflow() {
    let deep = "[".repeat(2_000_000) + &"]".repeat(2_000_000);
    for event in [deep.clone(), with("/pathParameters", json!("deep")).replace("\"deep\"", &deep)] {
        assert!(Exchange::read(Bytes::from(event), Context::default()).is_ok());
    }
    let context = with("/requestContext/authorizer", json!("deep")).replace("\"deep\"", &deep);
    assert!(read(&context).request_context_ref().is_none());
}

#[test]
fn more_headers_than_a_map_can_hold_are_an_error() {
    let headers: serde_json::Map<_, _> = (0..40_000).map(|n| (format!("x-{n}"), json!("v"))).collect();
    let message = refusal(&with("/headers", headers));
    assert!(message.starts_with("headers: \"all\" is not a number of headers"), "{message}");
}
