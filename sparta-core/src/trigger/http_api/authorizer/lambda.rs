//! A function of the App that decides who may send requests.

use std::time::Duration;

use http::HeaderName;

use super::shared;
use crate::{
    cfn::{LogicalId, Resource, Value, sub},
    construct::FunctionHandle,
    function::invocation,
    iam::Arn,
    mistake::{Mistake, Subject},
    resource,
    stack::Stack,
};

/// A function that lets requests through, or does not: a Lambda authorizer.
///
/// It is a function of the same App, over an [`AuthorizerRequest`](crate::AuthorizerRequest), which answers an
/// [`Authorization`](crate::Authorization). API Gateway asks it for each request that has all identity sources: the header
/// `Authorization`, unless others are named. A request without one of them gets a status 401, and the function is not asked.
///
/// API Gateway may invoke the function for this very authorizer only. It waits for an answer for 10 seconds.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{Function, trigger::{HttpApi, LambdaAuthorizer}};
///
/// fn gate() -> LambdaAuthorizer {
///     LambdaAuthorizer::new(Function::handle("gate")).header("x-key").cached(Duration::from_secs(300))
/// }
///
/// let orders = HttpApi::get("/orders").authorizer(gate());
/// let order = HttpApi::get("/orders/{id}").authorizer(gate().context("routeKey"));
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

    /// Adds a variable of API Gateway's context, such as `identity.sourceIp`. With `routeKey`, answers are kept for each route by
    /// itself.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html>.
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
    /// it takes the simple form.
    pub fn policies(mut self) -> Self {
        self.policies = true;
        self
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

    /// A route that only requests come to which the function lets through.
    pub(super) fn guard(&self, route: Resource, stack: &mut Stack, api: &LogicalId) -> Resource {
        self.report_circle(&route, stack);
        let authorizer = shared(stack, |id| self.authorizer(id, api));
        let permission = LogicalId::of_words([self.function.function(), authorizer.as_str(), "Permission"]);
        stack.share(permission, || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/authorizers/${{{authorizer}}}")).to_string();
            invocation(&self.function.arn(), "apigateway.amazonaws.com", sub(source))
        });
        route.property("AuthorizationType", "CUSTOM").property("AuthorizerId", authorizer.reference())
    }

    fn authorizer(&self, id: &LogicalId, api: &LogicalId) -> Resource {
        resource!(AWS::ApiGatewayV2::Authorizer {
            ApiId: (api.reference()),
            AuthorizerPayloadFormatVersion: "2.0",
            AuthorizerResultTtlInSeconds: (self.cached.as_secs()),
            AuthorizerType: "REQUEST",
            AuthorizerUri: (invocations(&self.function.placeholder())),
            EnableSimpleResponses: (!self.policies),
            IdentitySource: (self.sources()),
            Name: (id.as_str()),
        })
    }

    fn sources(&self) -> Option<Vec<String>> {
        let expressions = self.identity.iter().map(Identity::expression).collect::<Vec<_>>();
        match (expressions.is_empty(), self.every_request) {
            (_, true) => None,
            (true, false) => Some(vec![Identity::Header("Authorization".to_owned()).expression()]),
            (false, false) => Some(expressions),
        }
    }

    /// A function cannot be asked whether a request may come to it before it is asked.
    fn report_circle(&self, route: &Resource, stack: &mut Stack) {
        let name = self.function.function();
        let own = LogicalId::of_words([name, "HttpApiIntegration"]);
        let mut targets = Default::default();
        route.properties().get("Target").iter().for_each(|target| target.references(&mut targets));
        if targets.contains(own.as_str()) {
            let key = route.properties().get("RouteKey").and_then(Value::as_str).unwrap_or_default();
            let mistake = LambdaAuthorizerMistake::OwnRoute(key.to_owned());
            stack.report(Mistake::new(Subject::Function(name.to_owned()), mistake));
        }
    }
}

/// The address by which API Gateway invokes a function; `function` is its ARN in a text for `Fn::Sub`.
fn invocations(function: &str) -> Value {
    let path = format!("path/2015-03-31/functions/{function}/invocations");
    sub(Arn { account: "lambda", ..Arn::new("apigateway", &path) }.to_string())
}

impl Identity {
    fn expression(&self) -> String {
        match self {
            Self::Header(name) => format!("$request.header.{name}"),
            Self::Query(name) => format!("$request.querystring.{name}"),
            Self::Context(name) => format!("$context.{name}"),
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
