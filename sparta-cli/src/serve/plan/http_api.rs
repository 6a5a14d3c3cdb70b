//! The HTTP API, as the template has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::values::Values,
    guard::{Guard, either},
};

/// The App's HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct HttpApiPlan {
    pub(crate) routes: Vec<Route>,
    pub(crate) cors: Option<CorsPlan>,
    /// The variables of its stage.
    pub(crate) variables: BTreeMap<String, String>,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    /// As API Gateway has it: `GET /links/{code}`, `$default`.
    pub(crate) key: String,
    pub(crate) function: String,
    pub(crate) guard: Guard,
}

/// Which pages of other origins may read answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CorsPlan {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age: Option<String>,
    pub(crate) credentials: bool,
}

impl Values<'_> {
    pub(super) fn http_api(&self) -> Option<HttpApiPlan> {
        let mut apis = self.of_type("AWS::ApiGatewayV2::Api");
        let (id, api) = apis.find(|(_, api)| api["Properties"]["ProtocolType"] != "WEBSOCKET")?;
        let body = &api["Properties"]["Body"];
        let cors = [&api["Properties"]["CorsConfiguration"], &body["x-amazon-apigateway-cors"]];
        let mut routes = Vec::new();
        for route in self.routes_of(id) {
            if let Some(function) = self.function_of(&route["Target"])
                && let Some(key) = self.text(&route["RouteKey"])
            {
                routes.push(Route { key, function, guard: self.guard_of_route(route) });
            }
        }
        routes.extend(self.routes_of_body(body));
        let cors = cors.into_iter().find_map(|declared| self.cors(declared));
        Some(HttpApiPlan { routes, cors, variables: self.stage_variables(id) })
    }

    /// The properties of the routes that are resources.
    pub(super) fn routes_of(&self, api: &str) -> impl Iterator<Item = &Value> {
        let routes = self.of_type("AWS::ApiGatewayV2::Route").filter(|(_, route)| self.is_present(route));
        let routes = routes.map(|(_, route)| &route["Properties"]);
        routes.filter(move |route| self.referred(&route["ApiId"]).iter().any(|id| id == api))
    }

    /// The routes of an API that has them in its own document.
    fn routes_of_body(&self, body: &Value) -> Vec<Route> {
        let mut found = Vec::new();
        for (path, methods) in body["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let key = match (path.as_str(), method.as_str()) {
                    ("/$default", _) => "$default".to_owned(),
                    (path, "x-amazon-apigateway-any-method") => format!("ANY {path}"),
                    (path, method) => format!("{} {path}", method.to_uppercase()),
                };
                let integration = &operation["x-amazon-apigateway-integration"];
                let shared = integration["$ref"].as_str().and_then(|place| body.pointer(place.strip_prefix('#')?));
                if let Some(function) = self.function_of(shared.unwrap_or(integration)) {
                    let (guard, _) = self.guard_of_operation(operation, body);
                    found.push(Route { key, function, guard });
                }
            }
        }
        found
    }

    /// The variables of an API's stage.
    pub(super) fn stage_variables(&self, api: &str) -> BTreeMap<String, String> {
        let is_of_api = |stage: &Value, name| self.referred(&stage["Properties"][name]).iter().any(|id| id == api);
        let of_second = self.of_type("AWS::ApiGatewayV2::Stage").filter(|(_, stage)| is_of_api(stage, "ApiId"));
        let of_second = of_second.map(|(_, stage)| &stage["Properties"]["StageVariables"]);
        let of_first = self.of_type("AWS::ApiGateway::Stage").filter(|(_, stage)| is_of_api(stage, "RestApiId"));
        let of_first = of_first.map(|(_, stage)| &stage["Properties"]["Variables"]);
        let variables = of_second.chain(of_first).filter_map(Value::as_object).flatten();
        variables.filter_map(|(name, value)| Some((name.clone(), self.text(value)?))).collect()
    }

    pub(super) fn cors(&self, declared: &Value) -> Option<CorsPlan> {
        declared.as_object()?;
        let list = |name: &str| self.list(either(declared, name)).unwrap_or_default();
        Some(CorsPlan {
            origins: list("AllowOrigins"),
            methods: list("AllowMethods"),
            headers: list("AllowHeaders"),
            exposed: list("ExposeHeaders"),
            max_age: self.text(either(declared, "MaxAge")),
            credentials: self.text(either(declared, "AllowCredentials")).as_deref() == Some("true"),
        })
    }
}
