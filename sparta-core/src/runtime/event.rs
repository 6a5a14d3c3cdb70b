//! From the bytes of an event to the request that a handler sees.

use http::{HeaderName, HeaderValue, Method};
use lambda_http::RequestExt;
use lambda_http::aws_lambda_events::alb::AlbTargetGroupRequest;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_runtime::Context;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
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

/// The parts of an event that tell the origins apart; reading them costs less than a failed try.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marks {
    http_method: Option<IgnoredAny>,
    request_context: Option<ContextMarks>,
}

#[derive(Deserialize)]
struct ContextMarks {
    http: Option<IgnoredAny>,
    elb: Option<IgnoredAny>,
}

impl Origin {
    fn of(event: &str) -> Self {
        let marks: Option<Marks> = serde_json::from_str(event).ok();
        match marks.map(|marks| (marks.http_method, marks.request_context)) {
            Some((_, Some(ContextMarks { http: Some(_), .. }))) => Self::HttpApi,
            Some((Some(_), Some(ContextMarks { elb: Some(_), .. }))) => Self::LoadBalancer,
            Some((Some(_), Some(_))) => Self::RestApi,
            _ => Self::Raw,
        }
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
    let full = event.raw_path.clone();
    if let (Some(stage), Some(path)) = (&stage, &mut event.raw_path)
        && let Some(rest) = path.strip_prefix('/').and_then(|p| p.strip_prefix(&**stage))
        && (rest.is_empty() || rest.starts_with('/'))
    {
        *path = if rest.is_empty() { "/".into() } else { rest.into() };
    }
    let mut request = HttpRequest::from(LambdaRequest::ApiGatewayV2(event));
    if let Some(RequestContext::ApiGatewayV2(context)) = request.extensions_mut().get_mut() {
        context.stage = stage;
    }
    request.with_raw_http_path(full.unwrap_or_default())
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
