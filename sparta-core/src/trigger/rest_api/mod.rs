//! Routes of a REST API, and what is declared for all of them.

mod authorizer;
mod check;
mod definition;
mod deployment;
mod mistake;
mod options;
mod policy;
mod resources;
mod security;
#[cfg(test)]
mod tests;
mod usage_plan;
mod user_pool;

pub use authorizer::RestAuthorizer;
pub(crate) use deployment::deploy;
pub use mistake::{RestApiMistake, RestApiOptionsMistake, UsagePlanMistake};
pub use options::RestApiOptions;
pub use usage_plan::{Period, UsagePlan};
pub use user_pool::{UserPool, UserPoolMistake};

use std::time::Duration;

use http::Method;

use super::{
    Scope, Trigger,
    http_api::{Throttle, path::without_names},
    schema::{Bodies, Schema},
    security::Guard,
};
use crate::{FunctionSpec, Streams, construct::FunctionHandle, function::DocumentedRoute, mistake::Problem};

/// A route of the App's REST API: API Gateway's older kind, which has usage plans with keys, request validation, resource
/// policies, a firewall, private endpoints and answers as streams.
///
/// All routes of an App share one API, whose address is the stack's output `RestApiUrl`. Its definition is one OpenAPI document
/// in the template, so that routes take no resources of their own. Answers are limited to 10 MB (a function's to 6 MB) and 29
/// seconds: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>. What is
/// for all of them is in [`RestApiOptions`].
///
/// # Example
///
/// ```
/// use sparta_core::{Function, trigger::{Iam, RestApi}};
///
/// let one = RestApi::get("/users/{id}");
/// let everything_below = RestApi::any("/files/{path+}");
/// let of_partners = RestApi::post("/orders").api_key().throttle(10, 20);
/// let of_this_account = RestApi::delete("/users/{id}").authorizer(Iam);
/// let of_whom_a_function_lets_in = RestApi::put("/users/{id}").authorizer(Function::handle("gate"));
/// let search = RestApi::get("/search").required_query("q").required_header("x-tenant");
/// let answers_in_pieces = RestApi::get("/report").stream();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct RestApi {
    route: Route,
    access: Access,
    api_key: bool,
    queries: Vec<String>,
    headers: Vec<String>,
    bodies: Bodies,
    throttle: Option<Throttle>,
    stream: bool,
    timeout: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    /// A path, for one method or, without one, for all.
    Path(Option<Method>, String),
    /// What no other route of the API is for.
    Rest,
}

/// Who may send requests.
#[derive(Clone, Debug, PartialEq)]
enum Access {
    /// Whom the API lets in.
    OfApi,
    /// Everybody.
    Open,
    /// Whom this lets in.
    Guarded(RestAuthorizer),
}

impl RestApi {
    methods!(get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS);

    /// Requests of every method for `path`.
    pub fn any(path: impl Into<String>) -> Self {
        Self::new(Route::Path(None, path.into()))
    }

    /// Every request that no other route of the API is for: what a whole axum `Router` takes, which finds its own routes.
    ///
    /// It is every method of `/` and `/{proxy+}`. A REST API has one parameter below each path, so that no other route of it can
    /// begin with one.
    pub fn router() -> Self {
        Self::new(Route::Rest)
    }

    fn new(route: Route) -> Self {
        Self {
            route,
            access: Access::OfApi,
            api_key: false,
            queries: Vec::new(),
            headers: Vec::new(),
            bodies: Bodies::default(),
            throttle: None,
            stream: false,
            timeout: None,
        }
    }

    /// Lets only requests through that this lets through, whatever [`RestApiOptions::authorizer`] says: those that are signed by
    /// who has the permission `execute-api:Invoke` ([`Iam`](super::Iam)), which a function of the App lets in
    /// ([`LambdaAuthorizer`](super::LambdaAuthorizer)), or with a token of Cognito ([`UserPool`]).
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html>.
    pub fn authorizer(mut self, authorizer: impl Into<RestAuthorizer>) -> Self {
        self.access = Access::Guarded(authorizer.into());
        self
    }

    /// Lets everybody in, though [`RestApiOptions::authorizer`] guards the API's other routes.
    pub fn open(mut self) -> Self {
        self.access = Access::Open;
        self
    }

    /// Lets only requests with a key of a [`UsagePlan`] through, in the header `x-api-key`. A key meters a caller, it does not
    /// say who that is: combine it with an [`authorizer`](Self::authorizer) where it matters.
    pub fn api_key(mut self) -> Self {
        self.api_key = true;
        self
    }

    /// Answers requests without this parameter in the query with a status 400, before the function is invoked.
    pub fn required_query(mut self, name: impl Into<String>) -> Self {
        self.queries.push(name.into());
        self
    }

    /// Answers requests without this header with a status 400, before the function is invoked.
    pub fn required_header(mut self, name: impl Into<String>) -> Self {
        self.headers.push(name.into());
        self
    }

