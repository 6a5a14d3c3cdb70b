//! What is declared for all routes of the App's WebSocket API.

use super::{API_WORDS, Connections, STAGE, address, api_id, has_routes};
use crate::{
    Environment,
    cfn::{LogicalId, Value},
    mistake::{Mistake, Problem, Subject},
    stack::Stack,
    trigger::{
        domain::{Domain, DomainMistake, Of},
        http_api::{Throttle, log_access},
    },
};

/// The options of the App's WebSocket API: [`App::web_socket`](crate::App::web_socket).
///
/// # Example
///
/// ```
/// use sparta_core::{App, trigger::WebSocketOptions};
///
/// let app = App::new("Chat").web_socket(
///     WebSocketOptions::new()
///         .route_selection("$request.body.type")                    // {"type": "say", ...}
///         .throttle(200, 100)
///         .access_logs(),
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct WebSocketOptions {
    selection: Option<String>,
    throttle: Option<Throttle>,
    /// For how many days the access log is kept, where there is one.
    access_logs: Option<Value>,
    domain: Option<Domain>,
}

/// What is wrong with [`WebSocketOptions`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebSocketOptionsMistake {
    /// Options of an API that there is not.
    #[error(
        "`.web_socket(...)` has options, and no function has a route of a WebSocket API: add `.trigger(WebSocket::default_route())`, \
         or remove them"
    )]
    NoRoute,
    /// What selects no route.
    #[error("`{0}` selects no route: it is the place of a text in the message, such as `$request.body.action`")]
    Selection(String),
}

impl WebSocketOptions {
    /// No options yet: a message's `action` selects its route, messages are limited by the account's quota alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// What of a message selects its route; `$request.body.action` by default.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>.
    pub fn route_selection(mut self, expression: impl Into<String>) -> Self {
        self.selection = Some(expression.into());
        self
    }

    /// Lets `rate` messages in a second through on each route, and `burst` at once. An account has 10,000 and 5,000 for all its
    /// APIs in a region, and 500 new connections in a second, unless it asked for more.
    pub fn throttle(mut self, rate: u32, burst: u32) -> Self {
        self.throttle = Some(Throttle { rate, burst });
        self
    }

    /// Writes a line of JSON for each connection, message and disconnection to a log group of its own, which keeps it for 30 days.
    /// Nothing of the messages is in it.
    ///
    /// For WebSocket APIs, unlike HTTP APIs, API Gateway writes with a role of the account's, which somebody has to set once in each
    /// region; a deployment fails where there is none. See
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#set-up-access-logging-permissions>.
    ///
    /// As with [`ApiOptions::access_logs`](crate::trigger::ApiOptions::access_logs), who calls this accepts that a deployment of
    /// one environment could change the access logs of another.
    pub fn access_logs(self) -> Self {
        self.access_logs_for(30)
    }

    /// The same, kept for so many days: a number that CloudWatch knows, or a setting.
    pub fn access_logs_for(mut self, days: impl Into<Value>) -> Self {
        self.access_logs = Some(days.into());
        self
    }

    /// Has a domain of its own, in place of the address that API Gateway gives it. Functions send to connections through it, unless
    /// the default endpoint is kept, so that without a [hosted zone](Domain::hosted_zone) its record has to be there before.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, trigger::{Domain, WebSocketOptions}};
    ///
    /// let domain = Domain::new("chat.example").hosted_zone("Z0123456789ABCDEFGHIJ");
    /// let app = App::new("Chat").web_socket(WebSocketOptions::new().domain(domain));
    /// ```
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Its own domain, with what people call the API.
    pub(crate) fn own_domain(&self) -> Option<(&'static str, &Domain)> {
        self.domain.as_ref().map(|domain| (WEB_SOCKET_API, domain))
    }

    pub(crate) fn has_access_logs(&self) -> bool {
        self.access_logs.is_some()
    }

    /// What API Gateway would refuse.
    pub(crate) fn check(&self, environments: &[Environment], has_pipeline: bool) -> Vec<Mistake> {
        let selection = self.selection.iter().filter(|text| !selects(text));
        let selection = selection.map(|text| WebSocketOptionsMistake::Selection(text.clone()).into());
        let throttle = self.throttle.and_then(Throttle::check).map(Problem::from);
        let domain = self.domain.iter().flat_map(|domain| {
            let tls = domain.has_mutual_tls().then_some(DomainMistake::NoMutualTls("WebSocket APIs"));
            domain.check(environments, has_pipeline).into_iter().chain(tls)
        });
        let problems = selection.chain(throttle).chain(domain.map(Problem::from));
        problems.map(|problem| Mistake::new(Subject::App, problem)).collect()
    }

    /// Changes the API that the functions' routes have made.
    pub(crate) fn synthesize(&self, stack: &mut Stack) {
        if !has_routes(stack) {
            stack.report(Mistake::new(Subject::App, WebSocketOptionsMistake::NoRoute));
            return;
        }
        let stage = LogicalId::of_words([STAGE]);
        if let Some(selection) = &self.selection {
            _ = stack.change(&api_id(), |api| api.property("RouteSelectionExpression", selection.as_str()));
        }
        if let Some(throttle) = self.throttle {
            _ = stack.change(&stage, |stage| stage.property("DefaultRouteSettings", throttle.settings()));
        }
        if let Some(days) = &self.access_logs {
            log_access(stack, &stage, ("WebSocketAccessLogs", days), LINE);
        }
        if let Some(domain) = &self.domain {
            let (api, endpoint) = (api_id(), address("wss", &api_id()));
            let of = Of { words: API_WORDS, name: WEB_SOCKET_API, api, stage, endpoint, scheme: "wss" };
            domain.synthesize(stack, &of);
            if !domain.keeps_endpoint() {
                Connections::send_to(&domain.address("https"), stack);
            }
        }
    }
}

const WEB_SOCKET_API: &str = "WebSocket API";

/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html>.
const LINE: &str = concat!(
    r#"{"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp","#,
    r#""event":"$context.eventType","route":"$context.routeKey","connection":"$context.connectionId","#,
    r#""connectedAt":"$context.connectedAt","status":"$context.status","#,
    r#""functionStatus":"$context.integration.status","functionMilliseconds":"$context.integrationLatency","#,
    r#""error":"$context.error.message","integrationError":"$context.integration.error","#,
    r#""authorizerError":"$context.authorizer.error","userAgent":"$context.identity.userAgent"}"#,
);

fn selects(expression: &str) -> bool {
    let is_place = |text: &str| text.split('.').all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
    match expression.strip_prefix("$request.body.") {
        Some(place) => is_place(place),
        None => expression.contains("${request.body."),
    }
}
