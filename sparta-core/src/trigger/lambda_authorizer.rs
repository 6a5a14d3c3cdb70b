//! A function of the App that decides who may send requests, to whichever of API Gateway's APIs.

use std::time::Duration;

use http::HeaderName;
use serde_json::json;

use crate::{
    cfn::{LogicalId, Value, sub},
    construct::FunctionHandle,
    function::invocation,
    iam::Arn,
    stack::Stack,
    trigger::security::Security,
};

/// A function that lets requests through, or does not: a Lambda authorizer, of HTTP, REST and WebSocket APIs.
///
/// It is a function of the same App, over an [`AuthorizerRequest`](crate::AuthorizerRequest), which answers an
/// [`Authorization`](crate::Authorization). API Gateway asks it for each request that has all identity sources: the header
/// `Authorization`, unless others are named. A request without one of them gets a status 401, and the function is not asked.
///
/// One function may decide for several APIs: it is asked and answers in the form of each. REST APIs and WebSocket APIs take IAM
/// policies alone, so that [`policies`](Self::policies) says nothing there. A WebSocket API asks it once, when a client connects,
/// and keeps no answers.
///
/// API Gateway may invoke the function for this very authorizer only; of a REST API, for any authorizer of that API, since their
/// ids are not known in the template. An HTTP API waits for an answer for 10 seconds.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html> and
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{Function, trigger::{HttpApi, LambdaAuthorizer, RestApi, WebSocket}};
///
/// fn gate() -> LambdaAuthorizer {
///     LambdaAuthorizer::new(Function::handle("gate")).header("x-key").cached(Duration::from_secs(300))
/// }
///
/// let orders = HttpApi::get("/orders").authorizer(gate());
/// let order = HttpApi::get("/orders/{id}").authorizer(gate().context("routeKey"));
/// let partners = RestApi::post("/orders").authorizer(gate());
/// let chat = WebSocket::connect().authorizer(LambdaAuthorizer::new(Function::handle("gate")).query("token"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct LambdaAuthorizer {
    function: FunctionHandle,
    identity: Vec<Identity>,
    /// Whether it is asked for requests without any identity.
    every_request: bool,
    cached: Duration,
    policies: bool,
}

/// The kinds of APIs, which differ in what they ask and take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Http,
    Rest,
    WebSocket,
}

/// Where in a request the caller says who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    Header(String),
    Query(String),
    Context(String),
}

/// What is wrong with a [`LambdaAuthorizer`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LambdaAuthorizerMistake {
    /// What no identity source is called.
    #[error("`{0}` is not the name of a header, a query parameter or a variable of the context")]
    Identity(String),
    /// A time that API Gateway does not take.
    #[error("the answers of `{function}` are kept for whole seconds, up to an hour; this is {cached:?}")]
    Cached {
        /// The function.
        function: String,
        /// The time.
        cached: Duration,
    },
    /// Answers that are kept for nobody.
    #[error(
        "the answers of `{0}` are kept by the identity of the caller, and `.every_request()` has none: remove `.cached(...)`, or \
         name the identity with `.header(...)`"
    )]
    CachedForAll(String),
    /// Identities that are not looked at.
    #[error("`{0}` is asked for every request and has identity sources: remove `.every_request()` or those")]
    IdentityOfAll(String),
    /// A function that lets requests through to itself.
    #[error(
        "it decides who may send requests to its own route `{0}`: give the route to another function, or open it with `.open()`"
    )]
    OwnRoute(String),
    /// What a REST API has no word for.
    #[error(
        "`routeKey` is not a variable of a REST API: `.context(\"httpMethod\").context(\"resourcePath\")` is its route"
    )]
    RouteKey,
    /// Answers that a WebSocket API does not keep.
    #[error("a WebSocket API asks `{0}` once for each connection and keeps no answers: remove `.cached(...)`")]
    CachedConnection(String),
}

impl LambdaAuthorizer {
    /// The function of this name decides, by the header `Authorization`, for each request anew.
    pub fn new(function: FunctionHandle) -> Self {
        Self { function, identity: Vec::new(), every_request: false, cached: Duration::ZERO, policies: false }
    }

