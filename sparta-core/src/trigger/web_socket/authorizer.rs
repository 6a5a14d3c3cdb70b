//! Who may connect to a WebSocket API.

use crate::{
    cfn::{LogicalId, Resource},
    construct::FunctionHandle,
    mistake::Problem,
    resource,
    stack::Stack,
    trigger::{Iam, LambdaAuthorizer, LambdaAuthorizerMistake, lambda_authorizer::Api},
};

/// What lets clients connect to a WebSocket API: signatures ([`Iam`]) or a function of the App ([`LambdaAuthorizer`], or its handle
/// alone).
///
/// # Example
///
/// ```
/// use sparta_core::{Function, trigger::{Iam, LambdaAuthorizer, WebSocket}};
///
/// let by_signature = WebSocket::connect().authorizer(Iam);
/// let by_function = WebSocket::connect().authorizer(LambdaAuthorizer::new(Function::handle("gate")).query("token"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WebSocketAuthorizer(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Iam,
    Lambda(LambdaAuthorizer),
}

impl From<Iam> for WebSocketAuthorizer {
    fn from(_: Iam) -> Self {
        Self(Kind::Iam)
    }
}

impl From<LambdaAuthorizer> for WebSocketAuthorizer {
    fn from(authorizer: LambdaAuthorizer) -> Self {
        Self(Kind::Lambda(authorizer))
    }
}

impl From<FunctionHandle> for WebSocketAuthorizer {
    fn from(function: FunctionHandle) -> Self {
        LambdaAuthorizer::new(function).into()
    }
}

impl WebSocketAuthorizer {
    /// What is wrong with it on a route of this key, of this function.
    pub(super) fn check(&self, key: &str, function: &str) -> Vec<Problem> {
        let Kind::Lambda(authorizer) = &self.0 else { return Vec::new() };
        let circle = authorizer.is(function).then(|| LambdaAuthorizerMistake::OwnRoute(key.to_owned()));
        let mistakes = authorizer.check().chain(authorizer.check_of(Api::WebSocket)).chain(circle);
        mistakes.map(Problem::from).collect()
    }

    /// The function that decides, where one does.
    pub(super) fn function(&self) -> Option<FunctionHandle> {
        match &self.0 {
            Kind::Lambda(authorizer) => Some(authorizer.function().clone()),
            Kind::Iam => None,
        }
    }

    /// A route that only those come to whom it lets in.
    pub(super) fn guard(&self, route: Resource, stack: &mut Stack, api: &LogicalId) -> Resource {
        let authorizer = match &self.0 {
            Kind::Iam => return route.property("AuthorizationType", "AWS_IAM"),
            Kind::Lambda(authorizer) => authorizer,
        };
        // There is one route that clients connect by.
        let id = LogicalId::of_words(["WebSocketAuthorizer"]);
        let resource = resource!(AWS::ApiGatewayV2::Authorizer {
            ApiId: (api.reference()),
            AuthorizerType: "REQUEST",
            AuthorizerUri: (authorizer.uri()),
            IdentitySource: (authorizer.sources(Api::WebSocket)),
            Name: (id.as_str()),
        });
        stack.resource(id.clone(), resource);
        authorizer.permit(stack, api, &format!("${{{id}}}"), id.as_str());
        route.property("AuthorizationType", "CUSTOM").property("AuthorizerId", id.reference())
    }
}
