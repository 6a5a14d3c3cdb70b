//! Who may send requests to an HTTP API.

mod iam;
mod jwt;
mod lambda;

pub use iam::Iam;
pub use jwt::{Jwt, JwtMistake};

use crate::{
    cfn::{LogicalId, Resource},
    construct::FunctionHandle,
    mistake::Problem,
    stack::Stack,
    trigger::{LambdaAuthorizer, security::Security},
};

/// What lets requests through to a route: tokens ([`Jwt`]), signatures ([`Iam`]) or a function of the App
/// ([`LambdaAuthorizer`], or its handle alone).
///
/// # Example
///
/// ```
/// use sparta_core::{Function, trigger::{HttpApi, Iam, Jwt}};
///
/// let by_token = HttpApi::post("/links").authorizer(Jwt::issuer("https://id.example").audience("links"));
/// let by_signature = HttpApi::post("/reports").authorizer(Iam);
/// let by_function = HttpApi::get("/orders").authorizer(Function::handle("gate"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Authorizer(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Iam,
    Jwt(Jwt),
    Lambda(LambdaAuthorizer),
}

impl From<Iam> for Authorizer {
    fn from(_: Iam) -> Self {
        Self(Kind::Iam)
    }
}

impl From<Jwt> for Authorizer {
    fn from(token: Jwt) -> Self {
        Self(Kind::Jwt(token))
    }
}

impl From<LambdaAuthorizer> for Authorizer {
    fn from(authorizer: LambdaAuthorizer) -> Self {
        Self(Kind::Lambda(authorizer))
    }
}

impl From<FunctionHandle> for Authorizer {
    fn from(function: FunctionHandle) -> Self {
        LambdaAuthorizer::new(function).into()
    }
}

impl Authorizer {
    pub(super) fn check(&self) -> Vec<Problem> {
        match &self.0 {
            Kind::Iam => Vec::new(),
            Kind::Jwt(token) => token.check().map(Problem::from).collect(),
            Kind::Lambda(authorizer) => authorizer.check().map(Problem::from).collect(),
        }
    }

    /// How callers prove it, in the service's OpenAPI document.
    pub(super) fn documented(&self) -> Security {
        match &self.0 {
            Kind::Iam => Security::iam(),
            Kind::Jwt(token) => token.documented(),
            Kind::Lambda(authorizer) => authorizer.documented(),
        }
    }

    /// The function that decides, where one does.
    pub(super) fn function(&self) -> Option<FunctionHandle> {
        match &self.0 {
            Kind::Lambda(authorizer) => Some(authorizer.function().clone()),
            Kind::Iam | Kind::Jwt(_) => None,
        }
    }

    /// A route that only requests come to which it lets through.
    pub(super) fn guard(&self, route: Resource, stack: &mut Stack, api: &LogicalId) -> Resource {
        match &self.0 {
            Kind::Iam => route.property("AuthorizationType", "AWS_IAM"),
            Kind::Jwt(token) => token.guard(route, stack, api),
            Kind::Lambda(authorizer) => lambda::guard(authorizer, route, stack, api),
        }
    }
}

/// The API's authorizer of this kind: one for all routes that have the same. It is made with its logical id, which is its name.
fn shared(stack: &mut Stack, make: impl Fn(&LogicalId) -> Resource) -> LogicalId {
    let (mut id, mut number) = (LogicalId::of_words([AUTHORIZER]), 1);
    loop {
        let authorizer = make(&id);
        match stack.template().resources().get(&id) {
            Some(same) if *same == authorizer => return id,
            None => {
                stack.resource(id.clone(), authorizer);
                return id;
            }
            Some(_) => number += 1,
        }
        id = LogicalId::of_words([AUTHORIZER, &number.to_string()]);
    }
}

const AUTHORIZER: &str = "HttpApiAuthorizer";
