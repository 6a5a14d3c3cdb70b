//! A client that is connected, as events have it.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>.

use std::net::IpAddr;

use base64_simd::URL_SAFE;
use serde_json::{Map, Value, json};

use crate::serve::{
    authorization::Caller,
    clock::Moment,
    pairs::Pairs,
    plan::{Plan, WebSocketPlan},
    rest_api::{API_ID, domain},
};

/// A client that is connected, or wants to be.
#[derive(Debug)]
pub(in crate::serve) struct Client {
    /// The id of its connection.
    pub(super) id: String,
    pub(super) connected: Moment,
    pub(super) address: IpAddr,
    pub(super) user_agent: Option<String>,
    pub(super) caller: Caller,
}

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happened<'a> {
    /// The request for a connection has these headers and this query.
    Connect {
        headers: &'a Pairs,
        query: &'a Pairs,
    },
    Message(&'a str),
    Disconnect {
        status: u16,
        reason: &'a str,
    },
}

impl Client {
    pub(super) fn new(address: IpAddr, user_agent: Option<&str>) -> Self {
        let id = URL_SAFE.encode_to_string(&fastrand::u128(..).to_be_bytes()[..11]);
        let user_agent = user_agent.map(str::to_owned);
        Self { id, connected: Moment::now(), address, user_agent, caller: Caller::default() }
    }

    pub(super) fn identity(&self) -> Value {
        let mut identity = json!({"sourceIp": self.address.to_string()});
        if let Some(agent) = &self.user_agent {
            identity["userAgent"] = agent.as_str().into();
        }
        identity
    }

    /// The event for a route.
    pub(super) fn event(
        &self,
        plan: &Plan,
        api: &WebSocketPlan,
        route: &str,
        request_id: &str,
        happened: Happened<'_>,
    ) -> Value {
        let now = Moment::now();
        let millis = |moment: Moment| u64::try_from(moment.millis()).unwrap_or_default();
        let kind = match happened {
            Happened::Connect { .. } => "CONNECT",
            Happened::Message(_) => "MESSAGE",
            Happened::Disconnect { .. } => "DISCONNECT",
        };
        let context = json!({
            "routeKey": route,
            "eventType": kind,
            "extendedRequestId": request_id,
            "requestTime": now.common_log(),
            "messageDirection": "IN",
            "stage": api.stage,
            "connectedAt": millis(self.connected),
            "requestTimeEpoch": millis(now),
            "identity": self.identity(),
            "requestId": request_id,
            "domainName": domain(plan),
            "connectionId": self.id,
            "apiId": API_ID,
        });
        let mut event = json!({"requestContext": context, "isBase64Encoded": false});
        match happened {
            Happened::Connect { headers, query } => {
                add_pairs(&mut event, headers, "headers", "multiValueHeaders");
                if !query.is_empty() {
                    add_pairs(&mut event, query, "queryStringParameters", "multiValueQueryStringParameters");
                }
            }
            Happened::Message(text) => {
                event["requestContext"]["messageId"] = request_id.into();
                event["body"] = text.into();
            }
            Happened::Disconnect { status, reason } => {
                event["requestContext"]["disconnectStatusCode"] = status.into();
                event["requestContext"]["disconnectReason"] = reason.into();
                let headers = [("Host", domain(plan)), ("x-api-key", String::new()), ("x-restapi", String::new())];
                let headers: Pairs = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                add_pairs(&mut event, &headers, "headers", "multiValueHeaders");
            }
        }
        if !api.variables.is_empty() {
            let variables = api.variables.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            event["stageVariables"] = Value::Object(variables.collect::<Map<_, _>>());
        }
        self.caller.add_to(&mut event);
        event
    }

    /// What it gets where a message has no answer.
    pub(super) fn problem(&self, text: &str, request_id: &str) -> String {
        json!({"message": text, "connectionId": self.id, "requestId": request_id}).to_string()
    }
}

fn add_pairs(event: &mut Value, pairs: &Pairs, last: &str, all: &str) {
    event[last] = pairs.last().into();
    event[all] = pairs.all().into();
}
