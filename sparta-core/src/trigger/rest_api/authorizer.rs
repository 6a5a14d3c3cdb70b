//! Who may send requests to a REST API.

use super::{UserPool, definition::object};
use crate::{
    cfn::{LogicalId, Value},
    construct::FunctionHandle,
    mistake::Problem,
    stack::Stack,
    trigger::{Iam, LambdaAuthorizer, lambda_authorizer::Api, security::Security},
};

/// What lets requests through to a route of a REST API: signatures ([`Iam`]), a function of the App ([`LambdaAuthorizer`], or its
/// handle alone) or tokens of Cognito ([`UserPool`]).
///
/// # Example
///
/// ```
/// use sparta_core::{Function, trigger::{Iam, LambdaAuthorizer, RestApi}};
///
/// let by_signature = RestApi::post("/reports").authorizer(Iam);
/// let by_function = RestApi::get("/orders").authorizer(Function::handle("gate"));
/// let by_key = RestApi::put("/orders").authorizer(LambdaAuthorizer::new(Function::handle("gate")).header("x-key"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RestAuthorizer(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Iam,
    Lambda(LambdaAuthorizer),
    UserPool(UserPool),
}

impl From<Iam> for RestAuthorizer {
    fn from(_: Iam) -> Self {
        Self(Kind::Iam)
    }
}

impl From<LambdaAuthorizer> for RestAuthorizer {
    fn from(authorizer: LambdaAuthorizer) -> Self {
        Self(Kind::Lambda(authorizer))
    }
}

impl From<UserPool> for RestAuthorizer {
    fn from(pool: UserPool) -> Self {
        Self(Kind::UserPool(pool))
    }
}

impl From<FunctionHandle> for RestAuthorizer {
    fn from(function: FunctionHandle) -> Self {
        LambdaAuthorizer::new(function).into()
    }
}

/// A way to say who one is, as the definition has it.
pub(super) struct Scheme {
    pub(super) definition: Value,
    pub(super) scopes: Vec<Value>,
}

impl RestAuthorizer {
    pub(super) fn check(&self) -> Vec<Problem> {
        match &self.0 {
            Kind::Iam => Vec::new(),
            Kind::Lambda(authorizer) => {
                authorizer.check().chain(authorizer.check_of(Api::Rest)).map(Problem::from).collect()
            }
            Kind::UserPool(pool) => pool.check().map(Problem::from).collect(),
        }
    }

    pub(super) fn is_iam(&self) -> bool {
        self.0 == Kind::Iam
    }

    /// The function that decides, where one does.
    pub(super) fn lambda(&self) -> Option<&LambdaAuthorizer> {
        match &self.0 {
            Kind::Lambda(authorizer) => Some(authorizer),
            Kind::Iam | Kind::UserPool(_) => None,
        }
    }

    /// How callers prove it, in the service's own OpenAPI document.
    pub(super) fn documented(&self) -> Security {
        match &self.0 {
            Kind::Iam => Security::iam(),
            Kind::Lambda(authorizer) => authorizer.documented(),
            Kind::UserPool(_) => Security::token("user_pool", "A token of an Amazon Cognito user pool"),
        }
    }

    /// What the definition of the API says of it; signatures need nothing there.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html>.
    pub(super) fn scheme(&self) -> Option<Scheme> {
        match &self.0 {
            Kind::Iam => None,
            Kind::Lambda(authorizer) => Some(Scheme { definition: of_function(authorizer), scopes: Vec::new() }),
            Kind::UserPool(pool) => Some(Scheme { definition: of_pool(pool), scopes: pool.scopes() }),
        }
    }

    /// Lets the API ask the function that decides. The id of an authorizer that an import makes is not known in the template.
    pub(super) fn permit(&self, stack: &mut Stack, api: &LogicalId) {
        if let Some(authorizer) = self.lambda() {
            authorizer.permit(stack, api, "*", "RestApiAuthorizer");
        }
    }
}

fn of_function(authorizer: &LambdaAuthorizer) -> Value {
    let mut own = vec![
        ("authorizerResultTtlInSeconds", authorizer.seconds().into()),
        ("authorizerUri", authorizer.uri()),
        ("type", "request".into()),
    ];
    let sources = authorizer.sources(Api::Rest);
    own.extend(sources.map(|sources| ("identitySource", Value::from(sources.join(", ")))));
    let own = Value::Map(own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    // What is no single header or parameter is called `Unused`.
    let (place, name) = authorizer.only_source().unwrap_or(("header", "Unused".to_owned()));
    object([
        ("in", place.into()),
        ("name", name.into()),
        ("type", "apiKey".into()),
        ("x-amazon-apigateway-authorizer", own),
        ("x-amazon-apigateway-authtype", "custom".into()),
    ])
}

/// How the definition calls tokens of Cognito.
pub(super) const OF_COGNITO: &str = "cognito_user_pools";

/// The header that the tokens are in is the scheme's own.
fn of_pool(pool: &UserPool) -> Value {
    object([
        ("in", "header".into()),
        ("name", "Authorization".into()),
        ("type", "apiKey".into()),
        ("x-amazon-apigateway-authorizer", object([("providerARNs", pool.providers()), ("type", OF_COGNITO.into())])),
        ("x-amazon-apigateway-authtype", OF_COGNITO.into()),
    ])
}
