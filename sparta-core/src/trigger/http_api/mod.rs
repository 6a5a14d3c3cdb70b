//! Routes of an HTTP API, and what is declared for all of them.

mod authorizer;
mod body;
mod cors;
mod guarded;
mod mistake;
mod options;
pub(crate) mod path;
mod resources;
#[cfg(test)]
mod tests;

pub use authorizer::{Authorizer, Iam, Jwt, JwtMistake};
pub use body::BodyMistake;
pub(crate) use body::{has_body, has_routes, put_routes_into_body};
pub use cors::{Cors, CorsMistake};
pub use mistake::HttpApiMistake;
pub use options::{ApiOptions, ApiOptionsMistake};

use http::Method;

use super::{
    Scope, Trigger,
    schema::{Bodies, Schema},
    security::Guard,
};
use crate::{
    FunctionSpec,
    cfn::sub,
    construct::FunctionHandle,
    function::DocumentedRoute,
    iam::{Arn, Statement},
    mistake::Problem,
};
use mistake::{HttpApiWarning, WAITS};
pub(super) use options::{Throttle, log_access};
use path::{is_route, name_twice, wildcards, without_names};

/// A route of the App's HTTP API: API Gateway's lighter, cheaper kind.
///
/// All routes of an App share one API, whose address is the stack's output `HttpApiUrl`. Two routes of one method that differ
/// in the names of their parameters alone, such as `/{id}` and `/{code}`, are one for API Gateway. Answers are limited to 6 MB
/// and 30 seconds: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>. What is for all of
/// them is in [`ApiOptions`].
///
/// # Example
///
/// ```
/// use sparta_core::trigger::{HttpApi, Jwt};
///
/// let one = HttpApi::get("/users/{id}");
/// let everything_below = HttpApi::any("/files/{path+}");
/// let guarded = HttpApi::post("/links").authorizer(Jwt::issuer("https://id.example").audience("links").scope("links:write"));
/// let slow = HttpApi::get("/report").throttle(1, 5);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct HttpApi {
    route: Route,
    access: Access,
    bodies: Bodies,
    throttle: Option<Throttle>,
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
    /// Who this lets in.
    Guarded(Authorizer),
}

impl HttpApi {
    methods!(get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS);

    /// Requests of every method for `path`.
    pub fn any(path: impl Into<String>) -> Self {
        Self::new(Route::Path(None, path.into()))
    }

    /// Every request that no other route of the API is for: what a whole axum `Router` takes, which finds its own routes.
    ///
    /// It is the API's route `$default`, so that API Gateway knows neither paths nor their parameters: throttling, an
    /// authorizer and the metrics are those of all requests together, and path parameters are axum's, not
    /// [`RequestExt::path_parameters`](crate::RequestExt::path_parameters).
    ///
    /// # Example
    ///
    /// ```
    /// use axum::{Router, extract::Path, routing::get};
    /// use sparta_core::{Function, trigger::HttpApi};
    ///
    /// let router = Router::new()
    ///     .route("/", get(async || "home"))
    ///     .route("/users/{id}", get(async |Path(id): Path<u32>| format!("user {id}")));
    /// let shop = Function::http("shop", router).trigger(HttpApi::router());
    /// ```
    pub fn router() -> Self {
        Self::new(Route::Rest)
    }

    fn new(route: Route) -> Self {
        Self { route, access: Access::OfApi, bodies: Bodies::default(), throttle: None }
    }

    /// Lets only requests through that this lets through, whatever [`ApiOptions::authorizer`] says: those with a token
    /// ([`Jwt`]), with a signature ([`Iam`]), or which a function of the App lets in ([`LambdaAuthorizer`](super::LambdaAuthorizer)).
    pub fn authorizer(mut self, authorizer: impl Into<Authorizer>) -> Self {
        self.access = Access::Guarded(authorizer.into());
        self
    }

    /// Lets everybody in, though [`ApiOptions::authorizer`] guards the API's other routes.
    pub fn open(mut self) -> Self {
        self.access = Access::Open;
        self
    }

