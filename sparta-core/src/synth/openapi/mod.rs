//! The document of the service's routes.

mod schemas;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::Synthesis;
use crate::{
    cfn::Value,
    function::DocumentedRoute,
    trigger::{
        ApiOptions, RestApiOptions,
        path::{parameters, without_names},
        schema::has_body,
        security::{Guard, Security},
    },
};
use schemas::Schemas;

impl Synthesis {
    /// The OpenAPI document of its routes, of HTTP and REST APIs together, with what their triggers say of bodies; `None` where
    /// it has none. Routes for everything, such as `HttpApi::router()`, are no paths, and are left out.
    ///
    /// See <https://spec.openapis.org/oas/v3.0.3.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, service_fn, trigger::RestApi};
    ///
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(hello.trigger(RestApi::get("/users/{id}")));
    /// assert!(app.synthesize()?.openapi().unwrap().contains("/users/{id}"));
    /// # Ok::<_, sparta_core::Mistakes>(())
    /// ```
    pub fn openapi(&self) -> Option<String> {
        if cfg!(sparta_serving) {
            return None;
        }
        let functions = self.model.functions.iter();
        let routes = functions.flat_map(|function| {
            let routes = function.triggers().iter().flat_map(|trigger| trigger.documented());
            routes.map(|route| (function.name(), route))
        });
        let mut routes: Vec<(&str, DocumentedRoute)> = routes.collect();
        if routes.is_empty() {
            return None;
        }
        // What says more of a request goes first: methods before all of them, a parameter before a whole rest.
        routes.sort_by_key(|(_, route)| (route.method.is_none(), route.path.contains("+}")));
        let schemas = Schemas::of(routes.iter().map(|(_, route)| &route.bodies));
        let mut paths: BTreeMap<String, BTreeMap<String, Json>> = BTreeMap::new();
        let (mut names, mut schemes) = (BTreeMap::new(), BTreeMap::new());
        for (function, route) in &routes {
            // Paths that differ in the names of their parameters alone are one.
            let path = route.path.replace("+}", "}");
            let path = names.entry(without_names(&path)).or_insert(path);
            let operations = paths.entry(path.clone()).or_default();
            let security = self.security(route);
            for method in route.methods() {
                let operation = || route.operation((function, path, method), &schemas, &security);
                operations.entry(method.to_ascii_lowercase()).or_insert_with(operation);
            }
            schemes.extend(security.into_iter().map(|it| (it.name, it.scheme)));
        }
        let document = json!({
            "openapi": "3.0.3",
            "info": {"title": self.model.name(), "description": self.model.description(), "version": "1"},
            "paths": paths,
            "components": {"schemas": schemas.all(), "securitySchemes": schemes},
        });
        let mut text = serde_json::to_string_pretty(&Value::from(document)).expect("a JSON value is JSON");
        text.push('\n');
        Some(text)
    }
}

impl Synthesis {
    /// What callers of a route need, all of it.
    fn security(&self, route: &DocumentedRoute) -> Vec<Security> {
        let guard = match &route.guard {
            Guard::OfHttpApi => self.model.http_api.as_ref().and_then(ApiOptions::documented),
            Guard::OfRestApi => self.model.rest_api.as_ref().and_then(RestApiOptions::documented),
            Guard::Open => None,
            Guard::By(security) => Some(security.clone()),
        };
        guard.into_iter().chain(route.api_key.then(Security::api_key)).collect()
    }
}

const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

impl DocumentedRoute {
    fn methods(&self) -> Vec<&str> {
        self.method.as_deref().map_or_else(|| METHODS.to_vec(), |method| vec![method])
    }

    fn parameters(&self, path: &str) -> Vec<Json> {
        let of_path = parameters(path).map(|name| ("path", name));
        let of_query = self.queries.iter().map(|name| ("query", name.as_str()));
        let of_headers = self.headers.iter().map(|name| ("header", name.as_str()));
        let all: BTreeSet<(&str, &str)> = of_path.chain(of_query).chain(of_headers).collect();
        let parameter =
            |(place, name)| json!({"in": place, "name": name, "required": true, "schema": {"type": "string"}});
        all.into_iter().map(parameter).collect()
    }

    fn operation(
        &self,
        (function, path, method): (&str, &str, &str),
        schemas: &Schemas,
        security: &[Security],
    ) -> Json {
        let json_of = |schema: Json| json!({"application/json": {"schema": schema}});
        let mut answer = json!({"description": format!("The answer of the function {function}")});
        if let Some(schema) = self.bodies.answer() {
            answer["content"] = json_of(schemas.answer(&schema.root));
        }
        let mut operation = json!({"responses": {"default": {"description": "Any other answer"}, "200": answer}});
        let parameters = self.parameters(path);
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if let Some(schema) = self.bodies.body().filter(|_| has_body(method)) {
            operation["requestBody"] = json!({"required": true, "content": json_of(schema.root.clone())});
            operation["responses"]["422"] = json!({"description": "The body does not fit"});
        }
        if !security.is_empty() {
            operation["security"] = Security::requirements(security);
        }
        operation
    }
}
