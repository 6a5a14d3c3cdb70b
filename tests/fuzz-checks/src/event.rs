//! What must hold for any bytes that come as an event, and the answer to it. The corpus is replayed by `sparta-core`'s
//! tests with this very function.

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use sparta_core::{Body, Context, Exchange, Request, RequestContext, RequestExt, Response};

/// Reads the event, asks for all of it, compares with what serde reads, and answers with the body that came.
pub fn check(event: &[u8]) {
    let Ok(exchange) = Exchange::read(Bytes::copy_from_slice(event), Context::default()) else { return };
    let request = &exchange.request;
    let maps = [request.query_string_parameters(), request.path_parameters(), request.stage_variables()];
    let is_raw = matches!(request.request_context_ref(), Some(RequestContext::PassThrough));
    if is_raw {
        assert_eq!(request.body().as_bytes(), Some(event));
        assert!(maps.iter().all(|map| map.is_empty()));
    } else if let Ok(json) = serde_json::from_slice(event) {
        check_request(request, &json);
    }
    check_answer(&exchange, is_raw);
}

fn check_request(request: &Request, json: &Value) {
    let context = &json["requestContext"];
    let is_socket = !context["connectionId"].is_null() && !context["eventType"].is_null();
    let is_lattice = json["httpMethod"].is_null() && context["http"].is_null() && !is_socket;
    let (method, raw_path) = match is_lattice {
        true => (&json["method"], json["raw_path"].as_str()),
        false if context["http"].is_null() => (&json["httpMethod"], None),
        false => (&context["http"]["method"], json["rawPath"].as_str()),
    };
    assert_eq!(request.method(), method.as_str().unwrap_or("GET"));
    let path = raw_path.or(json["path"].as_str()).unwrap_or_default();
    assert_eq!(request.raw_http_path(), path);
    check_path(request, path, json);
    let body = json["body"].as_str().unwrap_or_default();
    let decoded = match json["isBase64Encoded"] == true || json["is_base64_encoded"] == true {
        true => base64_simd::STANDARD.decode_to_vec(body).unwrap(),
        false => body.as_bytes().to_vec(),
    };
    assert_eq!(request.body().as_bytes(), Some(&decoded[..]));
    let has_one_form = json["multiValueHeaders"].is_null() && json["cookies"].is_null();
    let names = json["headers"].as_object().filter(|_| has_one_form).into_iter().flatten();
    let is_unique = |name: &str| names.clone().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count() == 1;
    for (name, value) in names.clone().filter(|(name, _)| is_unique(name)) {
        if let Some(value) = value.as_str() {
            assert_eq!(request.headers()[name].as_bytes(), value.as_bytes());
        }
    }
}

/// What an HTTP API has decoded is what the path decodes to.
fn check_path(request: &Request, path: &str, json: &Value) {
    let context = &json["requestContext"];
    let is_decoded = context["http"].is_object() && !json["rawPath"].is_null() && context["stage"].is_null();
    if !is_decoded || !context["domainName"].as_str().is_some_and(|domain| domain.contains(".execute-api.")) {
        return;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let received: Vec<u8> = percent_encoding::percent_decode_str(request.uri().path()).collect();
    assert_eq!(String::from_utf8_lossy(&received), format!("{slash}{path}"));
}

fn check_answer(exchange: &Exchange, is_raw: bool) {
    let sent = exchange.request.body().as_bytes().unwrap_or_default().to_vec();
    for kind in ["text/plain", "image/png"] {
        let mut response = Response::new(Body::from(sent.clone()));
        response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
        let answer = exchange.answer(response).now_or_never().unwrap().unwrap();
        let answer: Value = match serde_json::from_slice(&answer) {
            Ok(answer) => answer,
            // It was passed on as it came, and is too deep or too large for a value.
            Err(_) if is_raw && answer == sent => continue,
            Err(error) => panic!("{error}: {answer:?}"),
        };
        if is_raw {
            continue;
        }
        let body = answer["body"].as_str().unwrap_or_default();
        let received = match answer["isBase64Encoded"] == true {
            true => base64_simd::STANDARD.decode_to_vec(body).unwrap(),
            false => body.as_bytes().to_vec(),
        };
        assert_eq!(received, sent);
    }
}