    /// What the function reads, for the service's [OpenAPI document](crate::Synthesis::openapi): JSON of this type.
    ///
    /// API Gateway does not validate what comes to an HTTP API. The handler does, as a [`json_body`](crate::json_body), which
    /// answers a body that does not fit with a status 422.
    ///
    /// # Example
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    /// use sparta_core::{Error, Function, json_body, trigger::HttpApi};
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct NewLink {
    ///     url: String,
    /// }
    ///
    /// async fn create(request: http::Request<NewLink>) -> Result<String, Error> {
    ///     Ok(format!("a link to {}", request.body().url))
    /// }
    ///
    /// let links = Function::http("links", json_body(create)).trigger(HttpApi::post("/links").body::<NewLink>());
    /// ```
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
    /// use sparta_core::trigger::HttpApi;
    ///
    /// let link = json!({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}});
    /// let create = HttpApi::post("/links").body_schema("NewLink", link);
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

    /// What a caller needs for this route where [`Iam`] guards it: `execute-api:Invoke`, for a function of this App. Parameters of
    /// the path may be anything.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, LambdaEvent, Request, service_fn, trigger::{HttpApi, Iam}};
    ///
    /// fn report() -> HttpApi {
    ///     HttpApi::post("/reports/{month}")
    /// }
    ///
    /// let reports = Function::http("reports", service_fn(async |_: Request| Ok::<_, Error>("written")));
    /// let nightly = Function::event("nightly", service_fn(async |_: LambdaEvent<serde_json::Value>| Ok::<_, Error>(())));
    /// let app = App::new("Reports")
    ///     .function(reports.trigger(report().authorizer(Iam)))
    ///     .function(nightly.grant(report().invoke()));
    /// app.check().unwrap();
    /// ```
    pub fn invoke(&self) -> Statement {
        let path = match &self.route {
            Route::Path(_, path) => wildcards(path),
            Route::Rest => "/*".to_owned(),
        };
        let method = if self.method() == "ANY" { "*" } else { self.method() };
        let requests = format!("${{{API}}}/$default/{method}{path}");
        Statement::allow(["execute-api:Invoke"]).on(sub(Arn::new("execute-api", &requests).to_string()))
    }

    /// The route as API Gateway has it: `GET /hello`.
    fn key(&self) -> String {
        match &self.route {
            Route::Path(_, path) => format!("{} {path}", self.method()),
            Route::Rest => "$default".to_owned(),
        }
    }

    fn method(&self) -> &str {
        match &self.route {
            Route::Path(Some(method), _) => method.as_str(),
            Route::Path(None, _) | Route::Rest => "ANY",
        }
    }

    fn check_path(&self) -> Option<HttpApiMistake> {
        let Route::Path(_, path) = &self.route else { return None };
        if !is_route(path) {
            return Some(HttpApiMistake::Path(path.clone()));
        }
        name_twice(path).map(|name| HttpApiMistake::Twice { path: path.clone(), name: name.to_owned() })
    }
}

impl Trigger for HttpApi {
    fn describe(&self) -> String {
        match &self.route {
            Route::Path(..) => self.key(),
            Route::Rest => "every other request of the HTTP API".to_owned(),
        }
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.check_path().map(Problem::from).into_iter().collect();
        if let Access::Guarded(authorizer) = &self.access {
            problems.extend(authorizer.check());
        }
        problems.extend(self.bodies.check(self.method()).into_iter().map(Problem::from));
        problems.extend(self.throttle.and_then(Throttle::check).map(Problem::from));
        problems
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        let seconds = function.timeout().as_secs();
        (seconds > WAITS).then(|| HttpApiWarning::Timeout { seconds }.into()).into_iter().collect()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        let Route::Path(_, path) = &self.route else { return Some("the route `$default`".to_owned()) };
        // API Gateway tells no routes apart by what their parameters are called
        let route = without_names(path);
        let by_any_name = if route == *path { "" } else { ", whatever its parameters are called," };
        Some(format!("the route `{} {route}`{by_any_name}", self.method()))
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        match &self.access {
            Access::Guarded(authorizer) => authorizer.function().into_iter().collect(),
            Access::OfApi | Access::Open => Vec::new(),
        }
    }

    fn documented(&self) -> Vec<DocumentedRoute> {
        let Route::Path(method, path) = &self.route else { return Vec::new() };
        let method = method.as_ref().map(ToString::to_string);
        let bodies = self.bodies.clone();
        let guard = match &self.access {
            Access::OfApi => Guard::OfHttpApi,
            Access::Open => Guard::Open,
            Access::Guarded(authorizer) => Guard::By(authorizer.documented()),
        };
        vec![DocumentedRoute { path: path.clone(), method, guard, bodies, ..DocumentedRoute::default() }]
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        self.add(scope);
    }
}

/// The App's one API, and its stage.
const API: &str = "HttpApi";
/// The API where its routes are in its own document.
const API_WITH_ROUTES: &str = "HttpApiWithRoutes";
const STAGE: &str = "HttpApiStage";
