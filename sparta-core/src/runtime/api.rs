//! Lambda's Runtime API: what a runtime can ask and tell.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use super::connection::{Call, Connection, Endpoint, ignored};
use super::invocation::{Invocation, InvocationId, invocation};
use super::reply::Reply;
use crate::context::Config;

/// A call of the Runtime API that failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    #[error("the Runtime API at {authority} does not answer {call}")]
    Connection { authority: String, call: &'static str, source: io::Error },
    #[error("the Runtime API refuses {call} with status {status}: {message}")]
    Refused { call: &'static str, status: u16, message: String },
    #[error("the Runtime API hands out an invocation without a readable header `{0}`")]
    Header(&'static str),
}

/// The Runtime API over a connection of its own.
pub(super) struct RuntimeApi {
    pub(super) connection: Connection,
    config: Arc<Config>,
}

/// What Lambda shows of a failure.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Diagnostic<'a> {
    pub(super) error_type: &'a str,
    pub(super) error_message: &'a str,
}

impl RuntimeApi {
    /// Nothing is sent yet.
    pub(super) fn new(endpoint: Endpoint, config: Arc<Config>) -> Self {
        Self { connection: Connection::new(endpoint), config }
    }

    /// The same API over another connection.
    pub(super) fn another(&self) -> Self {
        Self::new(self.connection.endpoint().clone(), self.config.clone())
    }

    /// Waits for an event. An emulator that has none for some time may answer with nothing.
    pub(super) async fn next(&mut self) -> Result<Option<Invocation>, ApiError> {
        let config = &self.config;
        let call = get(["/2018-06-01/runtime/invocation/next", "", ""]);
        let mut head = None;
        let reply = self.connection.call(call, &mut |headers| head = Some(invocation(headers, config))).await;
        let Reply { status, body, .. } = self.accepted("the poll for an event", reply)?;
        match head {
            Some(head) if status != 204 => {
                let (context, id) = head?;
                Ok(Some(Invocation { event: body, context, id }))
            }
            _ => Ok(None),
        }
    }

    /// Answers an invocation.
    pub(super) async fn respond(&mut self, id: &InvocationId, answer: &[u8]) -> Result<(), ApiError> {
        let path = ["/2018-06-01/runtime/invocation/", &id.request, "/response"];
        let reply = self.connection.call(post(path, id.header().as_slice(), answer), &mut ignored).await;
        self.accepted("the response", reply).map(drop)
    }

    /// Reports that an invocation failed.
    pub(super) async fn fail(&mut self, id: &InvocationId, failure: &Diagnostic<'_>) -> Result<(), ApiError> {
        let mut headers = vec![("lambda-runtime-function-error-type", "Unhandled")];
        headers.extend(id.header());
        let path = ["/2018-06-01/runtime/invocation/", &id.request, "/error"];
        let reply = self.connection.call(post(path, &headers, &failure.json()), &mut ignored).await;
        self.accepted("the report of a failure", reply).map(drop)
    }

    /// Reports that the process cannot serve. The category is Lambda's, such as `Runtime.InitError`.
    pub(super) async fn fail_init(&mut self, category: &str, failure: &Diagnostic<'_>) -> Result<(), ApiError> {
        let path = ["/2018-06-01/runtime/init/error", "", ""];
        self.fail_start(path, category, failure).await
    }

    /// Waits until the snapshot of this process is taken and restored.
    pub(super) async fn restored(&mut self) -> Result<(), ApiError> {
        let reply = self.connection.call(get(["/2018-06-01/runtime/restore/next", "", ""]), &mut ignored).await;
        self.accepted("the wait for a restore", reply).map(drop)
    }

    /// Reports that the process cannot serve after it was restored.
    pub(super) async fn fail_restore(&mut self, failure: &Diagnostic<'_>) -> Result<(), ApiError> {
        let path = ["/2018-06-01/runtime/restore/error", "", ""];
        self.fail_start(path, "Runtime.AfterRestoreError", failure).await
    }

    async fn fail_start(&mut self, path: [&str; 3], category: &str, failure: &Diagnostic<'_>) -> Result<(), ApiError> {
        let headers = [("lambda-runtime-function-error-type", category)];
        let reply = self.connection.call(post(path, &headers, &failure.json()), &mut ignored).await;
        self.accepted("the report of the failed start", reply).map(drop)
    }

    /// The reply, if its status says that the call was accepted.
    pub(super) fn accepted(&self, call: &'static str, reply: io::Result<Reply>) -> Result<Reply, ApiError> {
        match reply {
            Ok(reply) if (200..300).contains(&reply.status) => Ok(reply),
            Ok(Reply { status, body, .. }) => {
                Err(ApiError::Refused { call, status, message: String::from_utf8_lossy(&body).into_owned() })
            }
            Err(source) => {
                let authority = self.connection.endpoint().authority.clone();
                Err(ApiError::Connection { authority, call, source })
            }
        }
    }
}

impl Diagnostic<'_> {
    pub(super) fn json(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

pub(super) fn get<'a>(path: [&'a str; 3]) -> Call<'a> {
    Call { method: "GET", path, headers: &[], body: None }
}

pub(super) fn post<'a>(path: [&'a str; 3], headers: &'a [(&'a str, &'a str)], body: &'a [u8]) -> Call<'a> {
    Call { method: "POST", path, headers, body: Some(body) }
}
