//! Who may send requests, as the template says it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::values::Values;

/// Who may send requests to a route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Guard {
    #[default]
    Open,
    /// Who signs them.
    Iam,
    /// Who has a token.
    Tokens(TokenPlan),
    /// Whom a function lets in.
    Function(Gatekeeper),
}

/// Which tokens do. What only AWS knows is empty, and not compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TokenPlan {
    /// The header that they are in.
    pub(crate) header: String,
    pub(crate) issuers: Vec<String>,
    pub(crate) audiences: Vec<String>,
    /// Of which a token needs one, where there are any.
    pub(crate) scopes: Vec<String>,
    /// Of Amazon Cognito, as REST APIs take them.
    pub(crate) of_cognito: bool,
}

/// A function that decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gatekeeper {
    /// The authorizer's own name: what it answers is kept by it.
    pub(crate) name: String,
    pub(crate) function: String,
    /// Where a request says who sends it: `$request.header.X`, `method.request.querystring.x`, `context.identity.sourceIp`.
    pub(crate) sources: Vec<String>,
    /// For how long its answers are kept.
    pub(crate) seconds: u64,
    /// Whether it answers `isAuthorized` in place of a policy.
    pub(crate) is_simple: bool,
}

impl Values<'_> {
    /// Who may send requests to a route that is a resource.
    pub(super) fn guard_of_route(&self, route: &Value) -> Guard {
        match self.text(&route["AuthorizationType"]).as_deref() {
            None | Some("NONE") => Guard::Open,
            Some("AWS_IAM") => Guard::Iam,
            Some(_) => {
                let id = self.referred(&route["AuthorizerId"]).pop().unwrap_or_default();
                self.guard(&id, &self.template["Resources"][&id]["Properties"], &route["AuthorizationScopes"])
            }
        }
    }

    /// Who may send requests to a route of an OpenAPI document, and whether they need a key of a usage plan.
    pub(super) fn guard_of_operation(&self, operation: &Value, document: &Value) -> (Guard, bool) {
        let (mut guard, mut needs_key) = (Guard::Open, false);
        if operation["x-amazon-apigateway-auth"]["type"] == "AWS_IAM" {
            guard = Guard::Iam;
        }
        let requirements = operation["security"].as_array().into_iter().flatten();
        for (name, scopes) in requirements.filter_map(Value::as_object).flatten() {
            let scheme = &document["components"]["securitySchemes"][name];
            match &scheme["x-amazon-apigateway-authorizer"] {
                Value::Null if scheme["x-amazon-apigateway-authtype"] == "awsSigv4" => guard = Guard::Iam,
                Value::Null => needs_key = true,
                authorizer => guard = self.guard(name, authorizer, scopes),
            }
        }
        (guard, needs_key)
    }

    fn guard(&self, name: &str, authorizer: &Value, scopes: &Value) -> Guard {
        let of = |property: &str| either(authorizer, property);
        let sources = self.list(of("IdentitySource")).unwrap_or_default();
        let scopes = self.list(scopes).unwrap_or_default();
        let kind = [of("AuthorizerType"), &authorizer["type"]].into_iter().find_map(|kind| self.text(kind));
        match kind.unwrap_or_default().to_ascii_lowercase().as_str() {
            "jwt" => {
                let tokens = of("JwtConfiguration");
                Guard::Tokens(TokenPlan {
                    header: sources.first().and_then(|it| it.rsplit('.').next()).unwrap_or("Authorization").to_owned(),
                    issuers: self.text(either(tokens, "Issuer")).into_iter().collect(),
                    audiences: self.list(either(tokens, "Audience")).unwrap_or_default(),
                    scopes,
                    of_cognito: false,
                })
            }
            "cognito_user_pools" => {
                let pools = self.list(&authorizer["providerARNs"]).unwrap_or_default();
                Guard::Tokens(TokenPlan {
                    header: "Authorization".to_owned(),
                    issuers: pools.iter().filter_map(|arn| issuer(arn)).collect(),
                    audiences: Vec::new(),
                    scopes,
                    of_cognito: true,
                })
            }
            _ => {
                let seconds = self.text(of("AuthorizerResultTtlInSeconds")).and_then(|it| it.parse().ok());
                Guard::Function(Gatekeeper {
                    name: name.to_owned(),
                    // One of another stack is not here: it fails as one that is gone does.
                    function: self.function_of(of("AuthorizerUri")).unwrap_or_default(),
                    sources,
                    seconds: seconds.unwrap_or_default(),
                    is_simple: self.text(of("EnableSimpleResponses")).as_deref() == Some("true"),
                })
            }
        }
    }
}

/// A property by its name in CloudFormation, or in an OpenAPI document, where names begin with small letters.
pub(super) fn either<'v>(value: &'v Value, name: &str) -> &'v Value {
    match &value[name] {
        Value::Null => &value[name[..1].to_ascii_lowercase() + &name[1..]],
        there => there,
    }
}

/// The issuer of a user pool's tokens.
fn issuer(arn: &str) -> Option<String> {
    let (region, pool) = (arn.split(':').nth(3)?, arn.split_once("userpool/")?.1);
    Some(format!("https://cognito-idp.{region}.amazonaws.com/{pool}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_of_a_user_pool_is_told_by_its_arn() {
        let arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1";
        assert_eq!(issuer(arn).as_deref(), Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1"));
        assert_eq!(issuer("arn:aws:s3:::bucket"), None);
    }
}
