//! From a handler's response to what Lambda passes on to the sender of the event.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::event::Origin;
use crate::error::Failure;
use crate::response::Response;

/// The answer to an invocation.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Http(Box<HttpAnswer>),
    Json(Box<RawValue>),
    Text(lambda_http::Body),
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpAnswer {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Single>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_headers: Option<Multi>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    #[serde(skip_serializing_if = "body_is_empty")]
    body: lambda_http::Body,
    is_base64_encoded: bool,
}

impl Answer {
    /// The form that `origin` expects. An event that is not HTTP has no status: one of 400 or more
    /// is an error with the body as its message.
    pub(super) async fn new(origin: Origin, response: Response) -> Result<Self, Failure> {
        let (head, body) = response.into_parts();
        let body = encoded(body.bytes().await?.into());
        if origin == Origin::Raw {
            return Self::raw(head.status, body);
        }
        let mut answer = HttpAnswer {
            status_code: head.status.as_u16(),
            status_description: None,
            headers: None,
            multi_value_headers: None,
            cookies: Vec::new(),
            is_base64_encoded: matches!(body, lambda_http::Body::Binary(_)),
            body,
        };
        let mut headers = head.headers;
        match origin {
            Origin::HttpApi => {
                answer.cookies = headers.get_all(SET_COOKIE).iter().map(text).collect();
                headers.remove(SET_COOKIE);
                answer.headers = Some(Single(headers));
            }
            // A target group reads one of the two, by its own settings.
            Origin::LoadBalancer => {
                answer.status_description = Some(head.status.to_string());
                answer.headers = Some(Single(headers.clone()));
                answer.multi_value_headers = Some(Multi(headers));
            }
            Origin::RestApi | Origin::Raw => answer.multi_value_headers = Some(Multi(headers)),
        }
        Ok(Self::Http(Box::new(answer)))
    }

    fn raw(status: StatusCode, body: lambda_http::Body) -> Result<Self, Failure> {
        if status.is_client_error() || status.is_server_error() {
            let name = format!("Http{}", status.as_u16());
            return Err(match std::str::from_utf8(&body) {
                Ok(message) if !message.is_empty() => Failure::named(name, message),
                _ => Failure::named(name, status),
            });
        }
        Ok(match serde_json::from_slice(&body) {
            Ok(json) => Self::Json(json),
            Err(_) => Self::Text(body),
        })
    }
}

/// Bytes that are not text travel as base64.
fn encoded(body: Vec<u8>) -> lambda_http::Body {
    if body.is_empty() {
        return lambda_http::Body::Empty;
    }
    match String::from_utf8(body) {
        Ok(text) => lambda_http::Body::Text(text),
        Err(error) => lambda_http::Body::Binary(error.into_bytes()),
    }
}

fn body_is_empty(body: &lambda_http::Body) -> bool {
    *body == lambda_http::Body::Empty
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Headers whose values are joined with a comma, except cookies, which cannot be.
#[derive(Debug)]
struct Single(HeaderMap);

impl Serialize for Single {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.keys_len()))?;
        for name in self.0.keys() {
            let mut values = self.0.get_all(name).iter().map(text);
            let mut joined = values.next().unwrap_or_default();
            if name != SET_COOKIE {
                values.for_each(|value| joined = format!("{joined}, {value}"));
            }
            map.serialize_entry(name.as_str(), &joined)?;
        }
        map.end()
    }
}

#[derive(Debug)]
struct Multi(HeaderMap);

impl Serialize for Multi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = |name| self.0.get_all(name).iter().map(text).collect::<Vec<_>>();
        serializer.collect_map(self.0.keys().map(|name| (name.as_str(), values(name))))
    }
}
