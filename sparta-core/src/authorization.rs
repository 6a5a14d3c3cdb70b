//! What a Lambda authorizer of an HTTP API is asked, and what it answers.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// What API Gateway asks a Lambda authorizer: the request that somebody has sent, without its body.
///
/// It is the event of the payload's version 2.0. `identity_source` has the values of the identity sources in their order, and
/// `route_arn` the ARN of the request, which [`Authorization::on`] takes.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>.
///
/// # Example
///
/// [`Authorization`] has one.
pub use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request as AuthorizerRequest;

/// What a Lambda authorizer answers: whether the request comes to its route, and what the route's handler hears of the caller.
///
/// A request that is denied is answered with a status 403. An authorizer that fails, or takes longer than 10 seconds, has it
/// answered with a status 500.
///
/// It is the simple form of the answer. With a [`principal`](Self::principal) or with ARNs ([`on`](Self::on)) it is an IAM
/// policy, for an authorizer that is declared with [`policies`](crate::trigger::LambdaAuthorizer::policies). API Gateway takes the
/// form that is declared, and no other.
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
}

impl Authorization {
    /// Lets the request through.
    pub fn allow() -> Self {
        Self { allows: true, principal: None, on: Vec::new(), context: BTreeMap::new() }
    }

    /// Keeps it out: the caller gets a status 403.
    pub fn deny() -> Self {
        Self { allows: false, ..Self::allow() }
    }

    /// Tells the route's handler something of the caller, which reads it with
    /// [`RequestExt::authorizer_context`](crate::RequestExt::authorizer_context).
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
    /// any it is about all routes that the authorizer guards, also while the answer is kept.
    pub fn on(mut self, route_arn: impl Into<String>) -> Self {
        self.on.push(route_arn.into());
        self
    }

    fn is_policy(&self) -> bool {
        self.principal.is_some() || !self.on.is_empty()
    }
}

impl Serialize for Authorization {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let context = Some(&self.context).filter(|context| !context.is_empty());
        if !self.is_policy() {
            return Simple { is_authorized: self.allows, context }.serialize(serializer);
        }
        let all = [String::from("*")];
        let resource = if self.on.is_empty() { &all[..] } else { &self.on };
        let effect = if self.allows { "Allow" } else { "Deny" };
        let policy_document =
            Policy { version: "2012-10-17", statement: [Statement { effect, action: "execute-api:Invoke", resource }] };
        let principal_id = self.principal.as_deref().unwrap_or("caller");
        Whole { principal_id, policy_document, context }.serialize(serializer)
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
mod tests {
    use serde_json::json;

    use super::*;

    fn written(authorization: Authorization) -> Value {
        serde_json::to_value(authorization).unwrap()
    }

    #[test]
    fn an_answer_is_of_the_simple_form_by_itself() {
        assert_eq!(written(Authorization::deny()), json!({"isAuthorized": false}));
        let allowed = Authorization::allow().context("name", "ada").context("roles", vec!["admin"]).context("age", 36);
        let context = json!({"name": "ada", "roles": ["admin"], "age": 36});
        assert_eq!(written(allowed), json!({"isAuthorized": true, "context": context}));
    }

    #[test]
    fn an_answer_with_a_principal_or_arns_is_a_policy() {
        let policy = |effect: &str, resource: Value| {
            let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource});
            json!({"Version": "2012-10-17", "Statement": [statement]})
        };
        let arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/GET/orders";
        for (answer, principal, document) in [
            (Authorization::allow().principal("ada"), "ada", policy("Allow", json!(["*"]))),
            (Authorization::deny().principal("eve").on(arn), "eve", policy("Deny", json!([arn]))),
            (Authorization::allow().on(arn).on("arn:x"), "caller", policy("Allow", json!([arn, "arn:x"]))),
        ] {
            assert_eq!(written(answer.clone()), json!({"principalId": principal, "policyDocument": document}));
            assert_eq!(written(answer.context("a", 1))["context"], json!({"a": 1}));
        }
    }

    #[test]
    fn a_request_is_read_as_api_gateway_sends_it() {
        let event = json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/GET/orders",
            "identitySource": ["Bearer x", "7"],
            "routeKey": "GET /orders",
            "rawPath": "/orders",
            "rawQueryString": "key=7",
            "headers": {"authorization": "Bearer x"},
            "queryStringParameters": {"key": "7"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3",
                "http": {"method": "GET", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                "requestId": "id",
                "routeKey": "GET /orders",
                "stage": "$default",
                "timeEpoch": 1_583_348_638_390_i64,
            },
        });
        let request: AuthorizerRequest = serde_json::from_value(event).unwrap();
        assert_eq!(request.type_.as_deref(), Some("REQUEST"));
        assert_eq!(request.identity_source, Some(vec!["Bearer x".to_owned(), "7".to_owned()]));
        assert_eq!(request.headers["authorization"], "Bearer x");
        assert!(request.route_arn.is_some_and(|arn| arn.ends_with("/GET/orders")));
    }
}
