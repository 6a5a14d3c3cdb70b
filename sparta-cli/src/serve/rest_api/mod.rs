//! The REST API of the App, as API Gateway serves one.

mod answer;
mod binary;
mod event;
mod routes;

pub(super) use event::{API_ID, domain};

use std::time::Duration;

use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::Value;

use super::{
    answer::streamed,
    authorization::{Api, Asked, Caller},
    body::{self, Body},
    invocation::{Answer, Invocation},
    plan::{Front, Plan, RestApiPlan, RestRoute},
    runtime_api::PAYLOAD_LIMIT,
    service::{Arrived, Begun, Service, Unanswered, problem},
};
use routes::Match;

/// Where in the REST API a request is.
pub(super) struct Place<'a> {
    api: &'a RestApiPlan,
    /// The path as the API's routes have it.
    path: &'a str,
    /// The path as it was sent, with the stage.
    whole_path: &'a str,
}

/// The place of a request in the REST API, if it is for that: below its stage as in AWS, and without it, as at a domain of the
/// service's own, where no HTTP API has the whole address.
pub(super) fn place<'a>(plan: &'a Plan, whole_path: &'a str) -> Option<Place<'a>> {
    let api = plan.rest_api.as_ref()?;
    let below = whole_path.strip_prefix('/').and_then(|path| path.strip_prefix(api.stage.as_str()));
    let path = match below {
        Some("") => "/",
        Some(path) if path.starts_with('/') => path,
        _ if plan.front() == Some(Front::RestApi) => whole_path,
        _ => return None,
    };
    Some(Place { api, path, whole_path })
}

impl Service {
    pub(super) async fn through_rest_api(&self, place: &Place<'_>, arrived: &Arrived<'_>) -> Response<Body> {
        let mut begun = arrived.begin();
        let id = begun.invocation.request_id.clone();
        let found = routes::find(&place.api.routes, &arrived.head.method, place.path);
        let mut response = match found {
            Some(found) => match self.rest_event(place, arrived, &found, &begun).await {
                Ok(event) => {
                    begun.invocation.event = event.to_string().into();
                    self.rest_answer(place.api, found.route, begun.invocation, arrived.head).await
                }
                Err(refused) => *refused,
            },
            None => problem(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        };
        let id = HeaderValue::from_str(&id).expect("an id is a header's value");
        response.headers_mut().insert("x-amzn-requestid", id.clone());
        response.headers_mut().insert("x-amz-apigw-id", id);
        response
    }

    /// The event of a request that is let in, or why it is not.
    async fn rest_event(
        &self,
        place: &Place<'_>,
        arrived: &Arrived<'_>,
        found: &Match<'_>,
        begun: &Begun,
    ) -> Result<Value, Box<Response<Body>>> {
        let mut event = arrived.incoming(begun, place.path).rest_event(&self.plan, place, found);
        let (region, account, stage) = (&self.plan.region, &self.plan.account, &place.api.stage);
        let (method, path) = (&arrived.head.method, place.path);
        let arn = format!("arn:aws:execute-api:{region}:{account}:{API_ID}/{stage}/{method}{path}");
        let asked = Asked { api: Api::Rest, head: arrived.head, event: &event, arn };
        let caller = self.authorize(&found.route.guard, &asked).await.map_err(|it| Box::new(it.of_rest_api()))?;
        if found.route.needs_key {
            let key = key(place.api, arrived.head, &caller);
            let key = key.ok_or_else(|| Box::new(problem(403, "ForbiddenException", "Forbidden")))?;
            event["requestContext"]["identity"]["apiKey"] = key.into();
        }
        check_parameters(found.route, arrived.head, &event)?;
        caller.add_to(&mut event);
        Ok(event)
    }

    async fn rest_answer(
        &self,
        api: &RestApiPlan,
        route: &RestRoute,
        invocation: Invocation,
        head: &Parts,
    ) -> Response<Body> {
        if invocation.event.len() > PAYLOAD_LIMIT {
            return problem(413, "RequestEntityTooLargeException", "Request Too Long");
        }
        let failed = |status| problem(status, "InternalServerErrorException", "Internal server error");
        let response = match self.ask(&route.function, invocation, Duration::from_millis(route.wait_millis)).await {
            Ok(Answer::Whole(Ok(answer))) => {
                let accept = head.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
                answer::response(&answer, &api.binary_types, accept)
            }
            Ok(Answer::Stream { pieces, .. }) => streamed(pieces).await,
            Ok(Answer::Whole(Err(_))) => return failed(502),
            Err(Unanswered::Late) => {
                return problem(504, "InternalServerErrorException", "Endpoint request timed out");
            }
            Err(Unanswered::Throttled | Unanswered::Ending | Unanswered::Unknown) => return failed(500),
        };
        response.unwrap_or_else(|problem| {
            self.log(&route.function, &format!("malformed Lambda proxy response: {problem}"));
            failed(502)
        })
    }
}

/// The key of a usage plan that a request has. Nobody here knows which keys there are: any will do.
fn key(api: &RestApiPlan, head: &Parts, caller: &Caller) -> Option<String> {
    let key = match api.keys_of_authorizer {
        true => caller.key.clone(),
        false => head.headers.get("x-api-key").and_then(|key| key.to_str().ok()).map(str::to_owned),
    };
    key.filter(|key| !key.is_empty())
}

/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>.
fn check_parameters(route: &RestRoute, head: &Parts, event: &Value) -> Result<(), Box<Response<Body>>> {
    let queries = route.queries.iter().filter(|name| event["queryStringParameters"][name.as_str()].is_null());
    let headers = route.headers.iter().filter(|name| !head.headers.contains_key(name.as_str()));
    let missing: Vec<&str> = queries.chain(headers).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!("Missing required request parameters: [{}]", missing.join(", "));
    Err(Box::new(problem(400, "BadRequestException", &text)))
}

/// A body of more than 10 MB.
pub(super) fn too_large() -> Response<Body> {
    let mut response = Response::new(body::full("HTTP content length exceeded 10485760 bytes."));
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response
}
