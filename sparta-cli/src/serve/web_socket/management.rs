//! What functions do with connections: the management API.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>.

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use percent_encoding::percent_decode_str;

use super::{
    LARGEST_MESSAGE,
    connections::{Connections, NotSent, Outgoing},
};
use crate::serve::{
    authorization::is_signed,
    body::{self, Body},
    plan::Plan,
    service::problem,
};

/// The connection that a request is about: at `/live/@connections/ID`, or without the stage.
pub(in crate::serve) fn connection_of(plan: &Plan, path: &str) -> Option<String> {
    let api = plan.web_socket.as_ref()?;
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path = path.strip_prefix('/')?;
    let path = path.strip_prefix(api.stage.as_str()).and_then(|path| path.strip_prefix('/')).unwrap_or(path);
    path.strip_prefix("@connections/").map(str::to_owned)
}

pub(in crate::serve) fn respond(connections: &Connections, head: &Parts, message: Bytes, id: &str) -> Response<Body> {
    // Pages cannot sign: none has to write to the connections of the machine that it is shown on.
    if !is_signed(head) {
        return problem(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    let done = |status: StatusCode, text: String| {
        let mut response = Response::new(body::full(text));
        *response.status_mut() = status;
        response
    };
    let sent = match head.method {
        Method::POST if message.len() > LARGEST_MESSAGE => {
            return problem(413, "PayloadTooLargeException", "Message too long");
        }
        Method::POST => connections.send(id, Outgoing::Message(message)).map(|()| done(StatusCode::OK, String::new())),
        Method::DELETE => connections.send(id, Outgoing::End).map(|()| done(StatusCode::NO_CONTENT, String::new())),
        Method::GET => {
            let known = connections.describe(id).map(|known| done(StatusCode::OK, known.to_string()));
            known.ok_or(NotSent::Gone)
        }
        _ => return problem(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    };
    sent.unwrap_or_else(|not_sent| match not_sent {
        NotSent::Gone => problem(410, "GoneException", "Gone"),
        NotSent::Full => problem(429, "LimitExceededException", "Too many messages wait for the client"),
    })
}
