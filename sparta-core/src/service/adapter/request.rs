//! The request that `lambda_http` makes of an event, out of what was read of it already.

use std::{borrow::Cow, env, mem};

use bytes::Bytes;
use http::{Uri, uri::PathAndQuery};
use lambda_http::RequestExt;

use super::context::context;
use crate::{
    Context, Error, Request, RequestContext,
    request::{Event, Origin, Sent, Whole, valid_path},
};

/// The path that `lambda_http` gives to an event that is not HTTP.
const EVENTS: &str = "/events";

/// Whether `lambda_http` puts an API's stage before the path: unless this variable is there.
pub(super) fn has_stages() -> bool {
    env::var_os("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH").is_none()
}

pub(super) async fn request(request: Request, has_stages: bool) -> Result<lambda_http::Request, Error> {
    let (mut head, body) = request.into_parts();
    let bytes = body.bytes().await?;
    let mut extensions = mem::take(&mut head.extensions);
    if let Some(own) = extensions.remove::<Context>() {
        extensions = extensions.with_lambda_context(context(own));
    }
    let mut sent = Sent::Unknown;
    if let Some(event) = extensions.remove::<Event>() {
        let event = event.into_whole();
        sent = event.body;
        head.uri = uri(head.uri, &event, has_stages);
        extensions = extended(extensions, event);
    }
    head.extensions = extensions;
    Ok(http::Request::from_parts(head, body_of(bytes, sent)))
}

/// What is empty is as good as what is not there.
fn extended(mut extensions: http::Extensions, event: Whole) -> http::Extensions {
    let raw_path = match event.origin {
        Some(Origin::Raw) => EVENTS.to_owned(),
        _ => String::from_utf8(event.raw_path.into()).unwrap_or_default(),
    };
    extensions = extensions.with_raw_http_path(raw_path);
    if !event.query.is_empty() {
        extensions = extensions.with_query_string_parameters(event.query);
    }
    if !event.path_parameters.is_empty() {
        extensions = extensions.with_path_parameters(event.path_parameters);
    }
    if !event.stage_variables.is_empty() {
        extensions = extensions.with_stage_variables(event.stage_variables);
    }
    match event.context {
        Some(context) => extensions.with_request_context(theirs(context)),
        None => extensions,
    }
}

fn theirs(context: RequestContext) -> lambda_http::request::RequestContext {
    use lambda_http::request::RequestContext as Theirs;
    match context {
        RequestContext::ApiGatewayV1(context) => Theirs::ApiGatewayV1(context),
        RequestContext::ApiGatewayV2(context) => Theirs::ApiGatewayV2(context),
        RequestContext::Alb(context) => Theirs::Alb(context),
        RequestContext::WebSocket(context) => Theirs::WebSocket(context),
        RequestContext::VpcLattice(context) => Theirs::VpcLattice(context),
        RequestContext::PassThrough => Theirs::PassThrough,
    }
}

/// With the path as `lambda_http` has it, unless a layer has changed it.
fn uri(uri: Uri, event: &Whole, has_stages: bool) -> Uri {
    match event.origin {
        Some(Origin::Raw) if uri == "/" => return Uri::from_static(EVENTS),
        None | Some(Origin::Raw | Origin::VpcLattice) => return uri,
        _ if uri.path_and_query() != event.target.as_ref() => return uri,
        _ => {}
    }
    let raw_path = std::str::from_utf8(&event.raw_path).unwrap_or_default();
    let path = match event.context.as_ref().and_then(stage) {
        Some(stage) if has_stages && !is_below(raw_path, stage) => Cow::Owned(format!("/{stage}{raw_path}")),
        _ => Cow::Borrowed(raw_path),
    };
    if path == uri.path() { uri } else { with_path(uri, &path) }
}

fn stage(context: &RequestContext) -> Option<&str> {
    let stage = match context {
        RequestContext::ApiGatewayV1(context) => context.stage.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.stage.as_deref(),
        RequestContext::WebSocket(context) => context.stage.as_deref(),
        _ => None,
    };
    stage.filter(|stage| *stage != "$default")
}

/// Whether the path is one of a stage, and not the stage alone.
fn is_below(path: &str, stage: &str) -> bool {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn with_path(uri: Uri, path: &str) -> Uri {
    let mut target = valid_path(path.as_bytes(), false).into_owned();
    if let Some(query) = uri.query() {
        target.push(b'?');
        target.extend_from_slice(query.as_bytes());
    }
    let Ok(target) = PathAndQuery::from_maybe_shared(Bytes::from(target)) else { return uri };
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).unwrap_or_default()
}

/// The kind of body that `lambda_http` gives: by what the event says of it, and not by what is in it.
fn body_of(bytes: Bytes, sent: Sent) -> lambda_http::Body {
    match sent {
        Sent::Nothing | Sent::Unknown if bytes.is_empty() => lambda_http::Body::Empty,
        Sent::Binary => lambda_http::Body::Binary(bytes.into()),
        _ => match String::from_utf8(bytes.into()) {
            Ok(text) => lambda_http::Body::Text(text),
            Err(error) => lambda_http::Body::Binary(error.into_bytes()),
        },
    }
}
