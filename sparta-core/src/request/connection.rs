//! The connection that an event of a WebSocket API is about.

use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequestContext;

use super::RequestContext;

/// The connection of a WebSocket API that a request is about, and what happens to it: see
/// [`RequestExt::connection`](super::RequestExt::connection).
#[derive(Clone, Copy, Debug)]
pub struct Connection<'r> {
    id: &'r str,
    route: &'r str,
    event: ConnectionEvent,
    context: &'r ApiGatewayWebsocketProxyRequestContext,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionEvent {
    /// A client wants to connect. An answer with a status of 200 to 299 lets it, any other refuses it.
    Connect,
    /// A client has sent a message: the request's body.
    Message,
    /// It has ended. Nothing more can be sent to it, and answers go nowhere.
    Disconnect,
}

/// A request that is about no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the request is about no connection: another trigger than `WebSocket` has sent it, or it is made by hand, without \
     `sparta::testing::WebSocketClient`"
)]
pub struct NoConnection;

impl<'r> Connection<'r> {
    pub(super) fn of(context: Option<&'r RequestContext>) -> Result<Self, NoConnection> {
        let Some(RequestContext::WebSocket(context)) = context else { return Err(NoConnection) };
        let event = match context.event_type.as_deref() {
            Some("CONNECT") => ConnectionEvent::Connect,
            Some("MESSAGE") => ConnectionEvent::Message,
            Some("DISCONNECT") => ConnectionEvent::Disconnect,
            _ => return Err(NoConnection),
        };
        let id = context.connection_id.as_deref().ok_or(NoConnection)?;
        Ok(Self { id, route: context.route_key.as_deref().unwrap_or_default(), event, context })
    }

    /// What API Gateway calls it: what messages are sent to.
    pub fn id(&self) -> &'r str {
        self.id
    }

    /// The route: `$connect`, `$disconnect`, `$default`, or the name of a route of the service.
    pub fn route(&self) -> &'r str {
        self.route
    }

    /// What happens to it.
    pub fn event(&self) -> ConnectionEvent {
        self.event
    }

    /// Everything that API Gateway says: when it was opened, from where, what an authorizer passed on, why it ended.
    pub fn context(&self) -> &'r ApiGatewayWebsocketProxyRequestContext {
        self.context
    }
}
