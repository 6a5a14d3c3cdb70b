//! The response that API Gateway and function URLs make of a function's answer.

use base64_simd::STANDARD;
use bytes::{Buf, Bytes};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    body::{self, Body},
    invocation::Piece,
};

/// An answer that is no response: the function's mistake.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("`{0}` in the answer is not what it should be")]
    Field(&'static str),
    #[error("it has other fields than a response, or these at another place")]
    Other,
    #[error("the answer is no JSON")]
    Json(#[source] serde_json::Error),
    #[error("the streamed answer has no end of its head: eight zero bytes")]
    NoPrelude,
}

/// The response of an answer in payload format 2.0. What has no status is a body itself.
pub(super) fn response(answer: &[u8], usual_type: &'static str) -> Result<Response<Body>, Malformed> {
    let answer: Value = serde_json::from_slice(answer).map_err(Malformed::Json)?;
    if answer.get("statusCode").is_none() {
        let body = match answer {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let mut response = Response::new(body::full(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(response);
    }
    let body = match &answer["body"] {
        Value::Null => Bytes::new(),
        Value::String(text) if answer["isBase64Encoded"] == true => {
            STANDARD.decode_to_vec(text).map_err(|_| Malformed::Field("body"))?.into()
        }
        Value::String(text) => text.clone().into(),
        _ => return Err(Malformed::Field("body")),
    };
    let mut response = head(&answer)?.map(|()| body::full(body));
    let kind = HeaderValue::from_static(usual_type);
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(kind);
    Ok(response)
}

/// Status, headers and cookies.
pub(super) fn head(answer: &Value) -> Result<Response<()>, Malformed> {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let status = number(&answer["statusCode"]).and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or(Malformed::Field("statusCode"))?;
    let mut response = Response::new(());
    *response.status_mut() = status;
    let mut add = |name: &str, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Malformed::Field("headers"))?;
        let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Malformed::Field("headers"))?;
        // The server frames the body itself.
        if !is_of_connection(&name) {
            response.headers_mut().append(name, value);
        }
        Ok(())
    };
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        add(name, value)?;
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        add("set-cookie", cookie)?;
    }
    Ok(response)
}

/// Whether a header is about the connection, and not about what is sent.
pub(super) fn is_of_connection(name: &HeaderName) -> bool {
    [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION].contains(name)
}

/// The response of a streamed answer, whose head comes first.
pub(super) async fn streamed(mut pieces: mpsc::Receiver<Piece>) -> Result<Response<Body>, Malformed> {
    const END: [u8; 8] = [0; 8];
    let mut begin = Vec::new();
    let at = loop {
        if let Some(at) = begin.windows(END.len()).position(|bytes| bytes == END) {
            break at;
        }
        match pieces.recv().await {
            Some(Piece::Data(data)) => begin.extend_from_slice(&data),
            _ => return Err(Malformed::NoPrelude),
        }
    };
    let answer: Value = serde_json::from_slice(&begin[..at]).map_err(Malformed::Json)?;
    let mut rest = Bytes::from(begin);
    rest.advance(at + END.len());
    Ok(head(&answer)?.map(|()| body::streamed(rest, pieces)))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn text(body: Body) -> String {
        String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn an_answer_with_a_status_is_a_response() {
        let answer =
            br#"{"statusCode": 201, "headers": {"X-One": "1", "content-length": "9"}, "cookies": ["a=1", "b=2"],
            "body": "aGVsbG8=", "isBase64Encoded": true}"#;
        let response = response(answer, "text/plain").unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-one"], "1");
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert!(!response.headers().contains_key("content-length"));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(text(response.into_body()).await, "hello");
    }

    #[tokio::test]
    async fn an_answer_without_one_is_the_body() {
        for (answer, expected) in [(r#""hi""#, "hi"), (r#"{"a":1}"#, r#"{"a":1}"#), ("null", "null")] {
            let response = response(answer.as_bytes(), "text/plain").unwrap();
            assert_eq!(
                (response.status(), &response.headers()["content-type"]),
                (StatusCode::OK, &HeaderValue::from_static("application/json"))
            );
            assert_eq!(text(response.into_body()).await, expected);
        }
    }

    #[tokio::test]
    async fn what_is_no_response_is_refused() {
        for answer in [r#"{"statusCode": "ok"}"#, r#"{"statusCode": 99}"#, r#"{"statusCode": 200, "body": {}}"#, "{"] {
            assert!(response(answer.as_bytes(), "text/plain").is_err(), "{answer}");
        }
        let (send, pieces) = mpsc::channel(1);
        drop(send);
        assert!(matches!(streamed(pieces).await, Err(Malformed::NoPrelude)));
    }

    #[tokio::test]
    async fn the_head_of_a_stream_may_come_in_pieces() {
        let (send, pieces) = mpsc::channel(8);
        for piece in [&br#"{"statusCode":202,"#[..], b"\"headers\":{\"a\":\"b\"}}\0\0\0", b"\0\0\0\0\0one ", b"two"] {
            send.send(Piece::Data(Bytes::from_static(piece))).await.unwrap();
        }
        drop(send);
        let response = streamed(pieces).await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["a"]), (202, &HeaderValue::from_static("b")));
        assert_eq!(text(response.into_body()).await, "one two");
    }
}
