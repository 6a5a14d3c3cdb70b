//! One invocation, and what comes of it.

use bytes::Bytes;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::clock::{Moment, request_id, trace_id, trace_root};

/// What a function is asked.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
    pub(crate) event: Bytes,
    /// JSON of the client's own.
    pub(crate) client_context: Option<String>,
}

impl Invocation {
    pub(crate) fn new(event: impl Into<Bytes>) -> Self {
        let trace_id = trace_id(&trace_root());
        Self { request_id: request_id(), trace_id, event: event.into(), client_context: None }
    }

    /// With the trace that a request is part of, where it says so.
    pub(crate) fn traced(mut self, header: Option<&str>) -> Self {
        if let Some(root) = header.filter(|header| header.starts_with("Root=")) {
            self.trace_id = trace_id(root);
        }
        self
    }
}

/// What a function answers.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    /// The last 4 KB of the invocation's log, once it has ended.
    pub(crate) tail: oneshot::Receiver<String>,
}

#[derive(Debug)]
pub(crate) enum Answer {
    Whole(Result<Bytes, FunctionError>),
    /// Piece by piece, as it is made.
    Stream {
        content_type: String,
        pieces: mpsc::Receiver<Piece>,
    },
}

/// A piece of an answer; without a failure it ends with the channel.
#[derive(Debug)]
pub(crate) enum Piece {
    Data(Bytes),
    Failed(FunctionError),
}

/// Why a function has no answer: JSON with `errorType` and `errorMessage`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunctionError {
    pub(crate) kind: String,
    pub(crate) document: Bytes,
    pub(crate) is_timeout: bool,
}

impl FunctionError {
    pub(super) fn new(kind: &str, message: impl Into<String>) -> Self {
        let document = json!({"errorType": kind, "errorMessage": message.into()}).to_string();
        Self { kind: kind.to_owned(), document: document.into(), is_timeout: false }
    }

    pub(super) fn reported(document: Bytes) -> Self {
        let value: serde_json::Value = serde_json::from_slice(&document).unwrap_or_default();
        let kind = value["errorType"].as_str().unwrap_or("Unhandled").to_owned();
        Self { kind, document, is_timeout: false }
    }

    pub(super) fn timed_out(request_id: &str, seconds: f64) -> Self {
        let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
        Self { is_timeout: true, ..Self::new("Sandbox.Timedout", message) }
    }

    /// For logs.
    pub(super) fn timeout_line(request_id: &str, seconds: f64) -> String {
        format!("{} {request_id} Task timed out after {seconds:.2} seconds", Moment::now().iso())
    }
}

impl Answer {
    /// The whole answer of one that may be a stream.
    pub(crate) async fn whole(self) -> Result<Bytes, FunctionError> {
        match self {
            Self::Whole(result) => result,
            Self::Stream { mut pieces, .. } => {
                let mut whole = Vec::new();
                while let Some(piece) = pieces.recv().await {
                    match piece {
                        Piece::Data(data) => whole.extend_from_slice(&data),
                        Piece::Failed(error) => return Err(error),
                    }
                }
                Ok(whole.into())
            }
        }
    }
}
