//! From the fields of an event to a request, for each kind of sender.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

use super::fields::{Fields, Slot};
use super::headers;
use super::problem::Problem;
use super::uri::{self, Target};
use crate::body::Body;
use crate::json::Cursor;
#[cfg(feature = "lambda_http")]
use crate::request::Sent;
use crate::request::{Event, Origin, Places};
use crate::service::Request;

/// Without its stage, `/prod/hello` is `/hello` for every API that the handler is behind.
pub(super) fn http_api(origin: Origin, event: Bytes, fields: &mut Fields) -> Result<Request, Problem> {
    let context = &fields.of_context;
    context.http.list(b'{', "requestContext.http", &event)?;
    let method = method(context.method, "requestContext.http.method", &event)?;
    let method = method.ok_or(Problem::Missing { field: "requestContext.http.method" })?;
    let mut headers = single_headers(&event, fields)?;
    if let Some(start) = fields.cookies.list(b'[', "cookies", &event)? {
        headers::cookies(&event, start, &mut headers)?;
    }
    let path = match fields.raw_path.text("rawPath", &event)? {
        Some(path) => path.bytes(&event)?,
        None => path(&event, fields)?,
    };
    let mut target = Target::new(path.clone(), fields.has_decoded_path(origin, &path, &event));
    target.leave_out_stage(stage(&event, fields)?.as_deref());
    match fields.raw_query.text("rawQueryString", &event)? {
        Some(query) => target.query(&query.bytes(&event)?),
        None => target.pairs(&event, fields.query, uri::Pairs::CommaSeparated)?,
    }
    request(Parts { origin, event, fields, method, path, target, headers })
}

/// An HTTP API with payload 1.0 has decoded the path, which begins with the stage, or behind a domain of its owner's with the
/// key of its mapping, if there is one: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
pub(super) fn rest_api(event: Bytes, fields: &mut Fields) -> Result<Request, Problem> {
    let method = method(fields.method, "httpMethod", &event)?.unwrap_or(Method::GET);
    let headers = all_headers(&event, fields)?;
    let path = path(&event, fields)?;
    let is_http_api = fields.has_decoded_path(Origin::RestApi, &path, &event);
    let mut target = Target::new(path.clone(), is_http_api);
    if is_http_api && !fields.has_own_domain(&event) {
        target.leave_out_stage(stage(&event, fields)?.as_deref());
    }
    query_pairs(&event, fields, &mut target, uri::Pairs::Decoded)?;
    request(Parts { origin: Origin::RestApi, event, fields, method, path, target, headers })
}

/// A target group has either form of the headers and parameters, by its own settings.
pub(super) fn load_balancer(event: Bytes, fields: &mut Fields) -> Result<Request, Problem> {
    let method = method(fields.method, "httpMethod", &event)?.unwrap_or(Method::GET);
    let headers = all_headers(&event, fields)?;
    let path = path(&event, fields)?;
    let mut target = Target::new(path.clone(), false);
    query_pairs(&event, fields, &mut target, uri::Pairs::AsSent)?;
    request(Parts { origin: Origin::LoadBalancer, event, fields, method, path, target, headers })
}

/// Only the request that opens a connection has headers; the method is GET unless the event has another.
pub(super) fn web_socket(event: Bytes, fields: &mut Fields) -> Result<Request, Problem> {
    let method = method(fields.method, "httpMethod", &event)?.unwrap_or(Method::GET);
    let headers = all_headers(&event, fields)?;
    let path = path(&event, fields)?;
    let mut target = Target::new(path.clone(), false);
    query_pairs(&event, fields, &mut target, uri::Pairs::Decoded)?;
    request(Parts { origin: Origin::WebSocket, event, fields, method, path, target, headers })
}

/// A path that is raw may have its query. The first version has no arrays: several values of a header are one with commas, as in HTTP.
pub(super) fn vpc_lattice(event: Bytes, fields: &mut Fields) -> Result<Request, Problem> {
    let method = method(fields.lattice_method, "method", &event)?.unwrap_or(Method::GET);
    let headers = single_headers(&event, fields)?;
    let path = match fields.lattice_path.text("raw_path", &event)? {
        Some(path) => path.bytes(&event)?,
        None => path(&event, fields)?,
    };
    let query = path.iter().position(|byte| *byte == b'?');
    let mut target = Target::new(path.slice(..query.unwrap_or(path.len())), false);
    match query {
        Some(at) => target.query(&path[at + 1..]),
        None => target.pairs(&event, fields.query, uri::Pairs::AsSent)?,
    }
    request(Parts { origin: Origin::VpcLattice, event, fields, method, path, target, headers })
}

