//! Lambda's own API, as far as it invokes functions: the AWS CLI and the SDKs use it with `--endpoint-url`.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use std::{future::Future, pin::Pin, sync::Arc};

use base64_simd::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http::{Method, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::{
    body::{self, Body},
    event_stream,
    function::{Function, Refusal},
    invocation::{Answer, FunctionError, Invocation, Piece, Reply},
    runtime_api::PAYLOAD_LIMIT,
    service::Service,
};

/// Largest event of an asynchronous invocation: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const EVENT_LIMIT: usize = 1024 * 1024;

/// An error of Lambda's API.
#[derive(Debug)]
struct ApiError {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

/// Whether a path is one of Lambda's API.
pub(super) fn is_of_lambda(path: &str) -> bool {
    path.starts_with("/2015-03-31/functions") || path.starts_with("/2021-11-15/functions")
}

pub(super) async fn respond(service: &Service, head: &Parts, event: Bytes) -> Response<Body> {
    let mut response = match call(service, head, event).await {
        Ok(response) => response,
        Err(ApiError { status, kind, message }) => {
            let document = json!({"Type": "User", "Message": message, "message": message});
            let response = Response::builder().status(status).header("x-amzn-errortype", kind);
            response.body(body::full(document.to_string())).expect("its headers are well formed")
        }
    };
    let kind = http::HeaderValue::from_static("application/json");
    response.headers_mut().entry("content-type").or_insert(kind);
    response
}

async fn call(service: &Service, head: &Parts, event: Bytes) -> Result<Response<Body>, ApiError> {
    // Pages cannot send this header otherwise, and none has to invoke functions of the machine that it is shown on.
    if head.headers.contains_key("origin") {
        return Err(error(StatusCode::FORBIDDEN, "AccessDeniedException", "browsers may not call Lambda's API here"));
    }
    let path = head.uri.path();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (&head.method, &parts[..]) {
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => {
            invoke(find(service, name)?, head, event).await
        }
        (&Method::POST, ["2021-11-15", "functions", name, "response-streaming-invocations"]) => {
            stream(find(service, name)?, head, event).await
        }
        _ => {
            let message = format!("{} {path} is not served here: Invoke and InvokeWithResponseStream are", head.method);
            Err(error(StatusCode::NOT_FOUND, "UnknownOperationException", message))
        }
    }
}

/// A function by its name or ARN, or a part of that: `123456789012:function:hello`.
fn find<'s>(service: &'s Service, name: &str) -> Result<&'s Arc<Function>, ApiError> {
    let name = percent_decode_str(name).decode_utf8_lossy();
    let own = name.rsplit_once("function:").map_or(&*name, |(_, own)| own);
    let own = own.split(':').next().unwrap_or(own);
    let mut functions = service.functions();
    functions.find(|function| function.plan.function_name == own || function.plan.name == own).ok_or_else(|| {
        let (region, account) = (&service.plan.region, &service.plan.account);
        let message = format!("Function not found: arn:aws:lambda:{region}:{account}:function:{own}");
        error(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    })
}

fn header<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name)?.to_str().ok()
}

