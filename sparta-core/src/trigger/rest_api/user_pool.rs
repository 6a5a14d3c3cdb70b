//! Users of Cognito.

use crate::{cfn::Value, iam::Arn};

/// Tokens of an Amazon Cognito user pool that let a request through to a route of a REST API, in the header `Authorization`.
///
/// API Gateway compares the signature, the times and the scopes, and answers with a status 401 by itself. A handler reads what the
/// token says with [`RequestExt::jwt_claims`](crate::RequestExt::jwt_claims). Without scopes a route takes identity tokens, with
/// scopes access tokens that have one of them. (An HTTP API takes tokens of a user pool as of any other issuer:
/// [`Jwt`](crate::trigger::Jwt).)
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>.
///
/// # Example
///
/// ```
/// use sparta_core::trigger::{RestApi, UserPool};
///
/// fn users() -> UserPool {
///     UserPool::new("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3d4e")
/// }
///
/// let mine = RestApi::get("/orders").authorizer(users());
/// let write = RestApi::post("/orders").authorizer(users().scope("shop/orders.write"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct UserPool {
    providers: Vec<Value>,
    scopes: Vec<String>,
}

/// What is wrong with a [`UserPool`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserPoolMistake {
    /// What is no user pool.
    #[error(
        "`{0}` is not the ARN of a user pool: `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3d4e` is one"
    )]
    Provider(String),
    /// What no scope is called.
    #[error("`{0}` is not one scope: scopes have no spaces, and each has its own `.scope(...)`")]
    Scope(String),
}

impl UserPool {
    /// Tokens of the user pool with this ARN: text, a setting, or the attribute `Arn` of a resource.
    pub fn new(arn: impl Into<Value>) -> Self {
        Self { providers: vec![arn.into()], scopes: Vec::new() }
    }

    /// Adds another user pool, whose tokens do as well.
    pub fn provider(mut self, arn: impl Into<Value>) -> Self {
        self.providers.push(arn.into());
        self
    }

    /// Adds one of the scopes of which an access token needs one: `openid`, or `resource-server/scope`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    pub(super) fn check(&self) -> impl Iterator<Item = UserPoolMistake> {
        let providers = self.providers.iter().filter_map(Value::as_str).filter(|arn| !is_pool(arn));
        let providers = providers.map(|arn| UserPoolMistake::Provider(arn.to_owned()));
        let scopes = self.scopes.iter().filter(|scope| scope.is_empty() || scope.contains(char::is_whitespace));
        providers.chain(scopes.map(|scope| UserPoolMistake::Scope(scope.clone())))
    }

    pub(super) fn providers(&self) -> Value {
        self.providers.clone().into()
    }

    pub(super) fn scopes(&self) -> Vec<Value> {
        self.scopes.iter().map(|scope| scope.as_str().into()).collect()
    }
}

fn is_pool(arn: &str) -> bool {
    Arn::parse_literal(arn).is_some_and(|it| it.service == "cognito-idp" && it.resource.starts_with("userpool/"))
}
