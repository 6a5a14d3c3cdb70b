//! A route in the API's definition, and what all routes share.

use super::{
    API, RestApi, STAGE,
    check::LONGEST_STREAM,
    definition::{self, Operation},
};
use crate::{
    cfn::{LogicalId, Output, Value, sub},
    function::invocation,
    iam::Arn,
    resource,
    trigger::Scope,
};

impl RestApi {
    /// Adds the route to the API, which is there then, and lets it invoke the function.
    pub(super) fn add(&self, scope: &mut Scope<'_>) {
        let name = scope.function().name().to_owned();
        let api = scope.share(API, || {
            resource!(AWS::ApiGateway::RestApi {
                // Whatever is no text comes through as it is, in both directions.
                BinaryMediaTypes: ["*/*"],
                Body: (definition::empty()),
                EndpointConfiguration: { Types: ["REGIONAL"] },
                Name: (sub("${AWS::StackName}")),
                // Without it, an import would make the API edge-optimized.
                Parameters: { endpointConfigurationTypes: "REGIONAL" },
            })
        });
        let stage = scope
            .share(STAGE, || resource!(AWS::ApiGateway::Stage { RestApiId: (api.reference()), StageName: "prod" }));
        let operation = self.operation(scope);
        for path in self.paths() {
            for wrong in definition::add(scope.stack(), &api, path, self.method(), &operation) {
                let mistake = scope.function().mistake(wrong);
                scope.stack().report(mistake);
            }
            if let Some(throttle) = self.throttle {
                definition::throttle(scope.stack(), &stage, path, self.method(), throttle);
            }
        }
        if let Some(authorizer) = self.authorizer_of() {
            authorizer.permit(scope.stack(), &api);
        }
        let function = scope.function_arn();
        // One permission for all routes: a function's policy holds 20 KB, and the API is this stack's own.
        scope.share(&format!("{name}-RestApiPermission"), || {
            let source = Arn::new("execute-api", &format!("${{{api}}}/*")).to_string();
            invocation(&function, "apigateway.amazonaws.com", sub(source))
        });
        scope.output(&["RestApiUrl"], Output::new("Address of the REST API", address(&api, &stage)));
    }

    fn operation(&self, scope: &Scope<'_>) -> Operation<'_> {
        Operation {
            function: scope.function_arn(),
            stream: self.stream,
            // Without it, API Gateway waits for 29 seconds.
            timeout: self.timeout.or(self.stream.then_some(LONGEST_STREAM)),
            access: &self.access,
            api_key: self.api_key,
            queries: &self.queries,
            headers: &self.headers,
            body: self.bodies.body(),
        }
    }
}

/// The address of the API's stage.
pub(super) fn address(api: &LogicalId, stage: &LogicalId) -> Value {
    sub(format!("https://${{{api}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{stage}}}"))
}
