//! The resources of a route, and what all routes share.

use super::{API, Access, HttpApi, Route, STAGE};
use crate::{
    attribute,
    cfn::{Output, join, sub},
    function::invocation,
    iam::Arn,
    resource,
    trigger::Scope,
};

impl HttpApi {
    /// Adds the route to the API, which is there then, and lets it invoke the function.
    pub(super) fn add(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let api = scope.share(API, || {
            resource!(AWS::ApiGatewayV2::Api { Name: (sub("${AWS::StackName}")), ProtocolType: "HTTP" })
        });
        let stage = scope.share(STAGE, || {
            resource!(AWS::ApiGatewayV2::Stage { ApiId: (api.reference()), StageName: "$default", AutoDeploy: true })
        });
        let function = scope.function_arn();
        let integration = scope.share(&format!("{name}-HttpApiIntegration"), || {
            resource!(AWS::ApiGatewayV2::Integration {
                ApiId: (api.reference()),
                IntegrationType: "AWS_PROXY",
                IntegrationUri: (&function),
                PayloadFormatVersion: "2.0",
            })
        });
        let route = resource!(AWS::ApiGatewayV2::Route {
            ApiId: (api.reference()),
            RouteKey: (self.key()),
            Target: (join("/", ["integrations".into(), integration.reference()])),
        });
        let route = match &self.access {
            Access::OfApi => route,
            Access::Open => route.property("AuthorizationType", "NONE"),
            Access::Guarded(authorizer) => authorizer.guard(route, scope.stack(), &api),
        };
        let route = match &self.route {
            Route::Path(_, path) => scope.add(&[self.method(), path, "Route"], route),
            Route::Rest => scope.add(&["HttpApi", "Default", "Route"], route),
        };
        if let Some(throttle) = self.throttle {
            throttle.of_route(&self.key(), &route, scope.stack(), &stage);
        }

        // One permission for all routes: a function's policy holds 20 KB, and the API is this stack's own.
        scope.share(&format!("{name}-HttpApiPermission"), || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/*")).to_string();
            invocation(&function, "apigateway.amazonaws.com", sub(source))
        });
        scope.output(
            &["HttpApiUrl"],
            Output::new("Address of the HTTP API", attribute!(AWS::ApiGatewayV2::Api, api, "ApiEndpoint")),
        );
    }
}
