//! Routes of a WebSocket API, what is declared for all of them, and messages to its connections.

mod authorizer;
mod connections;
mod options;
#[cfg(feature = "connections")]
mod sender;
#[cfg(test)]
mod tests;

pub use authorizer::WebSocketAuthorizer;
pub use connections::{Connections, ConnectionsMistake};
pub use options::{WebSocketOptions, WebSocketOptionsMistake};
#[cfg(feature = "connections")]
pub(crate) use sender::fake;
#[cfg(feature = "connections")]
pub use sender::{ConnectionSender, SendError};

use super::{Scope, Trigger, http_api::Throttle};
use crate::{
    FunctionSpec,
    cfn::{LogicalId, Output, Resource, Value, join, sub},
    construct::FunctionHandle,
    function::invocation,
    iam::Arn,
    mistake::Problem,
    resource,
    stack::Stack,
};

/// A route of the App's WebSocket API, over which a function hears of connections and gets the messages of clients.
///
/// All routes of an App share one API, whose address is the stack's output `WebSocketUrl`. Handlers read what happened with
/// [`RequestExt::connection`](crate::RequestExt::connection), and send messages with [`connections`](Self::connections). A
/// message that clients send has up to 128 KB, in frames of 32 KB; a handler has 29 seconds; a connection lasts up to two hours,
/// and ten minutes without a message: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>.
/// What is for all of them is in [`WebSocketOptions`].
///
/// # Example
///
/// ```
/// use http::StatusCode;
/// use sparta_core::{App, Error, Function, Request, RequestExt, service_fn, trigger::WebSocket};
///
/// async fn chat(request: Request) -> Result<StatusCode, Error> {
///     let connection = request.connection()?;
///     println!("{} on {}", connection.id(), connection.route());
///     Ok(StatusCode::OK)
/// }
///
/// let app = App::new("Chat").function(
///     Function::http("chat", service_fn(chat))
///         .trigger(WebSocket::connect())
///         .trigger(WebSocket::disconnect())
///         .trigger(WebSocket::route("say")) // {"action": "say", ...}
///         .trigger(WebSocket::default_route()),
/// );
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct WebSocket {
    route: Route,
    /// Who may connect; without one, everybody.
    authorizer: Option<WebSocketAuthorizer>,
    two_way: bool,
    throttle: Option<Throttle>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Connect,
    Disconnect,
    /// Messages that no other route is for.
    Default,
    /// Messages whose selected part is this text.
    Named(String),
}

impl WebSocket {
    /// Clients that want to connect. A handler's answer with a status of 200 to 299 lets one, any other refuses it. Without this
    /// route everybody may connect.
    ///
    /// The request has the headers and the query of the client's. Nothing can be sent to the connection before the answer.
    pub fn connect() -> Self {
        Self::new(Route::Connect)
    }

    /// Connections that have ended, as far as API Gateway hears of it.
    pub fn disconnect() -> Self {
        Self::new(Route::Disconnect)
    }

    /// Messages that are JSON with this text as their `action`, or where
    /// [`WebSocketOptions::route_selection`] says.
    pub fn route(name: impl Into<String>) -> Self {
        Self::new(Route::Named(name.into()))
    }

    /// Messages that no other route is for: with another `action`, without one, or not JSON at all.
    pub fn default_route() -> Self {
        Self::new(Route::Default)
    }

    /// The connections of the App's WebSocket API, which functions send messages to.
    pub fn connections() -> Connections {
        Connections
    }

    fn new(route: Route) -> Self {
        Self { route, authorizer: None, two_way: false, throttle: None }
    }

    /// Lets only clients connect that sign the request and have the permission `execute-api:Invoke` ([`Iam`](super::Iam)), or which
    /// a function of the App lets in ([`LambdaAuthorizer`](super::LambdaAuthorizer)): of [`connect`](Self::connect). Whom else to
    /// refuse, the handler says by its answer.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::trigger::{Iam, WebSocket};
    ///
    /// let connect = WebSocket::connect().authorizer(Iam);
    /// ```
    pub fn authorizer(mut self, authorizer: impl Into<WebSocketAuthorizer>) -> Self {
        self.authorizer = Some(authorizer.into());
        self
    }

    /// Sends what the handler answers, the body of its response, to the client whose message it answers. Without it, answers go
    /// nowhere, and [`connections`](Self::connections) is how a function sends.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html>.
    pub fn two_way(mut self) -> Self {
        self.two_way = true;
        self
    }

    /// Lets `rate` messages in a second through on this route, and `burst` at once.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// The route as API Gateway has it.
    fn key(&self) -> &str {
        match &self.route {
            Route::Connect => "$connect",
            Route::Disconnect => "$disconnect",
            Route::Default => "$default",
            Route::Named(name) => name,
        }
    }

    fn mistakes(&self) -> Vec<WebSocketMistake> {
        let mut mistakes = Vec::new();
        if let Route::Named(name) = &self.route
            && (name.trim().is_empty() || name.starts_with('$') || name.chars().any(char::is_control))
        {
            mistakes.push(WebSocketMistake::Name(name.clone()));
        }
        if self.two_way && matches!(self.route, Route::Connect | Route::Disconnect) {
            mistakes.push(WebSocketMistake::TwoWay(self.key().to_owned()));
        }
        if self.authorizer.is_some() && self.route != Route::Connect {
            mistakes.push(WebSocketMistake::Access(self.key().to_owned()));
        }
        mistakes
    }

