//! JSON Web Tokens.

use serde_json::json;

use super::shared;
use crate::{
    cfn::{LogicalId, Resource, Value},
    property, resource,
    stack::Stack,
    trigger::security::Security,
};

/// Tokens that let a request through: JSON Web Tokens of one issuer, in the header `Authorization`.
///
/// API Gateway compares the signature, the issuer, the audience and the times, and answers with a status 401 or 403 by
/// itself. A handler reads what the token says with [`RequestExt::jwt_claims`](crate::RequestExt::jwt_claims).
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{cfn::sub, trigger::Jwt};
///
/// let users = Jwt::issuer("https://id.example").audience("links");
/// let writers = users.clone().scope("links:write");
/// let pool = Jwt::issuer(sub("https://cognito-idp.${AWS::Region}.amazonaws.com/eu-west-1_a1b2c3d4e")).audience("1example23");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Jwt {
    issuer: Value,
    audiences: Vec<Value>,
    scopes: Vec<String>,
}

/// What is wrong with a [`Jwt`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtMistake {
    /// An issuer that API Gateway could not ask for its keys.
    #[error("the tokens' issuer `{0}` is not an `https://` address without a query, such as `https://id.example`")]
    Issuer(String),
    /// Tokens for anybody.
    #[error(
        "its tokens have no audience, so that any of the issuer's would do: add `.audience(\"the API's or client's id\")`"
    )]
    NoAudience,
    /// An empty audience.
    #[error("the audience of its tokens is empty: write the API's or client's id")]
    EmptyAudience,
    /// More audiences than API Gateway takes.
    #[error("its tokens have {0} audiences, and API Gateway compares 50: let them share one")]
    Audiences(usize),
    /// More scopes than API Gateway takes.
    #[error(
        "its tokens have {0} scopes, and API Gateway compares 10 of a route: give tokens one scope for all of them"
    )]
    Scopes(usize),
    /// What no scope is called.
    #[error("`{0}` is not one scope: scopes have no spaces, and each has its own `.scope(...)`")]
    Scope(String),
}

impl Jwt {
    /// Tokens of an issuer, whose address is the claim `iss`. API Gateway reads the issuer's public keys below it, at
    /// `/.well-known/openid-configuration`, when the authorizer is made already.
    pub fn issuer(address: impl Into<Value>) -> Self {
        Self { issuer: address.into(), audiences: Vec::new(), scopes: Vec::new() }
    }

    /// Adds one of those that a token may be for: a value of the claim `aud`, or `client_id` where there is none.
    pub fn audience(mut self, id: impl Into<Value>) -> Self {
        self.audiences.push(id.into());
        self
    }

    /// Adds one of the scopes of which a token needs one: a word of the claim `scope` or `scp`. Without any, each token
    /// is let through.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    pub(super) fn check(&self) -> impl Iterator<Item = JwtMistake> {
        let issuer = self.issuer.as_str().filter(|address| !is_issuer(address));
        let issuer = issuer.map(|address| JwtMistake::Issuer(address.to_owned()));
        let nobody = self.audiences.is_empty().then_some(JwtMistake::NoAudience);
        let empty = self.audiences.iter().any(|id| id.as_str() == Some("")).then_some(JwtMistake::EmptyAudience);
        let scopes = self.scopes.iter().filter(|scope| scope.is_empty() || scope.contains(char::is_whitespace));
        let scopes = scopes.map(|scope| JwtMistake::Scope(scope.clone()));
        let audiences = Some(self.audiences.len()).filter(|count| *count > 50).map(JwtMistake::Audiences);
        let many = Some(self.scopes.len()).filter(|count| *count > 10).map(JwtMistake::Scopes);
        issuer.into_iter().chain(nobody).chain(empty).chain(scopes).chain(audiences).chain(many)
    }

    /// The tokens in the service's OpenAPI document, which knows their issuer where that is no value of the stack.
    pub(super) fn documented(&self) -> Security {
        let Some(issuer) = self.issuer.as_str() else {
            return Security::token("jwt", "A token of the issuer that the stack names");
        };
        let issuer = issuer.trim_end_matches('/');
        let configuration = format!("{issuer}/.well-known/openid-configuration");
        let scheme = json!({"type": "openIdConnect", "openIdConnectUrl": configuration});
        let name = issuer.trim_start_matches("https://").replace('/', "-");
        Security { scopes: self.scopes.clone(), ..Security::new(&name, scheme) }
    }

    /// A route that only requests with such a token come to.
    pub(super) fn guard(&self, route: Resource, stack: &mut Stack, api: &LogicalId) -> Resource {
        let authorizer = shared(stack, |id| self.authorizer(id, api));
        let scopes = Some(self.scopes.as_slice()).filter(|scopes| !scopes.is_empty());
        let route = route.property("AuthorizationType", "JWT").property("AuthorizerId", authorizer.reference());
        route.property("AuthorizationScopes", scopes)
    }

    fn authorizer(&self, id: &LogicalId, api: &LogicalId) -> Resource {
        resource!(AWS::ApiGatewayV2::Authorizer {
            ApiId: (api.reference()),
            AuthorizerType: "JWT",
            IdentitySource: ["$request.header.Authorization"],
            JwtConfiguration: (property!(AWS::ApiGatewayV2::Authorizer.JwtConfiguration {
                Audience: (&self.audiences),
                Issuer: (&self.issuer),
            })),
            Name: (id.as_str()),
        })
    }
}

fn is_issuer(address: &str) -> bool {
    let host = address.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    let is_plain = |c: char| c.is_ascii_graphic() && !['?', '#', '"'].contains(&c);
    host.is_some_and(|host| !host.is_empty()) && address.chars().all(is_plain)
}