struct Parts<'a> {
    origin: Origin,
    event: Bytes,
    fields: &'a mut Fields,
    method: Method,
    /// The path as the event has it.
    path: Bytes,
    target: Target,
    headers: HeaderMap,
}

fn request(parts: Parts<'_>) -> Result<Request, Problem> {
    let Parts { origin, event, fields, method, path, target, headers } = parts;
    if let Some(field) = fields.twice {
        return Err(Problem::Twice { field });
    }
    let body = body(&event, fields)?;
    #[cfg(feature = "lambda_http")]
    let sent = match (fields.body, fields.is_base64.boolean("isBase64Encoded", &event)?) {
        (Slot::Nothing, _) => Sent::Nothing,
        (_, true) => Sent::Binary,
        (_, false) => Sent::Text,
    };
    let domain = fields.of_context.domain_name.text("requestContext.domainName", &event)?;
    let domain = domain.map(|domain| domain.read(&event)).transpose()?;
    let target = target.path_and_query()?;
    let uri: Uri = uri::uri(&headers, domain.as_deref(), target.clone());
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request.extensions_mut().insert(Event::read(
        origin,
        path,
        target,
        Places {
            path_parameters: fields.path_parameters.place(),
            stage_variables: fields.stage_variables.place(),
            context: fields.context.place(),
            #[cfg(feature = "lambda_http")]
            body: sent,
        },
        event,
    ));
    Ok(request)
}

fn method(slot: Slot, field: &'static str, event: &Bytes) -> Result<Option<Method>, Problem> {
    let Some(text) = slot.text(field, event)? else { return Ok(None) };
    let name = text.read(event)?;
    let method = Method::from_bytes(&name);
    method.map(Some).map_err(|source| Problem::value(field, "a method of HTTP", &name, source))
}

fn path(event: &Bytes, fields: &Fields) -> Result<Bytes, Problem> {
    match fields.path.text("path", event)? {
        Some(path) => Ok(path.bytes(event)?),
        None => Ok(Bytes::new()),
    }
}

fn stage<'a>(event: &'a Bytes, fields: &Fields) -> Result<Option<std::borrow::Cow<'a, [u8]>>, Problem> {
    let stage = fields.of_context.stage.text("requestContext.stage", event)?;
    let stage = stage.map(|stage| stage.read(event)).transpose()?;
    // The default stage has no part in the path: there, `/$default` is what the client asked for.
    Ok(stage.filter(|stage| **stage != *b"$default"))
}

fn single_headers(event: &Bytes, fields: &mut Fields) -> Result<HeaderMap, Problem> {
    if let Some(read) = fields.read_headers.take() {
        return read;
    }
    let mut map = HeaderMap::new();
    if let Some(start) = fields.headers.list(b'{', "headers", event)? {
        headers::read(event, &mut Cursor::at(event, start), &mut map)?;
    }
    Ok(map)
}

/// Of a header that is in both forms, the one with every value counts.
fn all_headers(event: &Bytes, fields: &mut Fields) -> Result<HeaderMap, Problem> {
    let mut map = single_headers(event, fields)?;
    if let Some(start) = fields.multi_value_headers.list(b'{', "multiValueHeaders", event)? {
        headers::read(event, &mut Cursor::at(event, start), &mut map)?;
    }
    Ok(map)
}

/// Of the two forms, the one with every value counts.
fn query_pairs(event: &Bytes, fields: &Fields, target: &mut Target, pairs: uri::Pairs) -> Result<(), Problem> {
    target.pairs(event, fields.multi_value_query, pairs)?;
    match target.has_query() {
        true => Ok(()),
        false => target.pairs(event, fields.query, pairs),
    }
}

fn body(event: &Bytes, fields: &mut Fields) -> Result<Body, Problem> {
    let Some(text) = fields.body.text("body", event)? else { return Ok(Body::empty()) };
    let is_base64 = fields.is_base64.boolean("isBase64Encoded", event)?;
    let unescaped = fields.unescaped_body.take();
    if !is_base64 {
        return Ok(match unescaped {
            Some(body) => body.into(),
            None => text.bytes(event)?.into(),
        });
    }
    let encoded = unescaped.as_deref().unwrap_or(text.place.of(event));
    match base64_simd::STANDARD.decode_to_vec(encoded) {
        Ok(body) => Ok(body.into()),
        Err(source) => Err(Problem::value("body", "base64", encoded, source)),
    }
}