    fn resource(&self, api: &LogicalId, integration: &LogicalId) -> Resource {
        // Who is connected was let in.
        let is_open = self.route == Route::Connect && self.authorizer.is_none();
        resource!(AWS::ApiGatewayV2::Route {
            ApiId: (api.reference()),
            AuthorizationType: (is_open.then_some("NONE")),
            RouteKey: (self.key()),
            RouteResponseSelectionExpression: (self.two_way.then_some("$default")),
            Target: (join("/", ["integrations".into(), integration.reference()])),
        })
    }
}

impl Trigger for WebSocket {
    fn describe(&self) -> String {
        format!("WebSocket {}", self.key())
    }

    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        let throttle = self.throttle.and_then(Throttle::check).map(Problem::from);
        let authorizer = self.authorizer.iter().flat_map(|it| it.check(self.key(), function.name()));
        self.mistakes().into_iter().map(Problem::from).chain(throttle).chain(authorizer).collect()
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        self.authorizer.iter().filter_map(WebSocketAuthorizer::function).collect()
    }

    fn warnings(&self, function: &FunctionSpec) -> Vec<Problem> {
        let seconds = function.timeout().as_secs();
        (seconds > WAITS).then(|| WebSocketWarning::Timeout { seconds }.into()).into_iter().collect()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        Some(format!("the route `{}` of the WebSocket API", self.key()))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let function = scope.function_arn();
        let api = scope.share(API, || api(SELECTION));
        let stage = scope.share(STAGE, || stage(&api));
        let integration = scope.share(&format!("{name}-WebSocketIntegration"), || {
            resource!(AWS::ApiGatewayV2::Integration {
                ApiId: (api.reference()),
                IntegrationType: "AWS_PROXY",
                IntegrationUri: (invocations(&function)),
            })
        });
        let words = match &self.route {
            Route::Connect => "Connect",
            Route::Disconnect => "Disconnect",
            Route::Default => "Default",
            Route::Named(name) => name,
        };
        let route = self.resource(&api, &integration);
        let route = match self.authorizer.as_ref().filter(|_| self.route == Route::Connect) {
            Some(authorizer) => authorizer.guard(route, scope.stack(), &api),
            None => route,
        };
        let route = scope.add(&[API_WORDS, words, "Route"], route);
        if self.two_way {
            let response = resource!(AWS::ApiGatewayV2::RouteResponse {
                ApiId: (api.reference()),
                RouteId: (route.reference()),
                RouteResponseKey: "$default",
            });
            scope.add(&[API_WORDS, words, "RouteResponse"], response);
        }
        if let Some(throttle) = self.throttle {
            throttle.of_route(self.key(), &route, scope.stack(), &stage);
        }
        scope.share(&format!("{name}-WebSocketPermission"), || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/{STAGE_NAME}/*")).to_string();
            invocation(&function, "apigateway.amazonaws.com", sub(source))
        });
        scope.output(&["WebSocketUrl"], Output::new("Address of the WebSocket API", address("wss", &api)));
    }
}

/// The App's one API, and its stage.
const API: &str = "WebSocketApi";
const API_WORDS: &str = "WebSocket";
const STAGE: &str = "WebSocketStage";
/// A WebSocket API has no stage `$default`.
const STAGE_NAME: &str = "live";
const SELECTION: &str = "$request.body.action";

fn api(selection: &str) -> Resource {
    resource!(AWS::ApiGatewayV2::Api {
        Name: (sub("${AWS::StackName}")),
        ProtocolType: "WEBSOCKET",
        RouteSelectionExpression: (selection),
    })
}

fn stage(api: &LogicalId) -> Resource {
    resource!(AWS::ApiGatewayV2::Stage { ApiId: (api.reference()), StageName: (STAGE_NAME), AutoDeploy: true })
}

fn api_id() -> LogicalId {
    LogicalId::of_words([API])
}

/// The address of the API's stage.
fn address(scheme: &str, api: &LogicalId) -> Value {
    sub(format!("{scheme}://${{{api}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE_NAME}"))
}

/// What a WebSocket API calls to invoke a function.
fn invocations(function: &Value) -> Value {
    let text =
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations";
    let function = Value::Map([("Function".to_owned(), function.clone())].into());
    Value::function("Fn::Sub", vec![Value::from(text), function])
}

/// Whether functions have routes of the API.
fn has_routes(stack: &Stack) -> bool {
    stack.template().resources().contains_key(&api_id())
}

/// Whether an API of API Gateway's second version is a WebSocket API.
pub(crate) fn is_web_socket(api: &Resource) -> bool {
    api.properties().get("ProtocolType").and_then(Value::as_str) == Some("WEBSOCKET")
}

/// What is wrong with a [`WebSocket`] route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebSocketMistake {
    /// What no route of a service's own is called.
    #[error(
        "`{0}` is not the name of a route: it is the text that messages have as their `action`, and does not begin with `$`; for \
         API Gateway's own there are `WebSocket::connect()`, `::disconnect()` and `::default_route()`"
    )]
    Name(String),
    /// An answer that nobody would get.
    #[error("`{0}` has no message to answer: remove `.two_way()`")]
    TwoWay(String),
    /// Authorization where API Gateway knows none.
    #[error("who may connect is said on `WebSocket::connect()` alone: remove `.authorizer(..)` from `{0}`")]
    Access(String),
}

/// How many seconds a WebSocket API waits for a function.
const WAITS: u64 = 29;

#[derive(Debug, thiserror::Error)]
enum WebSocketWarning {
    #[error(
        "it may run for {seconds} s, and a WebSocket API waits for {WAITS} s: give it a timeout of at most {WAITS} s, or let a \
         queue start what takes longer and send the result to the connection"
    )]
    Timeout { seconds: u64 },
}
