//! From a handler's response to what Lambda passes on to the sender of the event.

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::IgnoredAny;

use super::event::Origin;
use crate::body::Body;
use crate::error::Failure;
use crate::json::push_string;
use crate::response::{Encoding, Response};

/// The answer to an invocation: what is posted to Lambda, written once into the buffer that is sent.
#[derive(Debug)]
pub(super) struct Answer(Bytes);

impl Answer {
    /// The form that `origin` expects. An event that is not HTTP has no status: one of 400 or more
    /// is an error with the body as its message.
    pub(super) async fn new(origin: Origin, response: Response) -> Result<Self, Failure> {
        let (head, body) = response.into_parts();
        let body = body.bytes().await?;
        match origin {
            Origin::Raw => raw(head.status, body).map(Self),
            _ => Ok(Self(http(origin, &head, &body).into())),
        }
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// The answer as a stream: status and headers, then the frames of the body as they come.
#[derive(Debug)]
pub(super) struct StreamedAnswer {
    /// What is sent before the body: `application/vnd.awslambda.http-integration-response`.
    pub(super) prelude: Bytes,
    pub(super) body: Body,
}

impl StreamedAnswer {
    pub(super) fn new(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let mut json = Vec::with_capacity(capacity(&head) + 8);
        push_status(&mut json, head.status);
        push_single(&mut json, &head.headers, |name| name != SET_COOKIE);
        push_cookies(&mut json, &head.headers);
        json.push(b'}');
        json.extend_from_slice(&[0; 8]);
        Self { prelude: json.into(), body }
    }
}

fn http(origin: Origin, head: &Parts, body: &[u8]) -> Vec<u8> {
    let is_text = body.is_empty() || is_text(head) && std::str::from_utf8(body).is_ok();
    // A document of JSON grows by a quarter when it is escaped, base64 by a third.
    let mut json = Vec::with_capacity(capacity(head) + body.len() + body.len() / 3);
    push_status(&mut json, head.status);
    match origin {
        Origin::HttpApi | Origin::FunctionUrl => {
            push_single(&mut json, &head.headers, |name| name != SET_COOKIE);
            push_cookies(&mut json, &head.headers);
        }
        // A target group reads one of the two, by its own settings.
        Origin::LoadBalancer => {
            push_description(&mut json, head.status);
            push_single(&mut json, &head.headers, |_| true);
            push_multi(&mut json, &head.headers);
        }
        Origin::VpcLattice => push_single(&mut json, &head.headers, |_| true),
        Origin::RestApi | Origin::WebSocket | Origin::Raw => push_multi(&mut json, &head.headers),
    }
    match (body.is_empty(), is_text) {
        (true, _) => {}
        (_, true) => {
            json.extend_from_slice(b",\"body\":");
            push_string(&mut json, body);
        }
        (_, false) => {
            json.extend_from_slice(b",\"body\":\"");
            base64_simd::STANDARD.encode_append(body, &mut json);
            json.push(b'"');
        }
    }
    json.extend_from_slice(if is_text { b",\"isBase64Encoded\":false}" } else { b",\"isBase64Encoded\":true}" });
    json
}

/// The body itself if it is JSON, else as a JSON string, in base64 if it is not even text.
fn raw(status: StatusCode, body: Bytes) -> Result<Bytes, Failure> {
    let text = std::str::from_utf8(&body);
    if status.is_client_error() || status.is_server_error() {
        let name = format!("Http{}", status.as_u16());
        return Err(match text {
            Ok(message) if !message.is_empty() => Failure::named(name, message),
            _ => Failure::named(name, status),
        });
    }
    let mut json = Vec::new();
    match text {
        Ok("") => return Ok(Bytes::from_static(b"null")),
        Ok(text) if serde_json::from_str::<IgnoredAny>(text).is_ok() => return Ok(body),
        Ok(text) => push_string(&mut json, text.as_bytes()),
        Err(_) => {
            json.push(b'"');
            base64_simd::STANDARD.encode_append(&body, &mut json);
            json.push(b'"');
        }
    }
    Ok(json.into())
}

/// Whether the body is text as far as its handler has decided, or as the headers tell.
fn is_text(head: &Parts) -> bool {
    #[cfg(feature = "lambda_http")]
    if let Some(decided) = head.extensions.get::<Encoding>() {
        return *decided == Encoding::Text;
    }
    Encoding::of(&head.headers) == Encoding::Text
}

fn capacity(head: &Parts) -> usize {
    let header = |(name, value): (&HeaderName, &HeaderValue)| 2 * (name.as_str().len() + value.len()) + 20;
    head.headers.iter().map(header).sum::<usize>() + 160
}

fn push_status(json: &mut Vec<u8>, status: StatusCode) {
    json.extend_from_slice(b"{\"statusCode\":");
    json.extend_from_slice(status.as_str().as_bytes());
}

fn push_description(json: &mut Vec<u8>, status: StatusCode) {
    json.extend_from_slice(b",\"statusDescription\":\"");
    json.extend_from_slice(status.as_str().as_bytes());
    json.push(b' ');
    json.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    json.push(b'"');
}

/// Headers whose values are joined with a comma, except cookies, which cannot be.
fn push_single(json: &mut Vec<u8>, headers: &HeaderMap, is_wanted: impl Fn(&HeaderName) -> bool) {
    json.extend_from_slice(b",\"headers\":");
    let mut before = b'{';
    for name in headers.keys().filter(|name| is_wanted(name)) {
        json.push(before);
        before = b',';
        push_string(json, name.as_str().as_bytes());
        json.push(b':');
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(first), Some(second)) if name != SET_COOKIE => {
                let mut joined = [first.as_bytes(), second.as_bytes()].join(&b", "[..]);
                values.for_each(|value| joined = [&joined[..], value.as_bytes()].join(&b", "[..]));
                push_text(json, &joined);
            }
            (first, _) => push_text(json, first.map(HeaderValue::as_bytes).unwrap_or_default()),
        }
    }
    close(json, before, b"{}");
}

