//! Clients of a WebSocket API in tests, and what is sent to them.

use serde::Serialize;
use serde_json::json;

use crate::{Body, Request, RequestContext, RequestExt};

/// A client of a WebSocket API, for tests: what API Gateway makes of what it does.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, Request, RequestExt, service_fn, testing, trigger::WebSocket};
///
/// async fn chat(request: Request) -> Result<String, Error> {
///     let connection = request.connection()?;
///     Ok(format!("{} on {}", connection.id(), connection.route()))
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let chat = Function::http("chat", service_fn(chat)).trigger(WebSocket::connect()).trigger(WebSocket::route("say"));
/// let service = testing::app(App::new("Chat").function(chat));
/// let ada = testing::WebSocketClient::new("ada");
/// assert_eq!(service.request("chat", ada.connect()).await?.status(), 200);
/// let said = service.request("chat", ada.message("say", &json!({"action": "say", "text": "hello"}))).await?;
/// assert_eq!(said.into_body().text().await?, "ada on say");
/// # Ok::<_, Error>(())
/// # })?;
/// # Ok::<_, Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WebSocketClient {
    id: String,
}

impl WebSocketClient {
    /// A client whose connection has this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }

    /// It wants to connect. A query and headers can be added to the request.
    pub fn connect(&self) -> Request {
        self.request("$connect", "CONNECT", Body::empty())
    }

    /// It sends a message, as JSON, which comes by this route: `say`, or `$default`.
    ///
    /// # Panics
    ///
    /// Where the message cannot be JSON.
    pub fn message(&self, route: &str, message: &impl Serialize) -> Request {
        let message = serde_json::to_vec(message).expect("the message is JSON");
        self.request(route, "MESSAGE", message.into())
    }

    /// Its connection has ended.
    pub fn disconnect(&self) -> Request {
        self.request("$disconnect", "DISCONNECT", Body::empty())
    }

    fn request(&self, route: &str, event: &str, body: Body) -> Request {
        let context = json!({
            "apiId": "a1b2c3",
            "connectedAt": 0,
            "connectionId": self.id,
            "domainName": "a1b2c3.execute-api.eu-west-1.amazonaws.com",
            "eventType": event,
            "identity": {"sourceIp": "192.0.2.1"},
            "messageDirection": "IN",
            "requestId": "test",
            "requestTimeEpoch": 0,
            "routeKey": route,
            "stage": "live",
        });
        let context = serde_json::from_value(context).expect("it is a context");
        Request::new(body).with_request_context(RequestContext::WebSocket(context))
    }
}

/// What is sent to connections in tests: see [`connections`].
#[cfg(feature = "connections")]
#[derive(Clone, Copy, Debug)]
pub struct TestConnections;

/// Takes all messages that are sent to connections of a WebSocket API in this process, in the place of API Gateway. With the
/// feature `connections`.
///
/// Tests of one process share it: let each have ids of its own.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{Error, testing, trigger::{SendError, WebSocket}};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let sent = testing::connections();
/// let connections = WebSocket::connections().sender()?;
/// connections.send("ada", &json!({"text": "hello"})).await?;
/// assert_eq!(sent.messages("ada"), [json!({"text": "hello"})]);
///
/// sent.end("bob");
/// assert_eq!(connections.send("bob", &"hello").await, Err(SendError::Gone));
/// # Ok::<_, Error>(())
/// # })?;
/// # Ok::<_, Error>(())
/// ```
#[cfg(feature = "connections")]
pub fn connections() -> TestConnections {
    crate::trigger::web_socket::fake::begin();
    TestConnections
}

#[cfg(feature = "connections")]
impl TestConnections {
    /// What was sent to a connection since it was asked for; a message that is no JSON is its text.
    pub fn messages(&self, id: &str) -> Vec<serde_json::Value> {
        let messages = crate::trigger::web_socket::fake::messages(id).into_iter();
        let text = |message: &[u8]| String::from_utf8_lossy(message).into_owned().into();
        messages.map(|message| serde_json::from_slice(&message).unwrap_or_else(|_| text(&message))).collect()
    }

    /// Ends a connection: what is sent to it then is [`Gone`](crate::trigger::SendError::Gone).
    pub fn end(&self, id: &str) {
        crate::trigger::web_socket::fake::end(id);
    }

    /// Whether a connection has ended.
    pub fn has_ended(&self, id: &str) -> bool {
        crate::trigger::web_socket::fake::has_ended(id)
    }
}
