//! What is declared for all routes of the App's HTTP API.

use super::{
    API, Authorizer, Cors, STAGE,
    guarded::{guard, open_preflights},
};
use crate::{
    Environment, attribute,
    cfn::{LogicalId, Value},
    construct::FunctionHandle,
    mistake::{Mistake, Problem, Subject},
    property, resource,
    stack::Stack,
    trigger::{
        domain::{Domain, Of},
        security::Security,
    },
};

/// The options of the App's HTTP API: [`App::http_api`](crate::App::http_api).
///
/// # Example
///
/// ```
/// use sparta_core::{App, trigger::{ApiOptions, Cors, Jwt}};
///
/// let app = App::new("Links").http_api(
///     ApiOptions::new()
///         .cors(Cors::origin("https://links.example"))
///         .authorizer(Jwt::issuer("https://id.example").audience("links"))
///         .throttle(200, 100)
///         .access_logs(),
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct ApiOptions {
    cors: Option<Cors>,
    authorizer: Option<Authorizer>,
    domain: Option<Domain>,
    routes_in_body: bool,
    throttle: Option<Throttle>,
    /// For how many days the access log is kept, where there is one.
    access_logs: Option<Value>,
}

/// How many requests are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trigger) struct Throttle {
    pub(in crate::trigger) rate: u32,
    pub(in crate::trigger) burst: u32,
}

/// What is wrong with [`ApiOptions`], apart from their parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiOptionsMistake {
    /// Options of an API that there is not.
    #[error(
        "`.http_api(...)` has options, and no function has a route: add `.trigger(HttpApi::get(\"/\"))`, or remove them"
    )]
    NoRoute,
    /// Throttling that lets nothing through.
    #[error("a throttle of {rate} requests in a second and {burst} at once lets nothing through: both are at least 1")]
    Throttle {
        /// Requests in a second.
        rate: u32,
        /// Requests at once.
        burst: u32,
    },
}

impl Throttle {
    pub(in crate::trigger) fn check(self) -> Option<ApiOptionsMistake> {
        let Self { rate, burst } = self;
        (rate == 0 || burst == 0).then_some(ApiOptionsMistake::Throttle { rate, burst })
    }

    /// Limits a route of a stage, which has to be there before the stage names it.
    pub(in crate::trigger) fn of_route(self, key: &str, route: &LogicalId, stack: &mut Stack, stage: &LogicalId) {
        _ = stack.change(stage, |stage| {
            let mut routes = match stage.properties().get("RouteSettings") {
                Some(Value::Map(routes)) => routes.clone(),
                _ => Default::default(),
            };
            routes.insert(key.to_owned(), self.settings());
            stage.property("RouteSettings", Value::Map(routes)).depends_on(route.clone())
        });
    }

    pub(in crate::trigger) fn settings(self) -> Value {
        property!(AWS::ApiGatewayV2::Stage.DefaultRouteSettings {
            ThrottlingBurstLimit: (self.burst),
            ThrottlingRateLimit: (self.rate),
        })
    }
}

impl ApiOptions {
    /// No options yet: routes are open to everybody, requests limited by the account's quota alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets pages of other origins call the API.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Guards each route that does not say otherwise with [`HttpApi::authorizer`](super::HttpApi::authorizer) or
    /// [`HttpApi::open`](super::HttpApi::open): by tokens ([`Jwt`](super::Jwt)), signatures ([`Iam`](super::Iam)) or a function of
    /// the App ([`LambdaAuthorizer`](crate::trigger::LambdaAuthorizer)).
    pub fn authorizer(mut self, authorizer: impl Into<Authorizer>) -> Self {
        self.authorizer = Some(authorizer.into());
        self
    }

    /// Has a domain of its own, in place of the address that API Gateway gives it.
    ///
    /// # Example
    ///
    /// [`Domain`] has one.
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Has all routes in the API's own OpenAPI document (`Body`), so that they are no resources of the template, which has room
    /// for 500.
    ///
    /// A template with more than 500 resources has them there by itself. It says so as a warning, because the API is another one
    /// then: a stack that is there already gets a new API, and without a [`domain`](Self::domain) a new address. An App that will
    /// have many routes does well to say this from the start.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, trigger::ApiOptions};
    ///
    /// let app = App::new("Shop").http_api(ApiOptions::new().routes_in_body());
    /// ```
    pub fn routes_in_body(mut self) -> Self {
        self.routes_in_body = true;
        self
    }

    /// Lets `rate` requests in a second through on each route, and `burst` at once; callers get a status 429 beyond. An
    /// account has 10,000 and 5,000 for all its APIs in a region, unless it asked for more.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html>.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// Writes a line of JSON for each request to a log group of its own, which keeps it for 30 days.
    ///
    /// API Gateway's logs are delivered by CloudWatch. Who deploys the service needs permissions for deliveries that IAM
    /// cannot limit to this API: with a pipeline, a deployment of one environment could change the access logs of another. Who
    /// calls this accepts that, as with `App::accept_shared("AWS::ApiGatewayV2::Stage")`, which it implies.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html>.
    pub fn access_logs(self) -> Self {
        self.access_logs_for(30)
    }