fn push_multi(json: &mut Vec<u8>, headers: &HeaderMap) {
    json.extend_from_slice(b",\"multiValueHeaders\":");
    let mut before = b'{';
    for name in headers.keys() {
        json.push(before);
        before = b',';
        push_string(json, name.as_str().as_bytes());
        json.push(b':');
        push_list(json, headers, name);
    }
    close(json, before, b"{}");
}

fn push_cookies(json: &mut Vec<u8>, headers: &HeaderMap) {
    if headers.contains_key(SET_COOKIE) {
        json.extend_from_slice(b",\"cookies\":");
        push_list(json, headers, &SET_COOKIE);
    }
}

fn push_list(json: &mut Vec<u8>, headers: &HeaderMap, name: &HeaderName) {
    let mut before = b'[';
    for value in headers.get_all(name) {
        json.push(before);
        before = b',';
        push_text(json, value.as_bytes());
    }
    close(json, before, b"[]");
}

/// Closes a list; one that nothing was put before is empty.
fn close(json: &mut Vec<u8>, before: u8, brackets: &[u8; 2]) {
    match before {
        b',' => json.push(brackets[1]),
        _ => json.extend_from_slice(brackets),
    }
}

/// A header's value need not be UTF-8, a JSON text must be.
fn push_text(json: &mut Vec<u8>, value: &[u8]) {
    match value.is_ascii() {
        true => push_string(json, value),
        false => push_string(json, String::from_utf8_lossy(value).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn response(headers: &[(&'static str, &str)], body: impl Into<Body>) -> Response {
        let mut response = Response::new(body.into());
        for (name, value) in headers {
            response.headers_mut().append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        response
    }

    async fn answered(origin: Origin, response: Response) -> Value {
        let answer = Answer::new(origin, response).await.unwrap().into_bytes();
        serde_json::from_slice(&answer).unwrap()
    }

    #[tokio::test]
    async fn bodies_of_a_type_of_text_stay_text() {
        for kind in [
            "text/html; charset=utf-8",
            "Text/CSS",
            "application/json",
            "application/problem+json",
            "image/svg+xml",
            "application/XML ; charset=utf-8",
            "application/javascript",
            "application/x-www-form-urlencoded",
            "application/vnd.oai.openapi+yaml",
        ] {
            let answer = answered(Origin::HttpApi, response(&[("content-type", kind)], "é\"\u{1}")).await;
            assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("é\"\u{1}"), &json!(false)), "{kind}");
        }
    }

    #[tokio::test]
    async fn any_other_body_travels_as_base64() {
        for headers in [
            &[("content-type", "image/png")][..],
            &[("content-type", "application/octet-stream")],
            &[("content-type", "application/zip")],
            &[("content-type", "json")],
            &[("content-type", "text/plain"), ("content-encoding", "gzip")],
        ] {
            let answer = answered(Origin::RestApi, response(headers, "text")).await;
            assert_eq!(
                (&answer["body"], &answer["isBase64Encoded"]),
                (&json!("dGV4dA=="), &json!(true)),
                "{headers:?}"
            );
        }
        for kind in ["text/plain; charset=iso-8859-1", "application/json"] {
            let answer = answered(Origin::HttpApi, response(&[("content-type", kind)], vec![0xe9])).await;
            assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&json!("6Q=="), &json!(true)), "{kind}");
        }
        let identity = response(&[("content-type", "text/plain"), ("content-encoding", "identity")], "text");
        assert_eq!(answered(Origin::HttpApi, identity).await["body"], "text");
    }

    #[tokio::test]
    async fn an_answer_may_be_empty() {
        let http = answered(Origin::HttpApi, response(&[], ())).await;
        assert_eq!(http, json!({"statusCode": 200, "headers": {}, "isBase64Encoded": false}));
        let binary = answered(Origin::RestApi, response(&[("content-type", "image/png")], ())).await;
        assert_eq!(binary["isBase64Encoded"], false);
        assert_eq!(binary.get("body"), None);
    }

    #[tokio::test]
    async fn a_status_without_a_name_has_an_empty_one() {
        let mut unknown = response(&[], ());
        *unknown.status_mut() = StatusCode::from_u16(299).unwrap();
        assert_eq!(answered(Origin::LoadBalancer, unknown).await["statusDescription"], "299 ");
    }

    #[tokio::test]
    async fn header_values_of_any_bytes_are_written_as_text() {
        let mut odd = response(&[("x-text", "é")], ());
        odd.headers_mut().insert("x-bytes", HeaderValue::from_bytes(b"\xff\"").unwrap());
        let answer = answered(Origin::HttpApi, odd).await;
        assert_eq!(answer["headers"], json!({"x-text": "é", "x-bytes": "\u{fffd}\""}));
    }

    #[tokio::test]
    async fn a_stream_starts_with_its_status_headers_and_cookies() {
        let headers = [("vary", "a"), ("vary", "b"), ("vary", "c"), ("set-cookie", "d=1"), ("set-cookie", "e=2")];
        let StreamedAnswer { prelude, body } = StreamedAnswer::new(response(&headers, "later"));
        let (json, zeros) = prelude.split_at(prelude.len() - 8);
        assert_eq!(zeros, [0; 8]);
        let expected = json!({"statusCode": 200, "headers": {"vary": "a, b, c"}, "cookies": ["d=1", "e=2"]});
        assert_eq!(serde_json::from_slice::<Value>(json).unwrap(), expected);
        assert_eq!(body.text().await.unwrap(), "later");
    }
}
