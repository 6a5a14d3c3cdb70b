//! What comes of a message, and of the end of a connection.

use std::sync::Arc;

use base64_simd::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use super::{
    WAIT,
    client::{Client, Happened},
    connections::Outgoing,
    selection,
};
use crate::serve::{invocation::Invocation, server::Shared, service::Service};

/// Gives a message to the function that it is for, and its answer to the client where that waits for one.
pub(super) async fn pass_on(shared: Shared, client: Arc<Client>, text: String) {
    let mut invocation = Invocation::new(Bytes::new());
    let id = invocation.request_id.clone();
    let answer = match shared.ready().await {
        Ok(service) => answer(&service, &client, &mut invocation, &text).await,
        Err(_) => Err("Internal server error"),
    };
    let outgoing = match answer {
        Ok(None) => return,
        Ok(Some(answer)) => answer,
        Err(problem) => client.problem(problem, &id).into(),
    };
    // A client that has gone hears nothing.
    _ = shared.connections.send(&client.id, Outgoing::Message(outgoing));
}

/// What the client is to be sent, if anything.
async fn answer(
    service: &Service,
    client: &Client,
    invocation: &mut Invocation,
    text: &str,
) -> Result<Option<Bytes>, &'static str> {
    const FAILED: &str = "Internal server error";
    let api = service.plan.web_socket.as_ref().ok_or("Forbidden")?;
    let route = selection::route(api, text).ok_or("Forbidden")?;
    let event = client.event(&service.plan, api, &route.key, &invocation.request_id, Happened::Message(text));
    invocation.event = event.to_string().into();
    let answer = service.ask(&route.function, invocation.clone(), WAIT).await.map_err(|_| FAILED)?;
    let answer = answer.whole().await.map_err(|_| FAILED)?;
    if !route.is_two_way {
        return Ok(None);
    }
    body(&answer).ok_or_else(|| {
        service.log(
            &route.function,
            "the answer has no `statusCode` and no text as its `body`, which the client would get",
        );
        FAILED
    })
}

/// The body of an answer; nothing where it is empty.
fn body(answer: &[u8]) -> Option<Option<Bytes>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    answer["statusCode"].as_u64()?;
    let body: Bytes = match &answer["body"] {
        Value::Null => Bytes::new(),
        Value::String(text) if answer["isBase64Encoded"] == true => STANDARD.decode_to_vec(text).ok()?.into(),
        Value::String(text) => text.clone().into(),
        _ => return None,
    };
    Some(Some(body).filter(|body| !body.is_empty()))
}

/// Tells the function that is to know it that a connection has ended.
pub(super) async fn disconnected(shared: &Shared, client: &Client, status: u16, reason: &str) {
    let Ok(service) = shared.ready().await else { return };
    let Some(api) = &service.plan.web_socket else { return };
    let Some(route) = api.route("$disconnect") else { return };
    let mut invocation = Invocation::new(Bytes::new());
    let happened = Happened::Disconnect { status, reason };
    let event = client.event(&service.plan, api, &route.key, &invocation.request_id, happened);
    invocation.event = event.to_string().into();
    // Nobody is there to hear what comes of it.
    _ = service.ask(&route.function, invocation, WAIT).await;
}