    /// The same, kept for so many days: a number that CloudWatch knows, or a setting.
    pub fn access_logs_for(mut self, days: impl Into<Value>) -> Self {
        self.access_logs = Some(days.into());
        self
    }

    pub(crate) fn has_access_logs(&self) -> bool {
        self.access_logs.is_some()
    }

    pub(crate) fn has_routes_in_body(&self) -> bool {
        self.routes_in_body
    }

    /// The functions of the App that decide for the whole API.
    pub(crate) fn functions(&self) -> impl Iterator<Item = FunctionHandle> {
        self.authorizer.iter().filter_map(Authorizer::function)
    }

    /// Its own domain, with what people call the API.
    pub(crate) fn own_domain(&self) -> Option<(&'static str, &Domain)> {
        self.domain.as_ref().map(|domain| (HTTP_API, domain))
    }

    /// How callers prove who they are, on routes that do not say otherwise.
    pub(crate) fn documented(&self) -> Option<Security> {
        self.authorizer.as_ref().map(Authorizer::documented)
    }

    /// Whether callers prove who they are with a certificate.
    pub(crate) fn has_mutual_tls(&self) -> bool {
        self.domain.as_ref().is_some_and(Domain::has_mutual_tls)
    }

    /// What API Gateway or browsers would refuse.
    pub(crate) fn check(&self, environments: &[Environment], has_pipeline: bool) -> Vec<Mistake> {
        let mut problems: Vec<Problem> = Vec::new();
        problems.extend(self.throttle.and_then(Throttle::check).map(Problem::from));
        problems.extend(self.cors.iter().flat_map(Cors::check).map(Problem::from));
        problems.extend(self.authorizer.iter().flat_map(Authorizer::check));
        problems
            .extend(self.domain.iter().flat_map(|domain| domain.check(environments, has_pipeline)).map(Problem::from));
        problems.into_iter().map(|problem| Mistake::new(Subject::App, problem)).collect()
    }

    /// Changes the API that the functions' routes have made.
    pub(crate) fn synthesize(&self, stack: &mut Stack) {
        let [api, stage] = [API, STAGE].map(|name| LogicalId::of_words([name]));
        if !stack.template().resources().contains_key(&api) {
            stack.report(Mistake::new(Subject::App, ApiOptionsMistake::NoRoute));
            return;
        }
        if let Some(cors) = &self.cors {
            _ = stack.change(&api, |api| api.property("CorsConfiguration", cors.configuration()));
        }
        if let Some(throttle) = self.throttle {
            _ = stack.change(&stage, |stage| stage.property("DefaultRouteSettings", throttle.settings()));
        }
        if let Some(days) = &self.access_logs {
            log_access(stack, &stage, ("HttpApiAccessLogs", days), LINE);
        }
        if let Some(authorizer) = &self.authorizer {
            guard(authorizer, stack, &api);
        }
        if self.cors.is_some() {
            open_preflights(stack, &api);
        }
        if let Some(domain) = &self.domain {
            let endpoint = attribute!(AWS::ApiGatewayV2::Api, api, "ApiEndpoint");
            let of = Of { words: "HttpApi", name: HTTP_API, api, stage, endpoint, scheme: "https" };
            domain.synthesize(stack, &of);
        }
    }
}

const HTTP_API: &str = "HTTP API";

/// A line of the access log: what can be said of each request.
const LINE: &str = concat!(
    r#"{"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp","#,
    r#""method":"$context.httpMethod","path":"$context.path","route":"$context.routeKey","status":"$context.status","#,
    r#""bytes":"$context.responseLength","milliseconds":"$context.responseLatency","#,
    r#""functionStatus":"$context.integration.status","functionMilliseconds":"$context.integrationLatency","#,
    r#""error":"$context.error.message","integrationError":"$context.integrationErrorMessage","#,
    r#""authorizerError":"$context.authorizer.error","userAgent":"$context.identity.userAgent"}"#,
);

/// Writes a line of this form for each request of a stage to a log group of its own, which keeps it for so many days.
pub(crate) fn log_access(stack: &mut Stack, stage: &LogicalId, (group, days): (&str, &Value), line: &str) {
    let group = LogicalId::of_words([group]);
    let settings = property!(AWS::ApiGatewayV2::Stage.AccessLogSettings {
        DestinationArn: (attribute!(AWS::Logs::LogGroup, group, "Arn")),
        Format: (line),
    });
    stack.resource(group, resource!(AWS::Logs::LogGroup { RetentionInDays: (days) }).delete());
    _ = stack.change(stage, |stage| stage.property("AccessLogSettings", settings));
}
