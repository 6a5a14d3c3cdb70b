//! What must hold for any response to an event of any sender: decoded as that sender does, it is what was answered.
//!
//! An input is written like a response: the sender and the status, the headers, an empty line and the body.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use sparta_core::{Body, Context, Exchange, Response};

/// How a sender reads headers.
#[derive(Clone, Copy)]
enum Form {
    /// One text for a name, and a list of cookies.
    Cookies,
    /// A list of texts for a name.
    Multi,
    /// Either: the target group's settings say which.
    Both,
    /// One text for a name, so that one cookie at most arrives.
    Single,
    /// There are none: what is answered is the body.
    Raw,
}

const SENDERS: [(&str, Form, &str); 9] = [
    ("http-api", Form::Cookies, r#"{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#),
    (
        "url",
        Form::Cookies,
        r#"{"rawPath": "/", "requestContext": {"domainName": "a.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#,
    ),
    ("rest", Form::Multi, r#"{"httpMethod": "GET", "path": "/", "requestContext": {"stage": "prod"}}"#),
    ("alb", Form::Both, r#"{"httpMethod": "GET", "path": "/", "headers": {}, "requestContext": {"elb": {}}}"#),
    (
        "multi-alb",
        Form::Both,
        r#"{"httpMethod": "GET", "path": "/", "multiValueHeaders": {}, "requestContext": {"elb": {}}}"#,
    ),
    ("socket", Form::Multi, r#"{"requestContext": {"connectionId": "c", "eventType": "MESSAGE"}}"#),
    ("lattice", Form::Single, r#"{"path": "/", "method": "GET", "requestContext": {"serviceArn": "arn:aws"}}"#),
    ("first-lattice", Form::Single, r#"{"raw_path": "/", "method": "GET"}"#),
    ("other", Form::Raw, r#"{"Records": []}"#),
];

/// Answers with the response, and decodes the answer.
pub fn check(input: &[u8]) {
    let (form, event, response) = decode(input);
    let (head, body) = response.into_parts();
    let sent = body.as_bytes().unwrap_or_default().to_vec();
    let (status, headers) = (head.status, head.headers.clone());
    let exchange = Exchange::read(Bytes::from_static(event.as_bytes()), Context::default()).unwrap();
    if let Form::Cookies = form {
        let mut streamed = Response::new(Body::empty());
        (*streamed.status_mut(), *streamed.headers_mut()) = (status, headers.clone());
        check_prelude(&exchange.prelude(streamed), status, &headers);
    }
    let answer = exchange.answer(Response::from_parts(head, body)).now_or_never().expect("nothing is waited for");
    let Form::Raw = form else { return check_http(form, &answer.unwrap(), status, &headers, &sent) };
    match status.is_client_error() || status.is_server_error() {
        true => assert_eq!(answer.unwrap_err().type_name(), format!("Http{}", status.as_u16())),
        false => check_raw(&answer.unwrap(), &sent),
    }
}

/// A line that says nothing is as good as any: mutations of an input are inputs.
fn decode(input: &[u8]) -> (Form, &'static str, Response) {
    let blank = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = blank.map_or((input, &b""[..]), |at| (&input[..at], &input[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let (sender, status) = split(lines.next().unwrap_or_default(), b" ").unwrap_or_default();
    let named = SENDERS.iter().find(|known| known.0.as_bytes() == sender);
    let (_, form, event) = named.unwrap_or(&SENDERS[sender.len() % SENDERS.len()]);
    let mut response = Response::new(Body::from(body.to_vec()));
    *response.status_mut() = StatusCode::from_bytes(status).unwrap_or_default();
    for (name, value) in lines.filter_map(|line| split(line, b": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            response.headers_mut().append(name, value);
        }
    }
    (*form, event, response)
}

fn split<'a>(line: &'a [u8], sign: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = line.windows(sign.len()).position(|part| part == sign)?;
    Some((&line[..at], &line[at + sign.len()..]))
}

fn check_http(form: Form, answer: &[u8], status: StatusCode, headers: &HeaderMap, sent: &[u8]) {
    let mut answer: Map<String, Value> = serde_json::from_slice(answer).unwrap();
    let is_base64 = answer.remove("isBase64Encoded").and_then(|flag| flag.as_bool()).unwrap();
    let body = answer.remove("body").map_or(String::new(), |body| body.as_str().unwrap().to_owned());
    let received = if is_base64 { base64_simd::STANDARD.decode_to_vec(body).unwrap() } else { body.into_bytes() };
    assert_eq!(received, sent);
    check_head(form, answer, status, headers);
}

/// A stream has no length and no end: what tells its head from its body is eight zeros.
fn check_prelude(prelude: &[u8], status: StatusCode, headers: &HeaderMap) {
    let head = prelude.strip_suffix(&[0; 8]).unwrap();
    assert!(!head.contains(&0));
    check_head(Form::Cookies, serde_json::from_slice(head).unwrap(), status, headers);
}

fn check_head(form: Form, mut answer: Map<String, Value>, status: StatusCode, headers: &HeaderMap) {
    assert_eq!(answer.remove("statusCode"), Some(status.as_u16().into()));
    let mut field = |name: &str| answer.remove(name).unwrap_or_else(|| panic!("no {name}"));
    match form {
        Form::Cookies => {
            let has_cookies = headers.contains_key(SET_COOKIE);
            let cookies = if has_cookies { texts(&field("cookies")) } else { Vec::new() };
            assert_eq!(cookies, values(headers, &SET_COOKIE));
            assert_eq!(field("headers"), single(headers, |_| None));
        }
        Form::Multi => assert_eq!(lists(&field("multiValueHeaders")), all(headers)),
        Form::Both => {
            let description = field("statusDescription");
            assert!(description.as_str().unwrap().starts_with(&format!("{} ", status.as_str())), "{description}");
            assert_eq!(lists(&field("multiValueHeaders")), all(headers));
            assert_eq!(field("headers"), single(headers, <[_]>::first));
        }
        Form::Single | Form::Raw => assert_eq!(field("headers"), single(headers, <[_]>::first)),
    }
    assert!(answer.is_empty(), "{answer:?}");
}

fn check_raw(answer: &[u8], sent: &[u8]) {
    serde_json::from_slice::<IgnoredAny>(answer).unwrap();
    let text = || serde_json::from_slice::<String>(answer).unwrap();
    match std::str::from_utf8(sent) {
        Ok("") => assert_eq!(answer, b"null"),
        Ok(sent) if serde_json::from_str::<IgnoredAny>(sent).is_ok() => assert_eq!(answer, sent.as_bytes()),
        Ok(sent) => assert_eq!(text(), sent),
        Err(_) => assert_eq!(base64_simd::STANDARD.decode_to_vec(text()).unwrap(), sent),
    }
}

/// Values that are not UTF-8 arrive with a sign for what cannot.
fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.get_all(name).iter().map(text).collect()
}

fn all(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    headers.keys().map(|name| (name.as_str().to_owned(), values(headers, name))).collect()
}

/// Values with commas between them, and of the cookies the one that is chosen.
fn single(headers: &HeaderMap, cookie: impl Fn(&[String]) -> Option<&String>) -> Value {
    let mut single = Map::new();
    for (name, values) in all(headers) {
        let value = if *name == SET_COOKIE { cookie(&values).cloned() } else { Some(values.join(", ")) };
        single.extend(value.map(|value| (name, value.into())));
    }
    single.into()
}

fn lists(headers: &Value) -> BTreeMap<String, Vec<String>> {
    headers.as_object().unwrap().iter().map(|(name, values)| (name.clone(), texts(values))).collect()
}

fn texts(values: &Value) -> Vec<String> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}
