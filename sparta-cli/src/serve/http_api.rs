//! The HTTP API and function URLs, which have the same events and answers: payload format 2.0.

use std::time::Duration;

use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::{Value, json};

use super::{
    answer,
    authorization::{Api, Asked, Refused},
    body::{self, Body},
    invocation::Answer,
    plan::{CorsPlan, Front, Guard, HttpApiPlan, UrlPlan},
    request::Door,
    routes::{self, Match},
    runtime_api::PAYLOAD_LIMIT,
    service::{Arrived, Service, Unanswered, message},
};

/// How long an HTTP API waits for a function:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
const WAIT: Duration = Duration::from_secs(30);
/// A function URL waits for as long as Lambda lets a function run.
const WAIT_OF_URL: Duration = Duration::from_secs(15 * 60 + 30);

impl Service {
    pub(super) async fn through_http_api(&self, api: &HttpApiPlan, arrived: &Arrived<'_>) -> Response<Body> {
        let (head, path) = (arrived.head, arrived.head.uri.path());
        let cors = api.cors.as_ref();
        match routes::find(&api.routes, &head.method, path) {
            Some(found) => self.answered(arrived, path, &Door::HttpApi(&found), cors).await,
            None => cors.and_then(|cors| cors.preflight(head)).unwrap_or_else(|| self.not_found(path)),
        }
    }

    pub(super) async fn through_url(&self, url: &UrlPlan, arrived: &Arrived<'_>, path: &str) -> Response<Body> {
        self.answered(arrived, path, &Door::FunctionUrl(url), url.cors.as_ref()).await
    }

    /// The function URL that a request is for, `NAME.lambda-url.localhost` or below `/lambda-url/NAME`, with the path there.
    pub(super) fn function_url<'h>(&self, head: &'h Parts) -> Option<(&UrlPlan, &'h str)> {
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
        self.plan.urls.first().filter(|_| self.has_front(Front::FunctionUrl)).map(|only| (only, path))
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
        let mut begun = arrived.begin();
        let mut event = arrived.incoming(&begun, path).event(&self.plan, door);
        if let Err(refused) = self.let_in(arrived, &mut event, door).await {
            return door.refusal(&refused);
        }
        let event = event.to_string();
        if event.len() > PAYLOAD_LIMIT {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        begun.invocation.event = event.into();
        let id = begun.invocation.request_id.clone();
        let (function, wait) = (door.function(), door.wait());
        let mut response = match self.ask(function, begun.invocation, wait).await {
            Ok(answer) => respond(answer, door, |line| self.log(function, line)).await,
            Err(Unanswered::Throttled) => message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            Err(Unanswered::Unknown) => return internal_error(door),
            Err(Unanswered::Late | Unanswered::Ending) => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        };
        let name = match door {
            Door::HttpApi(_) => "apigw-requestid",
            Door::FunctionUrl(_) => "x-amzn-requestid",
        };
        response.headers_mut().insert(name, HeaderValue::from_str(&id).expect("an id is a header's value"));
        response
    }

    /// Adds to the event who called, or refuses them.
    async fn let_in(&self, arrived: &Arrived<'_>, event: &mut Value, door: &Door<'_>) -> Result<(), Refused> {
        let guard = door.guard();
        if *guard == Guard::Open {
            return Ok(());
        }
        let (region, account, method) = (&self.plan.region, &self.plan.account, &arrived.head.method);
        let path = event["rawPath"].as_str().unwrap_or_default();
        let arn = format!("arn:aws:execute-api:{region}:{account}:local/$default/{method}{path}");
        let asked = Asked { api: Api::Http, head: arrived.head, event, arn };
        let caller = self.authorize(guard, &asked).await?;
        caller.add_to(event);
        Ok(())
    }
}

impl Door<'_> {
    fn function(&self) -> &str {
        match self {
            Self::HttpApi(Match { route, .. }) => &route.function,
            Self::FunctionUrl(url) => &url.function,
        }
    }

    fn guard(&self) -> &Guard {
        match self {
            Self::HttpApi(Match { route, .. }) => &route.guard,
            Self::FunctionUrl(url) => &url.guard,
        }
    }

    fn wait(&self) -> Duration {
        match self {
            Self::HttpApi(_) => WAIT,
            Self::FunctionUrl(_) => WAIT_OF_URL,
        }
    }

    fn refusal(&self, refused: &Refused) -> Response<Body> {
        match self {
            Self::HttpApi(_) => refused.of_http_api(),
            Self::FunctionUrl(_) => {
                let mut response = message(StatusCode::FORBIDDEN, "");
                *response.body_mut() = body::full(json!({"Message": "Forbidden"}).to_string());
                let kind = HeaderValue::from_static("AccessDeniedException");
                response.headers_mut().insert("x-amzn-errortype", kind);
                response
            }
        }
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
