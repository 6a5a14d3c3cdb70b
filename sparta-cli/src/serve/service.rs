//! One build of the service: its functions, and what reaches them over HTTP.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::json;
use tokio::sync::watch;

use super::{
    answer,
    body::{self, Body},
    clock,
    function::{Function, Host, Phase, Refusal},
    invocation::{Answer, Invocation},
    lambda_api,
    plan::{CorsPlan, Plan, UrlPlan},
    process::Start,
    request::{Door, Incoming},
    routes::{self, Match},
    runtime_api::PAYLOAD_LIMIT,
};

/// How long an HTTP API waits for a function:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
const WAIT: Duration = Duration::from_secs(30);
/// Lambda waits a minute.
const PAUSE: Duration = Duration::from_secs(1);

/// One build of the service.
pub(crate) struct Service {
    pub(crate) plan: Plan,
    functions: Vec<Arc<Function>>,
    phase: watch::Sender<Phase>,
    running: watch::Receiver<usize>,
}

/// A request with its body.
pub(super) struct Arrived<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: Bytes,
    pub(super) client: IpAddr,
    pub(super) port: u16,
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
        Self { plan, functions, phase, running }
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
            return self.answered(&arrived, path, &Door::FunctionUrl(&url.function), url.cors.as_ref()).await;
        }
        let cors = self.plan.cors.as_ref();
        let found = routes::find(&self.plan.routes, &head.method, path);
        match found {
            Some(found) => self.answered(&arrived, path, &Door::HttpApi(&found), cors).await,
            None => cors.and_then(|cors| cors.preflight(head)).unwrap_or_else(|| self.not_found(path)),
        }
    }

    /// The function URL that a request is for, `NAME.lambda-url.localhost` or below `/lambda-url/NAME`, with the path there.
    /// An only URL has the whole address where there is no API.
    fn function_url<'h>(&self, head: &'h Parts) -> Option<(&UrlPlan, &'h str)> {
        let path = head.uri.path();
        let of = |name: &str| self.plan.urls.iter().find(|url| url.function == name);
        let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if let Some((name, _)) = host.split_once(".lambda-url.") {
            return Some((of(name)?, path));
        }
        if let Some(below) = path.strip_prefix("/lambda-url/") {
            let (name, _) = below.split_once('/').unwrap_or((below, ""));
            let rest = &below[name.len()..];
            return Some((of(name)?, if rest.is_empty() { "/" } else { rest }));
        }
        match &self.plan.urls[..] {
            [only] if self.plan.routes.is_empty() => Some((only, path)),
            _ => None,
        }
    }

    fn not_found(&self, path: &str) -> Response<Body> {
        if path == "/" && !self.plan.urls.is_empty() {
            let paths: Vec<String> =
                self.plan.urls.iter().map(|url| format!("/lambda-url/{}/", url.function)).collect();
            return message(StatusCode::NOT_FOUND, &format!("Not Found; function URLs are at {}", paths.join(", ")));
        }
        message(StatusCode::NOT_FOUND, "Not Found")
    }

    async fn answered(
        &self,
        arrived: &Arrived<'_>,
        path: &str,
        door: &Door<'_>,
        cors: Option<&CorsPlan>,
    ) -> Response<Body> {
        if let Some(preflight) = cors.and_then(|cors| cors.preflight(arrived.head)) {
            return preflight;
        }
        let mut response = self.through(arrived, path, door).await;
        if let Some(cors) = cors {
            cors.mark(arrived.head, response.headers_mut());
        }
        response
    }

    async fn through(&self, arrived: &Arrived<'_>, path: &str, door: &Door<'_>) -> Response<Body> {
        let trace = arrived.head.headers.get("x-amzn-trace-id").and_then(|header| header.to_str().ok());
        let root = trace.map_or_else(clock::trace_root, str::to_owned);
        let mut invocation = Invocation::new(Bytes::new()).traced(Some(&root));
        let event = Incoming {
            head: arrived.head,
            path,
            body: &arrived.body,
            client: arrived.client,
            port: arrived.port,
            request_id: &invocation.request_id,
            trace_root: &root,
        };
        let event = event.event(&self.plan, door).to_string();
        if event.len() > PAYLOAD_LIMIT {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        invocation.event = event.into();
        let id = invocation.request_id.clone();
        let name = match door {
            Door::HttpApi(Match { route, .. }) => &route.function,
            Door::FunctionUrl(name) => *name,
        };
        let Some(function) = self.function(name) else { return internal_error(door) };
        let invoked = match door {
            Door::HttpApi(_) => match tokio::time::timeout(WAIT, function.invoke(invocation)).await {
                Ok(invoked) => invoked,
                Err(_) => return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            },
            Door::FunctionUrl(_) => function.invoke(invocation).await,
        };
        let response = match invoked {
            Ok(reply) => respond(reply.answer, door, |line| (function.host.start.sink)(name, line)).await,
            Err(Refusal::Throttled) => message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            Err(Refusal::Ending) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        let name = match door {
            Door::HttpApi(_) => "apigw-requestid",
            Door::FunctionUrl(_) => "x-amzn-requestid",
        };
        let mut response = response;
        response.headers_mut().insert(name, HeaderValue::from_str(&id).expect("an id is a header's value"));
        response
    }
}

async fn respond(answer: Answer, door: &Door<'_>, log: impl Fn(&str)) -> Response<Body> {
    let usual_type = match door {
        Door::HttpApi(_) => "text/plain;charset=UTF-8",
        Door::FunctionUrl(_) => "application/json",
    };
    let response = match answer {
        Answer::Whole(Ok(answer)) => answer::response(&answer, usual_type),
        Answer::Whole(Err(_)) => return internal_error(door),
        Answer::Stream { pieces, .. } => answer::streamed(pieces).await,
    };
    response.unwrap_or_else(|problem| {
        log(&format!("the answer is no response of HTTP: {problem}"));
        internal_error(door)
    })
}

/// A function that failed, as its callers see it.
fn internal_error(door: &Door<'_>) -> Response<Body> {
    match door {
        Door::HttpApi(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Door::FunctionUrl(_) => {
            let mut response = Response::new(body::full("Internal Server Error"));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

pub(super) fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(body::full(json!({"message": text}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
