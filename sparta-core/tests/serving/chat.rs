//! A service that sends messages to the connections of a WebSocket API.

use serde::Deserialize;
use serde_json::Value;
use sparta_core::{App, Error, Function, LambdaEvent, service_fn, trigger::WebSocket};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Order {
    Send { id: String, message: Value },
    SendText { id: String, text: String },
    SendLarge { id: String, bytes: usize },
    SendAll { ids: Vec<String>, message: Value },
    Disconnect { id: String },
}

/// Does it, and says what came of it.
async fn chat(event: LambdaEvent<Order>) -> Result<String, Error> {
    let connections = WebSocket::connections().sender()?;
    let done = match event.payload {
        Order::Send { id, message } => connections.send(&id, &message).await,
        Order::SendText { id, text } => connections.send_text(&id, &text).await,
        Order::SendLarge { id, bytes } => connections.send_text(&id, &"x".repeat(bytes)).await,
        Order::Disconnect { id } => connections.disconnect(&id).await,
        Order::SendAll { ids, message } => {
            let mut missed = connections.send_all(ids, &message).await?;
            missed.sort_by(|(one, _), (other, _)| one.cmp(other));
            let missed: Vec<String> = missed.iter().map(|(id, error)| format!("{id}: {error}")).collect();
            return Ok(missed.join("; "));
        }
    };
    Ok(done.map_or_else(|error| error.to_string(), |()| "done".to_owned()))
}

pub(super) fn app() -> App {
    let chat = Function::event("chat", service_fn(chat)).uses(WebSocket::connections().send());
    App::new("Chat").function(chat.trigger(WebSocket::default_route()))
}
