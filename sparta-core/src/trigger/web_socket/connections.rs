//! The connections of the App's WebSocket API, which functions send messages to.

use super::{API, STAGE_NAME, address, api, api_id, has_routes};
use crate::{
    cfn::{Resource, Value, sub},
    construct::{Construct, Grant},
    iam::{Arn, Statement},
    mistake::{Mistake, Subject},
    stack::Stack,
};

/// The connections of the App's WebSocket API: [`WebSocket::connections`](super::WebSocket::connections).
///
/// A function that uses them has the variable `WEB_SOCKET_CONNECTIONS` with the address that messages are posted to. With the
/// feature `connections`, `sender` posts them; nothing of that is compiled without it.
///
/// # Example
///
/// ```
/// # #[cfg(feature = "connections")]
/// # {
/// use http::StatusCode;
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, Request, RequestExt, service_fn, trigger::WebSocket};
///
/// async fn hello(request: Request) -> Result<StatusCode, Error> {
///     let connections = WebSocket::connections().sender()?;
///     connections.send(request.connection()?.id(), &json!({"text": "hello"})).await?;
///     Ok(StatusCode::OK)
/// }
///
/// let app = App::new("Chat").function(
///     Function::http("hello", service_fn(hello))
///         .uses(WebSocket::connections().send())
///         .trigger(WebSocket::default_route()),
/// );
/// app.check().unwrap();
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Connections;

/// What is wrong with the use of [`Connections`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionsMistake {
    /// There is no API.
    #[error(
        "a function uses `WebSocket::connections()`, and none has a route of a WebSocket API: add \
         `.trigger(WebSocket::connect())` to the one that hears of connections"
    )]
    NoRoute,
}

/// The variable with the address that messages are posted to.
const VARIABLE: &str = "WEB_SOCKET_CONNECTIONS";

impl Connections {
    /// Sends messages to connections.
    pub fn send(self) -> Grant {
        self.grant("POST")
    }

    /// Ends connections.
    pub fn disconnect(self) -> Grant {
        self.grant("DELETE")
    }

    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html>.
    fn grant(self, method: &str) -> Grant {
        let all = format!("${{{API}}}/{STAGE_NAME}/{method}/@connections/*");
        let all = sub(Arn::new("execute-api", &all).to_string());
        Grant::new(self, [Statement::allow(["execute-api:ManageConnections"]).on(all)])
    }

    /// Has functions post to this address in place of the default endpoint, which is closed.
    pub(super) fn send_to(address: &Value, stack: &mut Stack) {
        stack.change_all("AWS::Lambda::Function", |function| {
            let variables = match function.properties().get("Environment") {
                Some(Value::Map(environment)) => environment.get("Variables"),
                _ => None,
            };
            let Some(Value::Map(variables)) = variables.cloned() else { return function };
            if !variables.contains_key(VARIABLE) {
                return function;
            }
            let mut variables = variables;
            variables.insert(VARIABLE.to_owned(), address.clone());
            function.property("Environment", Value::Map([("Variables".to_owned(), Value::Map(variables))].into()))
        });
    }

    /// Reports where functions send to connections of an API that there is not.
    pub(crate) fn check_use<'c>(mut constructs: impl Iterator<Item = &'c dyn Construct>, stack: &mut Stack) {
        if !has_routes(stack) && constructs.any(|it| it.id() == Construct::id(&Self)) {
            stack.report(Mistake::new(Subject::App, ConnectionsMistake::NoRoute));
            // What refers to it is no mistake of its own.
            stack.share(api_id(), || api(super::SELECTION));
        }
    }
}

impl Construct for Connections {
    fn label(&self) -> &str {
        "web-socket"
    }

    fn kind(&self) -> &'static str {
        "Connections"
    }

    /// The address that messages are posted to.
    fn value(&self) -> Value {
        address("https", &api_id())
    }

    /// The routes of functions make the API.
    fn resources(&self) -> Vec<(&'static str, Resource)> {
        Vec::new()
    }
}
