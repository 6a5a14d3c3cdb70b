//! One build of the service: its functions, and what reaches them over HTTP.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::json;
use tokio::sync::watch;

use super::{
    authorization::Kept,
    body::{self, Body},
    clock,
    function::{Function, Host, Phase, Refusal},
    invocation::{Answer, Invocation},
    lambda_api, load_balancer,
    plan::{Front, Plan},
    process::Start,
    request::Incoming,
    rest_api,
};

/// Lambda waits a minute.
const PAUSE: Duration = Duration::from_secs(1);

/// One build of the service.
pub(crate) struct Service {
    pub(crate) plan: Plan,
    functions: Vec<Arc<Function>>,
    phase: watch::Sender<Phase>,
    running: watch::Receiver<usize>,
    /// What authorizers have answered.
    pub(super) kept: Kept,
}

/// A request with its body.
pub(super) struct Arrived<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: Bytes,
    pub(super) client: IpAddr,
    pub(super) port: u16,
}

/// The invocation that comes of a request, before its event is made.
pub(super) struct Begun {
    pub(super) invocation: Invocation,
    /// The trace that it is part of.
    root: String,
}

/// Why there is no answer of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// Nobody waits for as long.
    Late,
    Throttled,
    Ending,
    /// There is no such function.
    Unknown,
}

impl Service {
    pub(crate) fn new(plan: Plan, start: Start) -> Self {
        Self::with_pause(plan, start, PAUSE)
    }

    pub(super) fn with_pause(plan: Plan, start: Start, pause: Duration) -> Self {
        let (phase, told) = watch::channel(Phase::Serving);
        let (counted, running) = watch::channel(0);
        let host = Arc::new(Host { start, phase: told, running: counted, pause });
        let functions = plan.functions.iter();
        let functions =
            functions.map(|it| Arc::new(Function::new(it.clone(), plan.arn(it), Arc::clone(&host)))).collect();
        Self { plan, functions, phase, running, kept: Kept::default() }
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.functions.iter()
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions().find(|function| function.plan.name == name)
    }

    /// Ends processes once they have answered.
    pub(crate) fn retire(&self) {
        self.phase.send_replace(Phase::Retiring);
    }

    /// Ends all processes, and waits until the last one has ended.
    pub(crate) async fn end(&self) {
        self.phase.send_replace(Phase::Ending);
        // The functions count as long as this is there.
        _ = self.running.clone().wait_for(|running| *running == 0).await;
    }

    pub(super) async fn respond(&self, arrived: Arrived<'_>) -> Response<Body> {
        let (head, path) = (arrived.head, arrived.head.uri.path());
        if lambda_api::is_of_lambda(path) {
            return lambda_api::respond(self, head, arrived.body).await;
        }
        if let Some((url, path)) = self.function_url(head) {
            return self.through_url(url, &arrived, path).await;
        }
        if let Some(path) = load_balancer::place(&self.plan, head) {
            return self.through_load_balancer(&arrived, path).await;
        }
        if let Some(place) = rest_api::place(&self.plan, path) {
            return self.through_rest_api(&place, &arrived).await;
        }
        match &self.plan.http_api {
            Some(api) => self.through_http_api(api, &arrived).await,
            None => self.not_found(path),
        }
    }

    /// A request whose body is larger than any of AWS's front doors takes.
    pub(super) fn too_large(&self, head: &Parts) -> Response<Body> {
        if load_balancer::place(&self.plan, head).is_some() {
            return load_balancer::page(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if rest_api::place(&self.plan, head.uri.path()).is_some() {
            return rest_api::too_large();
        }
        message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
    }

    pub(super) fn not_found(&self, path: &str) -> Response<Body> {
        if path == "/" && !self.plan.urls.is_empty() {
            let paths: Vec<String> =
                self.plan.urls.iter().map(|url| format!("/lambda-url/{}/", url.function)).collect();
            return message(StatusCode::NOT_FOUND, &format!("Not Found; function URLs are at {}", paths.join(", ")));
        }
        message(StatusCode::NOT_FOUND, "Not Found")
    }

    /// Whether somebody has the whole address, without a path or a host of its own.
    pub(super) fn has_front(&self, front: Front) -> bool {
        self.plan.front() == Some(front)
    }

    /// Invokes a function, and waits no longer than this.
    pub(super) async fn ask(
        &self,
        function: &str,
        invocation: Invocation,
        wait: Duration,
    ) -> Result<Answer, Unanswered> {
        let function = self.function(function).ok_or(Unanswered::Unknown)?;
        match tokio::time::timeout(wait, function.invoke(invocation)).await {
            Ok(Ok(reply)) => Ok(reply.answer),
            Ok(Err(Refusal::Throttled)) => Err(Unanswered::Throttled),
            Ok(Err(Refusal::Ending)) => Err(Unanswered::Ending),
            Err(_) => Err(Unanswered::Late),
        }
    }

    /// Shows a line as if it were the function's.
    pub(super) fn log(&self, function: &str, line: &str) {
        if let Some(function) = self.function(function) {
            (function.host.start.sink)(&function.plan.name, line);
        }
    }
}

impl Arrived<'_> {
    pub(super) fn begin(&self) -> Begun {
        let trace = self.head.headers.get("x-amzn-trace-id").and_then(|header| header.to_str().ok());
        let root = trace.map_or_else(clock::trace_root, str::to_owned);
        Begun { invocation: Invocation::new(Bytes::new()).traced(Some(&root)), root }
    }

    /// What an event is made of; the path is that of whoever makes it.
    pub(super) fn incoming<'i>(&'i self, begun: &'i Begun, path: &'i str) -> Incoming<'i> {
        Incoming {
            head: self.head,
            path,
            body: &self.body,
            client: self.client,
            port: self.port,
            request_id: &begun.invocation.request_id,
            trace_root: &begun.root,
        }
    }
}

pub(super) fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(body::full(json!({"message": text}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer with the name of an error, which the SDKs read.
pub(super) fn problem(status: u16, kind: &'static str, text: &str) -> Response<Body> {
    let mut response = message(StatusCode::from_u16(status).expect("it is a status"), text);
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}