    /// Answers requests whose body is no JSON of this type with a status 422, before the function is invoked.
    ///
    /// API Gateway's validator knows the fourth draft of JSON Schema: what it does not know is left to the handler, which reads
    /// the body with [`json_body`](crate::json_body) and says what does not fit, and where. Only bodies of the type
    /// `application/json` are validated. Two types of an App that are called alike are a mistake, unless they are the same.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>.
    #[cfg(feature = "schemars")]
    pub fn body<T: schemars::JsonSchema>(mut self) -> Self {
        self.bodies.set_body(Schema::of_body::<T>);
        self
    }

    /// The same by a schema that is written out, under a name of letters and digits.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::trigger::RestApi;
    ///
    /// let link = json!({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}});
    /// let create = RestApi::post("/links").body_schema("NewLink", link);
    /// ```
    pub fn body_schema(mut self, name: impl AsRef<str>, schema: serde_json::Value) -> Self {
        self.bodies.set_body(|| Schema::written(name.as_ref(), schema));
        self
    }

    /// What the function answers with, for the service's [OpenAPI document](crate::Synthesis::openapi): JSON of this type.
    #[cfg(feature = "schemars")]
    pub fn answer<T: schemars::JsonSchema>(mut self) -> Self {
        self.bodies.set_answer(Schema::of_answer::<T>);
        self
    }

    /// The same by a schema that is written out, under a name of letters and digits.
    pub fn answer_schema(mut self, name: impl AsRef<str>, schema: serde_json::Value) -> Self {
        self.bodies.set_answer(|| Schema::written(name.as_ref(), schema));
        self
    }

    /// Lets `rate` requests in a second through on this route, and `burst` at once; callers get a status 429 beyond.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// Streams answers: the caller sees the first bytes of a response's body as soon as they are there, for up to 15 minutes,
    /// and an answer may have more than 10 MB. An edge-optimized API ends a stream that is idle for 30 seconds, others after 5
    /// minutes.
    ///
    /// An event does not say whether its sender takes streams, so that a function has all its routes of the API as streams or
    /// none of them.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html>.
    pub fn stream(mut self) -> Self {
        self.stream = true;
        self
    }

    /// How long API Gateway waits for the function's answer: 50 milliseconds to 29 seconds, which is the default; with
    /// [`stream`](Self::stream) up to 15 minutes, which is the default there. For more than 29 seconds without streams, an account
    /// needs a higher quota.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The method as OpenAPI's extension or API Gateway has it: `GET`, `ANY`.
    fn method(&self) -> &str {
        match &self.route {
            Route::Path(Some(method), _) => method.as_str(),
            Route::Path(None, _) | Route::Rest => "ANY",
        }
    }

    fn paths(&self) -> Vec<&str> {
        match &self.route {
            Route::Path(_, path) => vec![path],
            Route::Rest => vec!["/", "/{proxy+}"],
        }
    }

    fn authorizer_of(&self) -> Option<&RestAuthorizer> {
        match &self.access {
            Access::Guarded(authorizer) => Some(authorizer),
            Access::OfApi | Access::Open => None,
        }
    }
}

impl Trigger for RestApi {
    fn describe(&self) -> String {
        match &self.route {
            Route::Path(_, path) => format!("{} {path} (REST)", self.method()),
            Route::Rest => "every other request of the REST API".to_owned(),
        }
    }

    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        self.problems(function)
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        self.slowness(function)
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        let Route::Path(_, path) = &self.route else { return Some("the REST API's router".to_owned()) };
        // API Gateway tells no routes apart by what their parameters are called
        let route = without_names(path);
        let by_any_name = if route == *path { "" } else { ", whatever its parameters are called," };
        Some(format!("the REST API's route `{} {route}`{by_any_name}", self.method()))
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        let lambda = self.authorizer_of().and_then(RestAuthorizer::lambda);
        lambda.map(|lambda| lambda.function().clone()).into_iter().collect()
    }

    fn streams(&self) -> Streams {
        Streams { rest_api: self.stream, ..Streams::default() }
    }

    fn documented(&self) -> Vec<DocumentedRoute> {
        let Route::Path(method, path) = &self.route else { return Vec::new() };
        let guard = match &self.access {
            Access::OfApi => Guard::OfRestApi,
            Access::Open => Guard::Open,
            Access::Guarded(authorizer) => Guard::By(authorizer.documented()),
        };
        vec![DocumentedRoute {
            path: path.clone(),
            method: method.as_ref().map(ToString::to_string),
            guard,
            api_key: self.api_key,
            queries: self.queries.clone(),
            headers: self.headers.clone(),
            bodies: self.bodies.clone(),
        }]
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        self.add(scope);
    }
}

/// The App's one API, and its stage.
const API: &str = "RestApi";
const STAGE: &str = "RestApiStage";
