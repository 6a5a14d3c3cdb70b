//! The path of a request is what the client asked for, whoever sends its event.

use serde_json::{Value, json};
use sparta_test_models::events;

use crate::serving::runtime_api::serve;

const API: &str = "a1b2.execute-api.eu-west-1.amazonaws.com";

fn http_api(domain: &str, raw_path: &str) -> Value {
    let mut event = events::http_api(raw_path);
    event["headers"]["host"] = domain.into();
    event["requestContext"]["domainName"] = domain.into();
    event
}

fn staged(mut event: Value) -> Value {
    event["requestContext"]["stage"] = "prod".into();
    event
}

/// An HTTP API whose integration has the older form of events.
fn first_http_api(path: &str) -> Value {
    let mut event = events::rest_api(path);
    event["version"] = "1.0".into();
    event
}

fn with_multi_value_headers(mut event: Value) -> Value {
    event["multiValueHeaders"] = json!({"host": ["lb.example.com"]});
    event.as_object_mut().unwrap().remove("headers");
    event
}

fn lattice(path: &str) -> Value {
    let context = json!({"serviceArn": "arn:aws:vpc-lattice"});
    json!({"version": "2.0", "method": "GET", "path": path, "headers": {"host": ["s.on.aws"]}, "requestContext": context})
}

fn first_lattice(path: &str) -> Value {
    json!({"method": "GET", "raw_path": path, "headers": {"host": "s.on.aws"}})
}

/// The path that the handler sees of each event.
fn paths(events: &[Value]) -> Vec<String> {
    let life = serve("echo", &[], events);
    let path = |(_, answer): &(String, Value)| {
        let echo: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        let uri: http::Uri = echo["uri"].as_str().unwrap().parse().unwrap();
        uri.path().to_owned()
    };
    life.answers.iter().map(path).collect()
}

#[test]
fn an_http_api_and_a_function_url_are_the_same_request() {
    // What the client asked for, and what API Gateway makes of it.
    let asked = [
        ("/files/100%2525", "/files/100%25"),
        ("/50%25%20off", "/50% off"),
        ("/%25", "/%"),
        ("/%25zz%254", "/%zz%4"),
        ("/a+b%20c", "/a+b c"),
        ("/caf%C3%A9/%E2%82%AC", "/café/€"),
        ("/a%23b%22%3Cc%3E", "/a#b\"<c>"),
        ("/%7Bid%7D%5B1%5D%5C%5E%60%7C", "/{id}[1]\\^`|"),
        ("/%09%7F", "/\t\u{7f}"),
        ("/~ada/(a)/b;c=1,2/@:!$&'*", "/~ada/(a)/b;c=1,2/@:!$&'*"),
    ];
    let own: Vec<_> = asked.iter().map(|(_, decoded)| http_api(API, decoded)).collect();
    let custom: Vec<_> = asked.iter().map(|(_, decoded)| http_api("shop.example", decoded)).collect();
    let urls: Vec<_> = asked.iter().map(|(sent, _)| events::function_url(sent)).collect();
    let expected = asked.map(|(sent, _)| sent);
    assert_eq!(paths(&own), expected);
    assert_eq!(paths(&custom), expected);
    assert_eq!(paths(&urls), expected);
}

#[test]
fn the_path_of_an_http_api_is_decoded_in_each_form_of_its_events() {
    let mut nameless = http_api(API, "/100%25");
    nameless["requestContext"].as_object_mut().unwrap().remove("domainName");
    let mut unpathed = http_api(API, "/100%25");
    unpathed["path"] = unpathed.as_object_mut().unwrap().remove("rawPath").unwrap();
    let events = [
        nameless,
        unpathed,
        staged(http_api(API, "/prod/100%25")),
        first_http_api("/100%25"),
        first_http_api("/prod/100%25"),
    ];
    assert_eq!(paths(&events), ["/100%2525"; 5]);
}

/// `rawPath` has the stage behind every domain; `path` of payload 1.0 has it behind API Gateway's own alone, and the mapping's
/// key behind any other.
#[test]
fn a_path_that_begins_like_the_stage_is_kept_where_the_event_has_no_stage_in_it() {
    let first = |domain: &str, path: &str| {
        let mut event = first_http_api(path);
        event["requestContext"]["domainName"] = domain.into();
        event
    };
    let events = [
        staged(http_api("shop.example", "/prod/prod/hello")),
        staged(http_api(API, "/prod/prod/hello")),
        first(API, "/prod/prod/hello"),
        first("a1b2.execute-api.cn-north-1.amazonaws.com.cn", "/prod/prod/hello"),
        first("shop.example", "/prod/hello"),
        first("execute-api.example", "/prod/hello"),
    ];
    assert_eq!(paths(&events), ["/prod/hello"; 6]);
    assert_eq!(
        paths(&[first("shop.example", "/products"), first("shop.example", "/v1/hello")]),
        ["/products", "/v1/hello"]
    );
}

#[test]
fn every_other_sender_passes_the_path_on_as_it_was_sent() {
    let mut nameless = events::function_url("/100%25");
    nameless["requestContext"].as_object_mut().unwrap().remove("domainName");
    let events = [
        nameless,
        // cargo lambda's emulator, and what can only be the SAM CLI's
        http_api("localhost", "/100%25"),
        http_api("localhost", "/100%"),
        events::rest_api("/100%25"),
        events::load_balancer("/100%25"),
        with_multi_value_headers(events::load_balancer("/100%25")),
        lattice("/100%25"),
        first_lattice("/100%25"),
    ];
    assert_eq!(paths(&events), ["/100%25"; 8]);
}

#[test]
fn a_router_takes_the_same_parameter_from_either() {
    let get = |mut event: Value| {
        event["requestContext"]["http"]["method"] = "GET".into();
        event
    };
    let events = [get(http_api(API, "/hello/100%25")), get(events::function_url("/hello/100%2525"))];
    let life = serve("router", &[], &events);
    for (_, answer) in &life.answers {
        let text = answer["body"].as_str().unwrap();
        assert!(text.starts_with("hello 100%25, "), "{text}");
    }
    assert_eq!(life.answers.len(), 2);
}

#[test]
fn a_router_answers_the_same_behind_whatever_sends_its_requests() {
    let get = |mut event: Value| {
        event["requestContext"]["http"]["method"] = "GET".into();
        event
    };
    let of = |path: &str| {
        [
            get(http_api(API, path)),
            get(events::function_url(path)),
            events::rest_api(path),
            staged(events::rest_api(path)),
            first_http_api(path),
            events::load_balancer(path),
            with_multi_value_headers(events::load_balancer(path)),
            lattice(path),
            first_lattice(path),
        ]
    };
    let life = serve("router", &[], &[of("/hello/ada"), of("/none")].concat());
    let answers: Vec<_> = life.answers.iter().map(|(_, answer)| (&answer["statusCode"], &answer["body"])).collect();
    let (found, missing) = answers.split_at(9);
    assert_eq!(found[0].0, 200);
    assert!(found[0].1.as_str().unwrap().starts_with("hello ada, x"), "{:?}", found[0]);
    assert!(found.iter().all(|answer| answer == &found[0]), "{found:?}");
    assert!(missing.iter().all(|answer| *answer.0 == 404 && answer.1 == missing[0].1), "{missing:?}");
}