/// The invocation that a request asks for.
fn invocation(head: &Parts, event: Bytes, limit: usize, kind: &str) -> Result<Invocation, ApiError> {
    if event.len() > limit {
        let message =
            format!("{} byte payload is too large for the {kind} invocation type (limit {limit} bytes)", event.len());
        return Err(error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message));
    }
    let event = if event.is_empty() { Bytes::from_static(b"{}") } else { event };
    serde_json::from_slice::<IgnoredAny>(&event).map_err(|problem| {
        let message = format!("Could not parse request body into json: {problem}");
        error(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    })?;
    let mut invocation = Invocation::new(event).traced(header(head, "x-amzn-trace-id"));
    if let Some(context) = header(head, "x-amz-client-context") {
        let context = STANDARD.decode_to_vec(context).ok().and_then(|context| String::from_utf8(context).ok());
        // A header of the Runtime API has it in one line.
        let context = context.filter(|context| serde_json::from_str::<IgnoredAny>(context).is_ok());
        let context = context.ok_or_else(|| {
            let message = "Client context must be a valid Base64-encoded JSON object.";
            error(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
        })?;
        invocation.client_context = Some(context.replace(['\r', '\n'], " "));
    }
    Ok(invocation)
}

async fn invoke(function: &Arc<Function>, head: &Parts, event: Bytes) -> Result<Response<Body>, ApiError> {
    let builder = || Response::builder().header("x-amz-executed-version", "$LATEST");
    let finished = |response: http::response::Builder, body: Body| {
        response
            .body(body)
            .map_err(|problem| error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", problem.to_string()))
    };
    match header(head, "x-amz-invocation-type").unwrap_or("RequestResponse") {
        "DryRun" => finished(builder().status(StatusCode::NO_CONTENT), body::full("")),
        "Event" => {
            let invocation = invocation(head, event, EVENT_LIMIT, "Event")?;
            let response = builder().status(StatusCode::ACCEPTED).header("x-amzn-requestid", &invocation.request_id);
            function.send(invocation);
            finished(response, body::full(""))
        }
        "RequestResponse" => {
            let invocation = invocation(head, event, PAYLOAD_LIMIT, "RequestResponse")?;
            let response = builder().header("x-amzn-requestid", &invocation.request_id);
            let mut response = response.header("x-amzn-trace-id", &invocation.trace_id);
            let Reply { answer, tail } = function.invoke(invocation).await?;
            let answer = answer.whole().await.unwrap_or_else(|error| {
                let builder = std::mem::take(&mut response);
                response = builder.header("x-amz-function-error", "Unhandled");
                error.document
            });
            if header(head, "x-amz-log-type") == Some("Tail") {
                response = response.header("x-amz-log-result", log_result(tail).await);
            }
            finished(response, body::full(answer))
        }
        other => {
            let message = format!("`{other}` is no invocation type: RequestResponse, Event and DryRun are");
            Err(error(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message))
        }
    }
}

async fn log_result(tail: oneshot::Receiver<String>) -> String {
    STANDARD.encode_to_string(tail.await.unwrap_or_default())
}

type Log = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// What is still to be sent of a streamed answer.
enum Rest {
    Pieces(mpsc::Receiver<Piece>, Log),
    Last(Option<Bytes>, Option<FunctionError>, Log),
    Nothing,
}

/// See <https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html>.
async fn stream(function: &Arc<Function>, head: &Parts, event: Bytes) -> Result<Response<Body>, ApiError> {
    let invocation = invocation(head, event, PAYLOAD_LIMIT, "RequestResponse")?;
    let response = Response::builder()
        .header("x-amz-executed-version", "$LATEST")
        .header("x-amzn-requestid", &invocation.request_id)
        .header("content-type", "application/vnd.amazon.eventstream");
    let is_wanted = header(head, "x-amz-log-type") == Some("Tail");
    let Reply { answer, tail } = function.invoke(invocation).await?;
    let log: Log = Box::pin(async move { if is_wanted { Some(log_result(tail).await) } else { None } });
    let (response, rest) = match answer {
        Answer::Whole(Ok(answer)) => (response, Rest::Last(Some(answer), None, log)),
        Answer::Whole(Err(error)) => (response, Rest::Last(None, Some(error), log)),
        Answer::Stream { content_type, pieces } => {
            (response.header("x-amzn-remapped-content-type", content_type), Rest::Pieces(pieces, log))
        }
    };
    let messages = stream::unfold(rest, async |rest| {
        let (message, rest) = next_message(rest).await?;
        Some((Ok(Frame::data(message)), rest))
    });
    let body = StreamBody::new(messages).boxed_unsync();
    response
        .body(body)
        .map_err(|problem| error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", problem.to_string()))
}

async fn next_message(rest: Rest) -> Option<(Bytes, Rest)> {
    let chunk = |data: &[u8]| event_stream::message("PayloadChunk", "application/octet-stream", data);
    match rest {
        Rest::Nothing => None,
        Rest::Last(Some(answer), error, log) => Some((chunk(&answer), Rest::Last(None, error, log))),
        Rest::Last(None, error, log) => Some((complete(error, log).await, Rest::Nothing)),
        Rest::Pieces(mut pieces, log) => Some(match pieces.recv().await {
            Some(Piece::Data(data)) => (chunk(&data), Rest::Pieces(pieces, log)),
            Some(Piece::Failed(error)) => (complete(Some(error), log).await, Rest::Nothing),
            None => (complete(None, log).await, Rest::Nothing),
        }),
    }
}

async fn complete(error: Option<FunctionError>, log: Log) -> Bytes {
    let mut document = json!({});
    if let Some(error) = error {
        document["ErrorCode"] = error.kind.into();
        document["ErrorDetails"] = String::from_utf8_lossy(&error.document).into();
    }
    if let Some(log) = log.await {
        document["LogResult"] = log.into();
    }
    event_stream::message("InvokeComplete", "application/json", document.to_string().as_bytes())
}

fn error(status: StatusCode, kind: &'static str, message: impl Into<String>) -> ApiError {
    ApiError { status, kind, message: message.into() }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Throttled => error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded."),
            Refusal::Ending => error(StatusCode::SERVICE_UNAVAILABLE, "ServiceException", refusal.to_string()),
        }
    }
}
