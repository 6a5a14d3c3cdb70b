//! Who may send a request, as API Gateway finds it out.

mod function;
mod kept;
mod policy;
mod refused;
mod signature;
mod tokens;

pub(super) use kept::Kept;
pub(super) use refused::Refused;

use http::request::Parts;
use serde_json::{Map, Value, json};

use super::{
    plan::{Guard, Plan},
    service::Service,
};
use signature::Signature;
use tokens::Token;

/// The kinds of APIs, which ask and answer in forms of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Http,
    Rest,
    WebSocket,
}

/// A request of which it is to be found out.
pub(super) struct Asked<'a> {
    pub(super) api: Api,
    pub(super) head: &'a Parts,
    /// Its event, which says nothing yet of who called.
    pub(super) event: &'a Value,
    /// Its ARN.
    pub(super) arn: String,
}

/// What events say of who called.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Caller {
    /// `requestContext.authorizer`.
    pub(super) authorizer: Option<Value>,
    /// What is in `requestContext.identity`, of REST APIs and WebSocket APIs.
    pub(super) identity: Map<String, Value>,
    /// The key of a usage plan that an authorizer names.
    pub(super) key: Option<String>,
}

impl Caller {
    /// Adds to an event who called.
    pub(super) fn add_to(&self, event: &mut Value) {
        let context = &mut event["requestContext"];
        if let Some(authorizer) = &self.authorizer {
            context["authorizer"] = authorizer.clone();
        }
        for (name, value) in &self.identity {
            context["identity"][name] = value.clone();
        }
    }
}

impl Service {
    /// Finds out who sends a request, and whether they may.
    pub(super) async fn authorize(&self, guard: &Guard, asked: &Asked<'_>) -> Result<Caller, Refused> {
        match guard {
            Guard::Open => Ok(Caller::default()),
            Guard::Iam => {
                let signature = Signature::of(asked.head).ok_or(Refused::NotSigned)?;
                Ok(signed(&signature, asked.api, &self.plan))
            }
            Guard::Tokens(plan) => {
                let token = Token::of(asked.head, &plan.header)?;
                token.check(plan, super::clock::Moment::now().seconds())?;
                let authorizer = if plan.of_cognito { token.of_cognito() } else { token.of_http_api(plan) };
                Ok(Caller { authorizer: Some(authorizer), ..Caller::default() })
            }
            Guard::Function(gate) => self.ask_gatekeeper(gate, asked).await,
        }
    }
}

/// Whether a request has a signature of AWS's form.
pub(super) fn is_signed(head: &Parts) -> bool {
    Signature::of(head).is_some()
}

/// Who signed a request: a user of the account, since nobody here knows another.
fn signed(signature: &Signature, api: Api, plan: &Plan) -> Caller {
    const USER: &str = "AIDACKCEVSQ6C2EXAMPLE";
    let (account, key) = (&plan.account, &signature.access_key);
    let arn = format!("arn:aws:iam::{account}:user/local");
    if api == Api::Http {
        let iam = json!({
            "accessKey": key,
            "accountId": account,
            "callerId": USER,
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": arn,
            "userId": USER,
        });
        return Caller { authorizer: Some(json!({"iam": iam})), ..Caller::default() };
    }
    let identity =
        [("accessKey", key.as_str()), ("accountId", account), ("caller", USER), ("user", USER), ("userArn", &arn)];
    let identity = identity.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    Caller { identity: identity.collect(), ..Caller::default() }
}

#[cfg(test)]
mod tests;
