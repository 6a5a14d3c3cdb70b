//! What a WebSocket API and a load balancer send.

use http::StatusCode;
use serde_json::{Value, json};
use sparta::prelude::*;

/// Lets pages of one origin connect, and tells connections what it has heard.
pub(super) async fn socket(request: Request) -> Result<(StatusCode, String), Error> {
    let connection = request.connection()?;
    let status = match connection.event() {
        ConnectionEvent::Connect => match request.headers().get("origin").map(|origin| origin.as_bytes()) {
            Some(b"https://chat.example") => StatusCode::OK,
            _ => StatusCode::FORBIDDEN,
        },
        ConnectionEvent::Disconnect => StatusCode::NO_CONTENT,
        ConnectionEvent::Message => {
            let heard: Value = request.json()?.unwrap_or_default();
            let to = heard["to"].as_str().unwrap_or(connection.id());
            let sent = WebSocket::connections().sender()?.send(to, &json!({"heard": heard["text"]})).await;
            let answer = sent.map_or_else(|error| error.to_string(), |()| format!("told {to}"));
            return Ok((StatusCode::OK, answer));
        }
    };
    Ok((status, connection.route().to_owned()))
}

/// Says the path, with two cookies.
pub(super) async fn shop(request: Request) -> Result<Response, Error> {
    let mut answer = request.uri().path().to_owned().into_response();
    for cookie in ["a=1", "b=2"] {
        answer.headers_mut().append("set-cookie", cookie.parse()?);
    }
    Ok(answer)
}
