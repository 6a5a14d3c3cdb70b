//! The resource policy of a REST API: from where, and from which accounts, requests come in.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html>.

use std::net::IpAddr;

use super::{
    definition::{Defined, object},
    security::Asks,
};
use crate::cfn::{Value, sub};

/// Who is let in. Lists that are empty say nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Callers {
    pub(super) source_ips: Vec<Value>,
    pub(super) accounts: Vec<Value>,
}

impl Callers {
    /// The policy, where one is needed; `endpoints` are those of a private API.
    ///
    /// A statement that allows is no more than what the routes need: in one account, it lets in whoever signs a request, even
    /// without a permission of its own, and whomever an authorizer's policy says nothing of.
    pub(super) fn policy(&self, endpoints: Option<&[Value]>, routes: &[Defined]) -> Option<Value> {
        let mut statements = Vec::new();
        if endpoints.is_none() && self.source_ips.is_empty() && self.accounts.is_empty() {
            return None;
        }
        // Whoever has a token of Cognito's needs a statement that allows, too.
        if let Some(open) = resources(routes, &[Asks::Nobody, Asks::Tokens]) {
            statements.push(statement("Allow", "*".into(), open, None));
        }
        if let Some(signed) = resources(routes, &[Asks::Iam]).filter(|_| !self.accounts.is_empty()) {
            let accounts: Vec<Value> = self.accounts.iter().map(root).collect();
            statements.push(statement("Allow", object([("AWS", accounts.into())]), signed, None));
        }
        if let Some(endpoints) = endpoints {
            statements.push(only("StringNotEquals", "aws:SourceVpce", endpoints));
        }
        if !self.source_ips.is_empty() {
            let key = if endpoints.is_some() { "aws:VpcSourceIp" } else { "aws:SourceIp" };
            statements.push(only("NotIpAddress", key, &self.source_ips));
        }
        Some(object([("Statement", statements.into()), ("Version", "2012-10-17".into())]))
    }
}

/// Everything of the API, which API Gateway puts the API's ARN before.
const ALL: &str = "execute-api:/*";

/// The routes that ask for one of these; `None` where there is none of them.
fn resources(routes: &[Defined], asks: &[Asks]) -> Option<Value> {
    let wanted: Vec<&Defined> = routes.iter().filter(|route| asks.contains(&route.asks)).collect();
    match wanted.len() {
        0 => None,
        all if all == routes.len() => Some(ALL.into()),
        _ => Some(wanted.into_iter().map(resource).collect::<Vec<_>>().into()),
    }
}

/// A route in every stage, with `*` for its parameters.
fn resource(Defined { path, method, .. }: &Defined) -> String {
    let part = |part: &str| if part.starts_with('{') { "*".to_owned() } else { part.to_owned() };
    let path: Vec<String> = path.split('/').map(part).collect();
    format!("execute-api:/*/{method}{}", path.join("/"))
}

fn statement(effect: &str, principal: Value, resource: Value, condition: Option<Value>) -> Value {
    let mut statement = object([
        ("Action", "execute-api:Invoke".into()),
        ("Effect", effect.into()),
        ("Principal", principal),
        ("Resource", resource),
    ]);
    if let (Value::Map(statement), Some(condition)) = (&mut statement, condition) {
        statement.insert("Condition".to_owned(), condition);
    }
    statement
}

/// Refuses everything but these.
fn only(operator: &str, key: &str, values: &[Value]) -> Value {
    let condition = object([(operator, object([(key, values.to_vec().into())]))]);
    statement("Deny", "*".into(), ALL.into(), Some(condition))
}

fn root(account: &Value) -> Value {
    match account {
        Value::String(account) => sub(format!("arn:${{AWS::Partition}}:iam::{account}:root")),
        other => {
            let text = "arn:${AWS::Partition}:iam::${Account}:root";
            Value::function("Fn::Sub", vec![text.into(), object([("Account", other.clone())])])
        }
    }
}

/// Whether a text is an address, or a range of them.
pub(super) fn is_range(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
