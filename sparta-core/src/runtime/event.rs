//! From the bytes of an event to the request that a handler sees.

use std::fmt;

use http::{HeaderName, HeaderValue, Method};
use lambda_http::RequestExt;
use lambda_http::aws_lambda_events::alb::AlbTargetGroupRequest;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_runtime::Context;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::body::Body;
use crate::service::Request;

type HttpRequest = http::Request<lambda_http::Body>;

/// Who sent an event, and so the form that the answer must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An API Gateway HTTP API (payload 2.0) or a function URL.
    HttpApi,
    /// An API Gateway REST API, or an HTTP API with payload 1.0.
    RestApi,
    LoadBalancer,
    /// Anything else: the event itself is the request's body.
    Raw,
}

/// An event that has the marks of an HTTP request but not its parts.
#[derive(Debug, thiserror::Error)]
#[error("the event looks like a request of {origin} but does not read as one")]
pub(super) struct Malformed {
    origin: &'static str,
    source: serde_json::Error,
}

/// The parts of an event that tell the origins apart.
#[derive(Default)]
struct Marks {
    has_method: bool,
    context: Option<ContextMarks>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Key {
    HttpMethod,
    RequestContext,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ContextMarks {
    http: Option<IgnoredAny>,
    elb: Option<IgnoredAny>,
}

impl Origin {
    fn of(event: &str) -> Self {
        let mut marks = Marks::default();
        // An error is not one: the reading ends as soon as the origin is known.
        let _ = serde_json::Deserializer::from_str(event).deserialize_map(&mut marks);
        marks.origin().unwrap_or(Self::Raw)
    }
}

impl Marks {
    fn origin(&self) -> Option<Origin> {
        match (&self.context, self.has_method) {
            (Some(ContextMarks { http: Some(_), .. }), _) => Some(Origin::HttpApi),
            (Some(ContextMarks { elb: Some(_), .. }), true) => Some(Origin::LoadBalancer),
            (Some(_), true) => Some(Origin::RestApi),
            _ => None,
        }
    }
}

/// Events have their marks before their body, so that a long body is read only once, later.
impl<'de> Visitor<'de> for &mut Marks {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key()? {
            match key {
                Key::HttpMethod => self.has_method = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                Key::RequestContext => self.context = map.next_value()?,
                Key::Other => map.next_value::<IgnoredAny>().map(drop)?,
            }
            if self.origin().is_some() {
                return Err(A::Error::custom("the rest does not matter"));
            }
        }
        Ok(())
    }
}

/// The event as HTTP if it is a request, else with itself as the body.
pub(super) fn http_request(event: Box<RawValue>, context: Context) -> Result<(Origin, Request), Malformed> {
    let origin = Origin::of(event.get());
    let text = event.get();
    let request = match origin {
        Origin::HttpApi => http_api(read(text, "an HTTP API or function URL")?),
        Origin::RestApi => rest_api(read(text, "a REST API")?),
        Origin::LoadBalancer => load_balancer(read(text, "a load balancer")?),
        Origin::Raw => return Ok((origin, event_request(event, context))),
    };
    Ok((origin, with_context(request.map(body), context)))
}

/// The event as the body of a request.
pub(super) fn event_request(event: Box<RawValue>, context: Context) -> Request {
    let event = String::from(Box::<str>::from(event));
    let mut request = http::Request::new(Body::from(event));
    *request.method_mut() = Method::POST;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(http::header::CONTENT_TYPE, json);
    request.extensions_mut().insert(RequestContext::PassThrough);
    with_context(request, context)
}

/// Without its stage, `/prod/hello` is `/hello` for every API that the handler is behind.
fn http_api(mut event: ApiGatewayV2httpRequest) -> HttpRequest {
    let stage = event.request_context.stage.take();
    let full = event.raw_path.take().unwrap_or_default();
    event.raw_path = Some(without_stage(&full, stage.as_deref()).to_owned());
    let mut request = HttpRequest::from(LambdaRequest::ApiGatewayV2(event));
    if let Some(RequestContext::ApiGatewayV2(context)) = request.extensions_mut().get_mut() {
        context.stage = stage;
    }
    request.with_raw_http_path(full)
}

fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let staged = path.strip_prefix('/').zip(stage);
    match staged.and_then(|(path, stage)| path.strip_prefix(stage)) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

fn rest_api(mut event: ApiGatewayProxyRequest) -> HttpRequest {
    let stage = event.request_context.stage.take();
    let headers = std::mem::take(&mut event.multi_value_headers);
    let mut request = HttpRequest::from(LambdaRequest::ApiGatewayV1(event));
    if let Some(RequestContext::ApiGatewayV1(context)) = request.extensions_mut().get_mut() {
        context.stage = stage;
    }
    request.headers_mut().extend(headers);
    request
}

fn load_balancer(mut event: AlbTargetGroupRequest) -> HttpRequest {
    let headers = std::mem::take(&mut event.multi_value_headers);
    if event.headers.is_empty() {
        event.headers = headers.clone();
    }
    let mut request = HttpRequest::from(LambdaRequest::Alb(event));
    request.headers_mut().extend(headers);
    request
}

fn read<T: DeserializeOwned>(event: &str, origin: &'static str) -> Result<T, Malformed> {
    serde_json::from_str(event).map_err(|source| Malformed { origin, source })
}

fn body(body: lambda_http::Body) -> Body {
    match body {
        lambda_http::Body::Text(text) => text.into(),
        lambda_http::Body::Binary(bytes) => bytes.into(),
        _ => Body::empty(),
    }
}

fn with_context(mut request: Request, context: Context) -> Request {
    let trace = context.xray_trace_id.as_deref();
    if let Some(Ok(trace)) = trace.map(HeaderValue::from_str) {
        let name = HeaderName::from_static("x-amzn-trace-id");
        request.headers_mut().insert(name, trace);
    }
    request.extensions_mut().insert(context);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_told_by_the_marks_in_any_order() {
        let http = r#"{"body": "b", "requestContext": {"stage": "s", "http": {}}}"#;
        assert_eq!(Origin::of(http), Origin::HttpApi);
        let rest = r#"{"requestContext": {"stage": "s"}, "body": "b", "httpMethod": "GET"}"#;
        assert_eq!(Origin::of(rest), Origin::RestApi);
        let balancer = r#"{"requestContext": {"elb": {}}, "httpMethod": "GET"}"#;
        assert_eq!(Origin::of(balancer), Origin::LoadBalancer);
    }

    #[test]
    fn anything_else_is_raw() {
        for event in [
            r#"{"httpMethod": null, "requestContext": {}}"#,
            r#"{"httpMethod": "GET"}"#,
            r#"{"requestContext": "none", "httpMethod": "GET"}"#,
            r#"{"requestContext": {"connectionId": "c"}}"#,
            r#"{"Records": []}"#,
            "[1]",
            "null",
        ] {
            assert_eq!(Origin::of(event), Origin::Raw, "{event}");
        }
    }
}