    /// Adds a header that says who the caller is; the first identity source takes the place of the header `Authorization`.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.identity.push(Identity::Header(name.into()));
        self
    }

    /// Adds a parameter of the query that says who the caller is.
    pub fn query(mut self, name: impl Into<String>) -> Self {
        self.identity.push(Identity::Query(name.into()));
        self
    }

    /// Adds a variable of API Gateway's context, such as `identity.sourceIp`. With `routeKey`, an HTTP API keeps answers for each
    /// route by itself; of a REST API, `httpMethod` and `resourcePath` are the route.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html> and
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>.
    pub fn context(mut self, variable: impl Into<String>) -> Self {
        self.identity.push(Identity::Context(variable.into()));
        self
    }

    /// Asks the function for every request, also for those without any identity.
    pub fn every_request(mut self) -> Self {
        self.every_request = true;
        self
    }

    /// Keeps an answer, for requests with the same identity: whole seconds, up to an hour. Answers are not kept by default.
    ///
    /// An answer of the simple form counts for all routes that have this authorizer, unless
    /// [`context("routeKey")`](Self::context) is an identity source.
    pub fn cached(mut self, time: Duration) -> Self {
        self.cached = time;
        self
    }

    /// Takes IAM policies as the function's answers: [`Authorization::principal`](crate::Authorization::principal). By default
    /// an HTTP API takes the simple form. REST APIs and WebSocket APIs take policies anyway.
    pub fn policies(mut self) -> Self {
        self.policies = true;
        self
    }

    /// What it looks at, in the service's OpenAPI document, which knows one header or parameter.
    pub(super) fn documented(&self) -> Security {
        let function = self.function.function();
        let (place, name) = self.only_source().unwrap_or(("header", "Authorization".to_owned()));
        let description = format!("What the function {function} lets in");
        let scheme = json!({"type": "apiKey", "in": place, "name": name, "description": description});
        Security::new(&if name == "Authorization" { function.to_owned() } else { format!("{function}-{name}") }, scheme)
    }

    pub(super) fn function(&self) -> &FunctionHandle {
        &self.function
    }

    pub(super) fn check(&self) -> impl Iterator<Item = LambdaAuthorizerMistake> {
        use LambdaAuthorizerMistake::{Cached, CachedForAll, Identity, IdentityOfAll};
        let (function, cached) = (self.function.function().to_owned(), self.cached);
        let names = self.identity.iter().filter_map(self::Identity::misnamed).map(|name| Identity(name.to_owned()));
        let hour = Duration::from_secs(60 * 60);
        let time = (cached > hour || cached.subsec_nanos() > 0).then(|| Cached { function: function.clone(), cached });
        let for_all = (self.every_request && !cached.is_zero()).then(|| CachedForAll(function.clone()));
        let both = (self.every_request && !self.identity.is_empty()).then_some(IdentityOfAll(function));
        names.chain(time).chain(for_all).chain(both)
    }

    /// What only this kind of API does not take.
    pub(super) fn check_of(&self, api: Api) -> Option<LambdaAuthorizerMistake> {
        let has_route_key = self.identity.contains(&Identity::Context("routeKey".to_owned()));
        match api {
            Api::Rest if has_route_key => Some(LambdaAuthorizerMistake::RouteKey),
            Api::WebSocket if !self.cached.is_zero() => {
                Some(LambdaAuthorizerMistake::CachedConnection(self.function.function().to_owned()))
            }
            _ => None,
        }
    }

    /// Whether it is asked who may send requests to its own routes.
    pub(super) fn is(&self, function: &str) -> bool {
        self.function.function() == function
    }

    pub(super) fn takes_policies(&self) -> bool {
        self.policies
    }

    /// For how many seconds its answers are kept.
    pub(super) fn seconds(&self) -> u64 {
        self.cached.as_secs()
    }

    /// The identity sources, as this kind of API writes them.
    pub(super) fn sources(&self, api: Api) -> Option<Vec<String>> {
        let sources = self.identities()?;
        Some(sources.iter().map(|identity| identity.expression(api)).collect())
    }

    /// The one header or parameter that says who the caller is: its place in OpenAPI's words, and its name.
    pub(super) fn only_source(&self) -> Option<(&'static str, String)> {
        match self.identities()?.as_slice() {
            [Identity::Header(name)] => Some(("header", name.clone())),
            [Identity::Query(name)] => Some(("query", name.clone())),
            _ => None,
        }
    }

    fn identities(&self) -> Option<Vec<Identity>> {
        match (self.identity.is_empty(), self.every_request) {
            (_, true) => None,
            (true, false) => Some(vec![Identity::Header("Authorization".to_owned())]),
            (false, false) => Some(self.identity.clone()),
        }
    }

    /// The address by which API Gateway invokes the function.
    pub(super) fn uri(&self) -> Value {
        let path = format!("path/2015-03-31/functions/{}/invocations", self.function.placeholder());
        sub(Arn { account: "lambda", ..Arn::new("apigateway", &path) }.to_string())
    }

    /// Lets an API invoke the function for this authorizer, or for any of its own where that is `*`.
    pub(super) fn permit(&self, stack: &mut Stack, api: &LogicalId, authorizer: &str, words: &str) {
        let permission = LogicalId::of_words([self.function.function(), words, "Permission"]);
        stack.share(permission, || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/authorizers/{authorizer}")).to_string();
            invocation(&self.function.arn(), "apigateway.amazonaws.com", sub(source))
        });
    }
}

impl Identity {
    fn expression(&self, api: Api) -> String {
        let (request, context) = match api {
            Api::Http => ("$request", "$context"),
            Api::Rest => ("method.request", "context"),
            Api::WebSocket => ("route.request", "context"),
        };
        match self {
            Self::Header(name) => format!("{request}.header.{name}"),
            Self::Query(name) => format!("{request}.querystring.{name}"),
            Self::Context(name) => format!("{context}.{name}"),
        }
    }

    /// Its name where that cannot be one.
    fn misnamed(&self) -> Option<&str> {
        let is_word = |name: &str, others: &[u8]| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
        };
        let (name, is_right) = match self {
            Self::Header(name) => (name, name.parse::<HeaderName>().is_ok()),
            Self::Query(name) => (name, is_word(name, b"-._")),
            Self::Context(name) => (name, is_word(name, b"._") && !name.starts_with('.')),
        };
        (!is_right).then_some(name)
    }
}
