//! Lambda's Runtime API as one process has it, and of the Extensions API what an internal extension asks.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use base64_simd::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::invocation::{FunctionError, Invocation, Piece};

/// What a runtime says.
#[derive(Debug)]
pub(super) enum Said {
    /// It asks for an event.
    Next(oneshot::Sender<Delivery>),
    /// It answers, or reports a failure.
    Answered(Result<Bytes, FunctionError>),
    /// It answers piece by piece.
    Streaming { content_type: String, pieces: mpsc::Receiver<Piece> },
    /// All pieces were sent.
    Streamed(Result<(), FunctionError>),
    /// It cannot serve.
    InitFailed(FunctionError),
}

/// An event with what the headers say of it.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) invocation: Invocation,
    pub(super) deadline_millis: u128,
    pub(super) arn: String,
}

/// Largest answer that is not streamed: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
pub(super) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
/// Lambda counts its own envelope in.
const ANSWER_LIMIT: usize = PAYLOAD_LIMIT + 100;
/// Pieces that wait for a client that reads slowly.
const PIECES: usize = 16;

/// The API of one process.
pub(super) struct RuntimeApi {
    said: mpsc::Sender<Said>,
    /// The request that is being answered.
    current: Mutex<Option<String>>,
    /// Whether there is an extension, so that the end is announced.
    has_extension: AtomicBool,
}

impl RuntimeApi {
    pub(super) fn new(said: mpsc::Sender<Said>) -> Self {
        Self { said, current: Mutex::default(), has_extension: AtomicBool::default() }
    }

    /// Takes answers to this request, and to no other.
    pub(super) fn expect(&self, request_id: Option<&str>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = request_id.map(str::to_owned);
    }

    pub(super) fn has_extension(&self) -> bool {
        self.has_extension.load(Ordering::Relaxed)
    }

    /// Serves the process until the future is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(Arc::clone(&self).connection(stream));
            while connections.try_join_next().is_some() {}
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream) {
        _ = stream.set_nodelay(true);
        let service = service_fn(move |request| {
            let api = Arc::clone(&self);
            async move { Ok::<_, std::convert::Infallible>(api.call(request).await) }
        });
        // A connection that breaks ends with its process.
        _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn call(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (&head.method, &parts[..]) {
            (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => self.next().await,
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, kind @ ("response" | "error")]) => {
                if self.current.lock().unwrap_or_else(PoisonError::into_inner).as_deref() != Some(*id) {
                    return refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID");
                }
                let is_stream = header(&head.headers, "lambda-runtime-function-response-mode") == Some("streaming");
                match (*kind, is_stream) {
                    ("error", _) => self.failed(body).await,
                    (_, true) => self.streaming(&head.headers, body).await,
                    (_, false) => self.answered(body).await,
                }
            }
            (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
                let document = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                self.say(Said::InitFailed(FunctionError::reported(document))).await
            }
            (&Method::POST, ["2020-01-01", "extension", "register"]) => {
                self.has_extension.store(true, Ordering::Relaxed);
                let mut response = Response::new(Full::from("{}"));
                let id = super::clock::request_id().parse().expect("an id is a header's value");
                response.headers_mut().insert("lambda-extension-identifier", id);
                response
            }
            // The end is announced by SIGTERM: an internal extension can have no event.
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => std::future::pending().await,
            _ => refusal(StatusCode::NOT_FOUND, "NotFound", format!("there is no {} {path}", head.method)),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let (deliver, delivered) = oneshot::channel();
        self.say(Said::Next(deliver)).await;
        let Ok(Delivery { invocation, deadline_millis, arn }) = delivered.await else {
            return refusal(StatusCode::GONE, "ServerShutdown", "this process is no longer needed");
        };
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", invocation.request_id)
            .header("lambda-runtime-deadline-ms", deadline_millis.to_string())
            .header("lambda-runtime-invoked-function-arn", arn)
            .header("lambda-runtime-trace-id", invocation.trace_id);
        let response = match invocation.client_context {
            Some(context) => response.header("lambda-runtime-client-context", context),
            None => response,
        };
        let response = response.body(Full::from(invocation.event));
        response.unwrap_or_else(|error| refusal(StatusCode::BAD_REQUEST, "InvalidHeader", error.to_string()))
    }

    async fn answered(&self, body: Incoming) -> Response<Full<Bytes>> {
        match Limited::new(body, ANSWER_LIMIT).collect().await {
            Ok(body) => self.say(Said::Answered(Ok(body.to_bytes()))).await,
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                let message =
                    format!("Response payload size exceeded maximum allowed payload size ({ANSWER_LIMIT} bytes).");
                let kind = "Function.ResponseSizeTooLarge";
                self.say(Said::Answered(Err(FunctionError::new(kind, message.as_str())))).await;
                refusal(StatusCode::PAYLOAD_TOO_LARGE, kind, message)
            }
            Err(error) => refusal(StatusCode::BAD_REQUEST, "InvalidBody", error.to_string()),
        }
    }

    async fn failed(&self, body: Incoming) -> Response<Full<Bytes>> {
        let document = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        self.say(Said::Answered(Err(FunctionError::reported(document)))).await
    }

    async fn streaming(&self, headers: &HeaderMap, mut body: Incoming) -> Response<Full<Bytes>> {
        let (send, pieces) = mpsc::channel(PIECES);
        let content_type = header(headers, "content-type").unwrap_or("application/octet-stream").to_owned();
        self.say(Said::Streaming { content_type, pieces }).await;
        let mut failure = None;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => match frame.into_data() {
                    // A client that went away does not end the invocation.
                    Ok(data) => _ = send.send(Piece::Data(data)).await,
                    Err(frame) => failure = frame.into_trailers().ok().as_ref().and_then(stream_error),
                },
                Err(error) => {
                    failure = Some(FunctionError::new("Runtime.TruncatedResponse", error.to_string()));
                    break;
                }
            }
        }
        if let Some(failure) = &failure {
            _ = send.send(Piece::Failed(failure.clone())).await;
        }
        self.say(Said::Streamed(failure.map_or(Ok(()), Err))).await
    }

    async fn say(&self, said: Said) -> Response<Full<Bytes>> {
        _ = self.said.send(said).await;
        let mut response = Response::new(Full::from(r#"{"status":"OK"}"#));
        *response.status_mut() = StatusCode::ACCEPTED;
        response
    }
}

/// The failure in the trailers of an answer that ended too early.
fn stream_error(trailers: &HeaderMap) -> Option<FunctionError> {
    let kind = header(trailers, "lambda-runtime-function-error-type")?;
    let document = header(trailers, "lambda-runtime-function-error-body");
    let document = document.and_then(|text| STANDARD.decode_to_vec(text).ok()).unwrap_or_default();
    Some(FunctionError { kind: kind.to_owned(), document: document.into(), is_timeout: false })
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn refusal(status: StatusCode, kind: &str, message: impl Into<String>) -> Response<Full<Bytes>> {
    let document = json!({"errorType": kind, "errorMessage": message.into()}).to_string();
    let mut response = Response::new(Full::from(document));
    *response.status_mut() = status;
    response
}
