//! The requests of services that speak JSON, in either of AWS's two ways.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::calls::{Protocol, Service};

/// Everything but RFC 3986's unreserved characters, so that a label never ends its part of the path.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One call's request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    body: Option<String>,
    secret: bool,
}

impl Request {
    /// A request of JSON 1.0 or 1.1.
    pub(crate) fn json(body: &Value) -> Self {
        Self::rest("POST", &[]).body(body)
    }

    /// A request of REST, without a body; the path's segments are encoded.
    pub(crate) fn rest(method: &'static str, path: &[&str]) -> Self {
        let path = path.iter().map(|segment| utf8_percent_encode(segment, LABEL).to_string());
        Self { method, path: format!("/{}", path.collect::<Vec<_>>().join("/")), body: None, secret: false }
    }

    /// Sets the body.
    pub(crate) fn body(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self
    }

    /// Keeps request and answer out of every log.
    pub(crate) fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(super) fn is_secret(&self) -> bool {
        self.secret
    }

    pub(super) fn into_http(self, service: Service, call: &str) -> Result<HttpRequest, BoxError> {
        let length = self.body.as_ref().map(|body| body.len().to_string());
        let mut request = HttpRequest::new(self.body.map_or_else(|| SdkBody::from(""), SdkBody::from));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        let headers = request.headers_mut();
        if let Protocol::Json(target) | Protocol::Json10(target) = service.protocol {
            headers.try_insert("x-amz-target", format!("{target}.{call}"))?;
        }
        if let Some(length) = length {
            let content = match service.protocol {
                Protocol::Json(_) => "application/x-amz-json-1.1",
                Protocol::Json10(_) => "application/x-amz-json-1.0",
                Protocol::Rest => "application/json",
            };
            headers.try_insert("content-type", content)?;
            headers.try_insert("content-length", length)?;
        }
        Ok(request)
    }
}

/// Marks one request, so that AWS acts once however often it is sent.
pub(super) fn idempotency_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}
