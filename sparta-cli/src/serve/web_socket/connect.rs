//! Clients that want to connect.

use std::sync::Arc;

use http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{
    WAIT,
    client::{Client, Happened},
};
use crate::serve::{
    authorization::{Api, Asked},
    body::{self, Body},
    pairs::Pairs,
    plan::{WebSocketPlan, WebSocketRoute},
    rest_api::API_ID,
    service::{Arrived, Begun, Service, message},
};

/// Whether a request is for a WebSocket.
pub(in crate::serve) fn is_wanted(head: &Parts) -> bool {
    let is = |name: header::HeaderName, wanted: &str| {
        let values = head.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.into_iter().flat_map(|value| value.split(',')).any(|it| it.trim().eq_ignore_ascii_case(wanted))
    };
    head.method == Method::GET && is(header::UPGRADE, "websocket") && is(header::CONNECTION, "upgrade")
}

impl Service {
    /// Lets a client connect, or says why not: at the stage as in AWS, or at the root as at a domain of the service's own.
    pub(in crate::serve) async fn connect(
        &self,
        arrived: &Arrived<'_>,
    ) -> Result<(Response<Body>, Arc<Client>), Response<Body>> {
        let path = arrived.head.uri.path().trim_matches('/');
        let api = self.plan.web_socket.as_ref().filter(|api| path.is_empty() || path == api.stage);
        let api = api.ok_or_else(|| message(StatusCode::FORBIDDEN, "Forbidden"))?;
        let accept = accept(arrived.head).ok_or_else(|| message(StatusCode::BAD_REQUEST, "Bad Request"))?;
        let agent = arrived.head.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let mut client = Client::new(arrived.client, agent);
        let protocol = match api.route("$connect") {
            Some(route) => self.let_connect(api, route, &mut client, arrived).await?,
            None => None,
        };
        let mut response = Response::new(body::full(""));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if let Some(protocol) = protocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        Ok((response, Arc::new(client)))
    }

    /// Asks who it is and the function of the route; gives the subprotocol that the function has chosen.
    async fn let_connect(
        &self,
        api: &WebSocketPlan,
        route: &WebSocketRoute,
        client: &mut Client,
        arrived: &Arrived<'_>,
    ) -> Result<Option<HeaderValue>, Response<Body>> {
        let mut begun = arrived.begin();
        let id = begun.invocation.request_id.clone();
        let event = |client: &Client, begun: &Begun| {
            let headers = arrived.incoming(begun, "").all_headers(&self.plan);
            let query = Pairs::of_query(arrived.head.uri.query().unwrap_or_default());
            let happened = Happened::Connect { headers: &headers, query: &query };
            client.event(&self.plan, api, &route.key, &id, happened)
        };
        let (region, account, stage) = (&self.plan.region, &self.plan.account, &api.stage);
        let arn = format!("arn:aws:execute-api:{region}:{account}:{API_ID}/{stage}/$connect");
        let asked = Asked { api: Api::WebSocket, head: arrived.head, event: &event(client, &begun), arn };
        let caller = self.authorize(&route.guard, &asked).await;
        client.caller = caller.map_err(|refused| refused.of_web_socket_api(&client.id, &id))?;
        begun.invocation.event = event(client, &begun).to_string().into();
        let failed = || refusal(client, &id, StatusCode::BAD_GATEWAY, "Internal server error");
        let answer = self.ask(&route.function, begun.invocation, WAIT).await.map_err(|_| failed())?;
        let answer = answer.whole().await.map_err(|_| failed())?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|_| failed())?;
        let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or_else(failed)?;
        if !status.is_success() {
            return Err(refusal(client, &id, status, status.canonical_reason().unwrap_or_default()));
        }
        Ok(chosen_protocol(&answer))
    }
}

/// What proves to the client that it was understood; it has version 13 of the protocol and a key.
fn accept(head: &Parts) -> Option<HeaderValue> {
    let is_known = head.headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = head.headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_known)?;
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok()
}

fn refusal(client: &Client, request_id: &str, status: StatusCode, text: &str) -> Response<Body> {
    let mut response = message(status, "");
    *response.body_mut() = body::full(client.problem(text, request_id));
    response
}

fn chosen_protocol(answer: &Value) -> Option<HeaderValue> {
    let headers = [&answer["headers"], &answer["multiValueHeaders"]];
    let mut headers = headers.into_iter().filter_map(Value::as_object).flatten();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-protocol"))?;
    HeaderValue::from_str(value.as_str().or_else(|| value[0].as_str())?).ok()
}
