//! The REST API, as its definition in the template has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{super::values::Values, guard::Guard};

/// The App's REST API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RestApiPlan {
    pub(crate) stage: String,
    /// The variables of the stage.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) binary_types: Vec<String>,
    /// Whether a function that decides names the keys of usage plans.
    pub(crate) keys_of_authorizer: bool,
    pub(crate) routes: Vec<RestRoute>,
}

/// A method of a path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RestRoute {
    pub(crate) path: String,
    /// `GET`, or `ANY`.
    pub(crate) method: String,
    pub(crate) function: String,
    pub(crate) guard: Guard,
    pub(crate) needs_key: bool,
    /// Names of parameters that a request has to have, of the query and of the headers.
    pub(crate) queries: Vec<String>,
    pub(crate) headers: Vec<String>,
    /// How long API Gateway waits for an answer.
    pub(crate) wait_millis: u64,
}

/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>.
const WAIT_MILLIS: u64 = 29_000;

impl Values<'_> {
    pub(super) fn rest_api(&self) -> Option<RestApiPlan> {
        let (id, api) = self.of_type("AWS::ApiGateway::RestApi").next()?;
        let body = &api["Properties"]["Body"];
        let is_own = |stage: &Value| self.referred(&stage["Properties"]["RestApiId"]).iter().any(|it| it == id);
        let mut stages = self.of_type("AWS::ApiGateway::Stage").filter(|(_, stage)| is_own(stage));
        let stage = stages.find_map(|(_, stage)| self.text(&stage["Properties"]["StageName"]));
        let mut routes = Vec::new();
        for (path, methods) in body["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                routes.extend(self.rest_route(path, method, operation, body));
            }
        }
        Some(RestApiPlan {
            stage: stage.unwrap_or_else(|| "prod".to_owned()),
            variables: self.stage_variables(id),
            binary_types: self.list(&api["Properties"]["BinaryMediaTypes"]).unwrap_or_default(),
            keys_of_authorizer: body["x-amazon-apigateway-api-key-source"] == "AUTHORIZER",
            routes,
        })
    }

    fn rest_route(&self, path: &str, method: &str, operation: &Value, body: &Value) -> Option<RestRoute> {
        let integration = &operation["x-amazon-apigateway-integration"];
        let (guard, needs_key) = self.guard_of_operation(operation, body);
        let validator = operation["x-amazon-apigateway-request-validator"].as_str().unwrap_or_default();
        let validator = &body["x-amazon-apigateway-request-validators"][validator];
        let required = |place: &str| {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let parameters = parameters.filter(|it| it["in"] == place && it["required"] == true);
            let is_looked_at = validator["validateRequestParameters"] == true;
            parameters.filter(|_| is_looked_at).filter_map(|it| it["name"].as_str().map(str::to_owned)).collect()
        };
        Some(RestRoute {
            path: path.to_owned(),
            method: match method {
                "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                method => method.to_ascii_uppercase(),
            },
            function: self.function_of(integration)?,
            guard,
            needs_key,
            queries: required("query"),
            headers: required("header"),
            wait_millis: integration["timeoutInMillis"].as_u64().unwrap_or(WAIT_MILLIS),
        })
    }
}
