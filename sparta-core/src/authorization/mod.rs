//! What a Lambda authorizer is asked, and what it answers.

mod request;

pub use request::AuthorizerRequest;

use std::{any::TypeId, collections::BTreeMap};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// What a Lambda authorizer answers: whether the request comes to its route, and what the route's handler hears of the caller.
///
/// A request that is denied is answered with a status 403. An authorizer that fails, or takes too long, has it answered with a
/// status 500.
///
/// A REST API or a WebSocket API gets an IAM policy, as its event asks for. Of an HTTP API it is the simple form; with a
/// [`principal`](Self::principal) or with ARNs ([`on`](Self::on)) it is a policy there too, for an authorizer that is declared with
/// [`policies`](crate::trigger::LambdaAuthorizer::policies). An HTTP API takes the form that is declared, and no other; its event
/// does not say which.
///
/// # Example
///
/// ```
/// use sparta_core::{
///     App, Authorization, AuthorizerRequest, Error, Function, LambdaEvent, Request, RequestExt, service_fn,
///     trigger::{HttpApi, LambdaAuthorizer},
/// };
///
/// /// Lets those in who know the password.
/// async fn gate(event: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
///     let key = event.payload.headers.get("x-key").and_then(|key| key.to_str().ok());
///     Ok(match key {
///         Some("sesame") => Authorization::allow().context("name", "Ali Baba"),
///         _ => Authorization::deny(),
///     })
/// }
///
/// /// What the authorizer says of the caller is in the request.
/// async fn cave(request: Request) -> Result<String, Error> {
///     let context = request.authorizer_context().ok_or("the route has no authorizer")?;
///     Ok(format!("come in, {}", context["name"]))
/// }
///
/// let gatekeeper = LambdaAuthorizer::new(Function::handle("gate")).header("x-key");
/// let app = App::new("Cave")
///     .function(Function::event("gate", service_fn(gate)))
///     .function(Function::http("cave", service_fn(cave)).trigger(HttpApi::get("/cave").authorizer(gatekeeper)));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Authorization {
    allows: bool,
    principal: Option<String>,
    on: Vec<String>,
    context: BTreeMap<String, Value>,
    usage_identifier_key: Option<String>,
}

impl Authorization {
    /// Lets the request through.
    pub fn allow() -> Self {
        Self { allows: true, principal: None, on: Vec::new(), context: BTreeMap::new(), usage_identifier_key: None }
    }

    /// Keeps it out: the caller gets a status 403.
    pub fn deny() -> Self {
        Self { allows: false, ..Self::allow() }
    }

    /// Tells the route's handler something of the caller, which reads it with
    /// [`RequestExt::authorizer_context`](crate::RequestExt::authorizer_context).
    ///
    /// REST APIs and WebSocket APIs take texts, numbers and booleans: lists and objects reach them as their JSON text, and nulls not
    /// at all. Handlers of theirs read every value as text.
    pub fn context(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.context.insert(name.into(), value.into());
        self
    }

    /// Answers with an IAM policy, for this caller.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Authorization, AuthorizerRequest};
    ///
    /// fn judge(request: &AuthorizerRequest) -> Authorization {
    ///     Authorization::allow().principal("ada").on(request.route_arn.clone().unwrap_or_default())
    /// }
    /// ```
    pub fn principal(mut self, id: impl Into<String>) -> Self {
        self.principal = Some(id.into());
        self
    }

    /// Answers with an IAM policy, which is about requests of this ARN: `AuthorizerRequest::route_arn`, or a pattern. Without
    /// any it is about all routes of the API and the stage, also while the answer is kept.
    pub fn on(mut self, route_arn: impl Into<String>) -> Self {
        self.on.push(route_arn.into());
        self
    }

    /// Meters the caller by this key of a usage plan, by its value, where the REST API takes keys from its authorizer:
    /// [`RestApiOptions::api_keys_of_authorizer`](crate::trigger::RestApiOptions::api_keys_of_authorizer).
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html>.
    pub fn usage_identifier_key(mut self, key: impl Into<String>) -> Self {
        self.usage_identifier_key = Some(key.into());
        self
    }

    fn write<S: Serializer>(&self, asked: &Asked, serializer: S) -> Result<S::Ok, S::Error> {
        let context = Some(&self.context).filter(|context| !context.is_empty());
        let wants_policy = asked.method_arn.is_some();
        let has_policy = wants_policy || self.principal.is_some() || !self.on.is_empty();
        if !has_policy {
            return Simple { is_authorized: self.allows, context }.serialize(serializer);
        }
        let plain = context.filter(|_| wants_policy).map(plain);
        let all = [asked.everything()];
        let resource = if self.on.is_empty() { &all[..] } else { &self.on };
        let effect = if self.allows { "Allow" } else { "Deny" };
        let policy_document =
            Policy { version: "2012-10-17", statement: [Statement { effect, action: "execute-api:Invoke", resource }] };
        let answer = Whole {
            principal_id: self.principal.as_deref().unwrap_or("caller"),
            policy_document,
            context: plain.as_ref().or(context),
            usage_identifier_key: self.usage_identifier_key.as_deref(),
        };
        answer.serialize(serializer)
    }
}

/// A context without what REST APIs and WebSocket APIs refuse.
fn plain(context: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let entries = context.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let is_plain = !value.is_array() && !value.is_object();
        (name.clone(), if is_plain { value.clone() } else { value.to_string().into() })
    });
    entries.collect()
}

/// Without an event that asks, it is what an HTTP API would get.
impl Serialize for Authorization {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write(&Asked::default(), serializer)
    }
}

/// What an event says of the API that asks: of REST APIs and WebSocket APIs the ARN of a method, of HTTP APIs that of a route.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    method_arn: Option<String>,
    route_arn: Option<String>,
}

impl Asked {
    /// Reads an event, where a handler answers it with an [`Authorization`].
    pub(crate) fn for_answer<A: 'static>(event: &[u8]) -> Option<Self> {
        let is_asked = TypeId::of::<A>() == TypeId::of::<Authorization>();
        is_asked.then(|| serde_json::from_slice(event).unwrap_or_default())
    }

    /// The ARN of all routes of the stage that asks.
    fn everything(&self) -> String {
        let arn = self.method_arn.as_deref().or(self.route_arn.as_deref()).unwrap_or_default();
        let mut parts = arn.split('/');
        match (parts.next(), parts.next()) {
            (Some(api), Some(stage)) => format!("{api}/{stage}/*"),
            _ => "*".to_owned(),
        }
    }
}

/// An answer in the form that is asked for.
pub(crate) struct Answer<'a>(pub(crate) &'a Authorization, pub(crate) &'a Asked);

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(self.1, serializer)
    }
}

type Context<'a> = Option<&'a BTreeMap<String, Value>>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Simple<'a> {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Context<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    principal_id: &'a str,
    policy_document: Policy<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_identifier_key: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy<'a> {
    version: &'static str,
    statement: [Statement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement<'a> {
    effect: &'static str,
    action: &'static str,
    resource: &'a [String],
}

#[cfg(test)]
mod tests;
