//! What a handler can answer with.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::body::Body;
use crate::error::BoxError;
use crate::media_type::MediaType;

/// The response that layers and the runtime see.
pub type Response = http::Response<Body>;

/// How the body of an answer travels in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Text,
    Base64,
}

impl Encoding {
    /// What the headers tell of the body: API Gateway can pass on as it is what is of a type of text.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let is_encoded = |value: &HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
        match headers.get(CONTENT_ENCODING).is_some_and(is_encoded) {
            false if MediaType::of(headers).is_none_or(MediaType::is_text) => Self::Text,
            _ => Self::Base64,
        }
    }
}

/// What a handler may answer with.
///
/// Text is `text/plain`, bytes are `application/octet-stream`, [`Json`] and [`serde_json::Value`]
/// are `application/json`; a pair with a [`StatusCode`] sets the status, and an [`http::Response`]
/// of any body is taken as it is.
pub trait IntoResponse {
    /// The response that this value stands for.
    fn into_response(self) -> Response;
}

/// A value that is answered as JSON.
///
/// # Example
///
/// ```
/// use sparta_core::{IntoResponse, Json};
///
/// let response = Json(vec![1, 2]).into_response();
/// assert_eq!(response.headers()["content-type"], "application/json");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

fn typed(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let value = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

/// A JSON response.
pub(crate) fn json<T: Serialize>(value: &T) -> serde_json::Result<Response> {
    let json = serde_json::to_vec(value)?;
    Ok(typed("application/json", json.into()))
}

impl<B> IntoResponse for http::Response<B>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn into_response(self) -> Response {
        self.map(Body::new)
    }
}

impl IntoResponse for Body {
    fn into_response(self) -> Response {
        Response::new(self)
    }
}

impl IntoResponse for () {
    fn into_response(self) -> Response {
        Body::empty().into_response()
    }
}

impl IntoResponse for String {
    fn into_response(self) -> Response {
        typed("text/plain; charset=utf-8", self.into())
    }
}

impl IntoResponse for &'static str {
    fn into_response(self) -> Response {
        typed("text/plain; charset=utf-8", self.into())
    }
}

impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        typed("application/octet-stream", self.into())
    }
}

impl IntoResponse for Vec<u8> {
    fn into_response(self) -> Response {
        Bytes::from(self).into_response()
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json(&self.0).unwrap_or_else(|error| {
            tracing::error!(%error, "the answer cannot be written as JSON");
            // Why is in the log: what types the service has is not the client's business.
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
        })
    }
}

impl IntoResponse for serde_json::Value {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl IntoResponse for StatusCode {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

impl<T: IntoResponse> IntoResponse for (StatusCode, T) {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        *response.status_mut() = self.0;
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shown(answer: impl IntoResponse) -> String {
        let response = answer.into_response();
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.map_or("-", |kind| kind.to_str().unwrap());
        let body = response.body().as_bytes().unwrap();
        let body = std::str::from_utf8(body).unwrap();
        format!("{} {kind} {body}", response.status().as_u16())
    }

    #[test]
    fn every_kind_of_answer_has_its_content_type_and_status() {
        assert_eq!(shown("hello"), "200 text/plain; charset=utf-8 hello");
        assert_eq!(shown(String::from("hello")), "200 text/plain; charset=utf-8 hello");
        assert_eq!(shown(b"hi".to_vec()), "200 application/octet-stream hi");
        assert_eq!(shown(Json([1, 2])), "200 application/json [1,2]");
        assert_eq!(shown(serde_json::json!({"a": 1})), r#"200 application/json {"a":1}"#);
        assert_eq!(shown(()), "200 - ");
        assert_eq!(shown(StatusCode::NO_CONTENT), "204 - ");
        assert_eq!(shown((StatusCode::CREATED, Json(7))), "201 application/json 7");
    }

    #[test]
    fn an_answer_that_is_no_json_is_a_server_error() {
        let keys = BTreeMap::from([([1u8, 2], 3)]);
        assert_eq!(shown(Json(keys)), "500 text/plain; charset=utf-8 Internal Server Error");
    }

    #[test]
    fn a_foreign_response_keeps_status_and_headers() {
        let response = http::Response::builder()
            .status(418)
            .header("x-pot", "tea")
            .body(axum::body::Body::empty())
            .unwrap()
            .into_response();
        assert_eq!(response.status(), 418);
        assert_eq!(response.headers()["x-pot"], "tea");
    }
}
