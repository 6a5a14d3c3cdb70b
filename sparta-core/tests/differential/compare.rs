//! One event through both, field by field.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::COOKIE;
use http::{HeaderMap, Uri};
use serde_json::Value;
use sparta_core::{Context, Exchange, QueryMap, Request, RequestContext, RequestExt};

use crate::differential::theirs::{self, Theirs};

pub(super) fn read(event: &str) -> Request {
    let exchange = Exchange::read(Bytes::from(event.to_owned()), Context::default());
    exchange.unwrap_or_else(|error| panic!("{error}: {event}")).request
}

pub(super) fn check(event: &str) {
    check_as(event, event);
}

/// Sparta reads `own` as `lambda_http` reads `event`.
pub(super) fn check_as(own: &str, event: &str) {
    let ours = read(own);
    let theirs = theirs::read(event).unwrap();
    let parsed: Value = serde_json::from_str(event).unwrap();
    assert_eq!(ours.method(), theirs.request.method(), "{event}");
    assert_eq!(ours.body().as_bytes(), Some(theirs.request.body().as_ref()), "{event}");
    if !theirs.is_http {
        assert!(matches!(ours.request_context(), RequestContext::PassThrough), "{event}");
        assert_eq!(ours.headers(), theirs.request.headers(), "{event}");
        assert_eq!((ours.uri(), ours.raw_http_path()), (&Uri::from_static("/"), ""), "{event}");
        return;
    }
    check_uri(&ours, &uri_of(&theirs, &parsed), &parsed);
    check_headers(ours.headers(), event, &parsed);
    assert_eq!(ours.raw_http_path(), theirs.raw_path, "{event}");
    assert_eq!(ours.query_string_parameters(), theirs.query, "{event}");
    assert_eq!(ours.path_parameters(), theirs.path_parameters, "{event}");
    assert_eq!(ours.stage_variables(), theirs.stage_variables, "{event}");
    assert_eq!(serde_json::to_value(ours.request_context()).unwrap(), theirs.context, "{event}");
}

/// Headers as `lambda_http` has them, with all their values.
pub(super) fn check_headers(ours: &HeaderMap, event: &str, parsed: &Value) {
    let mut headers = headers_of(event, parsed);
    if parsed["cookies"].as_array().is_some_and(Vec::is_empty) {
        headers.remove(COOKIE);
        headers.extend(ours.get(COOKIE).map(|sent| (COOKIE, sent.clone())));
    }
    assert_eq!(grouped(ours), grouped(&headers), "{event}");
}

pub(super) fn parameters(uri: &Uri) -> QueryMap {
    uri.query().unwrap_or_default().parse().unwrap()
}

fn check_uri(ours: &Request, other: &Uri, event: &Value) {
    let mine = ours.uri();
    assert_eq!((mine.scheme(), mine.authority()), (other.scheme(), other.authority()), "{event}");
    let has_own_query = event["requestContext"].get("http").is_some();
    if has_own_query {
        assert_eq!(mine.query(), other.query(), "{event}");
    } else {
        assert_eq!(parameters(mine), parameters(other), "{event}");
    }
    let stage = event["requestContext"]["stage"].as_str().filter(|stage| *stage != "$default");
    let prefix = stage.map(|stage| format!("/{stage}"));
    let unstaged = prefix.and_then(|prefix| other.path().strip_prefix(prefix.as_str()));
    let expected = match unstaged {
        Some("") => "/",
        Some(path) if path.starts_with('/') => path,
        _ => other.path(),
    };
    assert_eq!(mine.path(), expected, "{event}");
}

/// The event with its host where `lambda_http` looks for it, if it is elsewhere.
pub(super) fn with_host(parsed: &Value) -> Option<Value> {
    let multi = parsed["multiValueHeaders"].as_object().filter(|_| !parsed["headers"].is_object())?;
    let firsts = multi.iter().map(|(name, values)| (name.clone(), values[0].clone()));
    let mut changed = parsed.clone();
    changed["headers"] = Value::Object(firsts.collect());
    Some(changed)
}

/// What `lambda_http` makes of the URI when the host is where it looks for it, and the path is not decoded.
fn uri_of(theirs: &Theirs, parsed: &Value) -> Uri {
    let mut changed = with_host(parsed).unwrap_or_else(|| parsed.clone());
    let context = &parsed["requestContext"];
    let domain = context["domainName"].as_str().unwrap_or_default();
    let is_emulated = domain == "localhost" && is_encoded(parsed["rawPath"].as_str().unwrap_or_default());
    let is_http_api = context.get("http").is_some() && !is_emulated && !domain.contains(".lambda-url.");
    if is_http_api || context.get("elb").is_none() && parsed["version"] == "1.0" {
        for name in ["rawPath", "path"] {
            if let Some(path) = parsed[name].as_str() {
                changed[name] = path.replace('%', "%25").into();
            }
        }
    }
    if changed == *parsed {
        return theirs.request.uri().clone();
    }
    theirs::read(&changed.to_string()).unwrap().request.uri().clone()
}

/// Whether an emulator may have passed the path on as it was sent.
fn is_encoded(path: &str) -> bool {
    let is_escaped = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"#<>?`{}".contains(c);
    path.chars().all(is_plain) && path.split('%').skip(1).all(is_escaped)
}

/// What `lambda_http` makes of the headers when it has nothing to choose from.
fn headers_of(event: &str, parsed: &Value) -> HeaderMap {
    let Some(multi) = parsed["multiValueHeaders"].as_object() else {
        return lambda_http::request::from_str(event).unwrap().headers().clone();
    };
    let mut alone = parsed.clone();
    if let Some(single) = alone["headers"].as_object_mut() {
        single.retain(|name, _| !multi.keys().any(|other| other.eq_ignore_ascii_case(name)));
    }
    lambda_http::request::from_str(&alone.to_string()).unwrap().headers().clone()
}

fn grouped(headers: &HeaderMap) -> BTreeMap<&str, Vec<&[u8]>> {
    let values = |name| headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
    headers.keys().map(|name| (name.as_str(), values(name))).collect()
}
