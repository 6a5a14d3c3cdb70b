//! From the bytes of an event to the request that a handler sees.

mod fields;
mod headers;
mod origin;
mod problem;
mod request;
mod uri;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::Context;
use crate::body::Body;
use crate::request::Event;
pub(crate) use crate::request::Origin;
use crate::service::Request;
use fields::Fields;
pub(super) use problem::MalformedEvent;

/// The event as HTTP if it is a request, else with itself as the body.
pub(super) fn http_request(event: Bytes, context: Context) -> Result<(Origin, Request), MalformedEvent> {
    std::str::from_utf8(&event).map_err(MalformedEvent::text)?;
    let mut fields = Fields::default();
    fields.read(&event).map_err(MalformedEvent::json)?;
    let origin = fields.origin(&event);
    let request = match origin {
        Origin::HttpApi | Origin::FunctionUrl => request::http_api(origin, event, &mut fields),
        Origin::RestApi => request::rest_api(event, &mut fields),
        Origin::LoadBalancer => request::load_balancer(event, &mut fields),
        Origin::WebSocket => request::web_socket(event, &mut fields),
        Origin::VpcLattice => request::vpc_lattice(event, &mut fields),
        Origin::Raw => return Ok((origin, event_request(event, context))),
    };
    match request {
        Ok(request) => Ok((origin, with_context(request, context))),
        Err(problem) => Err(MalformedEvent::request(origin, problem)),
    }
}

/// The event as the body of a request.
pub(super) fn event_request(event: Bytes, context: Context) -> Request {
    let mut request = Request::new(Body::from(event));
    *request.method_mut() = Method::POST;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(http::header::CONTENT_TYPE, json);
    request.extensions_mut().insert(Event::new(Some(Origin::Raw)));
    with_context(request, context)
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
