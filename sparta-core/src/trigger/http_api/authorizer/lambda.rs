//! Functions that decide who may send requests to an HTTP API.

use super::shared;
use crate::{
    cfn::{LogicalId, Resource, Value},
    mistake::{Mistake, Subject},
    resource,
    stack::Stack,
    trigger::{LambdaAuthorizer, LambdaAuthorizerMistake, lambda_authorizer::Api},
};

/// A route that only requests come to which the function lets through.
pub(super) fn guard(by: &LambdaAuthorizer, route: Resource, stack: &mut Stack, api: &LogicalId) -> Resource {
    report_circle(by, &route, stack);
    let id = shared(stack, |id| authorizer(by, id, api));
    by.permit(stack, api, &format!("${{{id}}}"), id.as_str());
    route.property("AuthorizationType", "CUSTOM").property("AuthorizerId", id.reference())
}

fn authorizer(by: &LambdaAuthorizer, id: &LogicalId, api: &LogicalId) -> Resource {
    resource!(AWS::ApiGatewayV2::Authorizer {
        ApiId: (api.reference()),
        AuthorizerPayloadFormatVersion: "2.0",
        AuthorizerResultTtlInSeconds: (by.seconds()),
        AuthorizerType: "REQUEST",
        AuthorizerUri: (by.uri()),
        EnableSimpleResponses: (!by.takes_policies()),
        IdentitySource: (by.sources(Api::Http)),
        Name: (id.as_str()),
    })
}

/// A function cannot be asked whether a request may come to it before it is asked.
fn report_circle(by: &LambdaAuthorizer, route: &Resource, stack: &mut Stack) {
    let name = by.function().function();
    let own = LogicalId::of_words([name, "HttpApiIntegration"]);
    let mut targets = Default::default();
    route.properties().get("Target").iter().for_each(|target| target.references(&mut targets));
    if targets.contains(own.as_str()) {
        let key = route.properties().get("RouteKey").and_then(Value::as_str).unwrap_or_default();
        let mistake = LambdaAuthorizerMistake::OwnRoute(key.to_owned());
        stack.report(Mistake::new(Subject::Function(name.to_owned()), mistake));
    }
}
