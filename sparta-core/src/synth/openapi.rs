//! The document of the service's routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::Synthesis;
use crate::{cfn::Value, function::DocumentedRoute, trigger::schema::Schema};

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
        let routes: Vec<(&str, DocumentedRoute)> = routes.collect();
        if routes.is_empty() {
            return None;
        }
        let mut paths: BTreeMap<String, BTreeMap<String, Json>> = BTreeMap::new();
        let (mut schemas, mut schemes) = (BTreeMap::new(), BTreeMap::new());
        // Methods by name go before those of a route for all.
        let of_all = |(_, route): &&(&str, DocumentedRoute)| route.method.is_none();
        for (function, route) in routes.iter().filter(|it| !of_all(it)).chain(routes.iter().filter(of_all)) {
            let operations = paths.entry(route.path.replace("+}", "}")).or_default();
            for method in route.methods() {
                operations.entry(method.to_ascii_lowercase()).or_insert_with(|| operation(function, route));
            }
            let of_route = route.bodies.body().into_iter().chain(route.bodies.answer());
            schemas.extend(of_route.flat_map(|schema| schema.named.clone()));
            schemes.extend(route.security.iter().filter_map(|name| Some((*name, scheme(name)?))));
        }
        let document = json!({
            "openapi": "3.0.3",
            "info": {"title": self.model.name(), "description": self.model.description(), "version": "1"},
            "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": schemes},
        });
        let mut text = serde_json::to_string_pretty(&Value::from(document)).expect("a JSON value is JSON");
        text.push('\n');
        Some(text)
    }
}

const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

impl DocumentedRoute {
    fn methods(&self) -> Vec<&str> {
        self.method.as_deref().map_or_else(|| METHODS.to_vec(), |method| vec![method])
    }

    fn parameters(&self) -> Vec<Json> {
        let of_path = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let of_path = of_path.map(|name| ("path", name.trim_end_matches('+')));
        let of_query = self.queries.iter().map(|name| ("query", name.as_str()));
        let of_headers = self.headers.iter().map(|name| ("header", name.as_str()));
        let all: BTreeSet<(&str, &str)> = of_path.chain(of_query).chain(of_headers).collect();
        let parameter =
            |(place, name)| json!({"in": place, "name": name, "required": true, "schema": {"type": "string"}});
        all.into_iter().map(parameter).collect()
    }
}

fn operation(function: &str, route: &DocumentedRoute) -> Json {
    let json_of = |schema: &Schema| json!({"application/json": {"schema": schema.root}});
    let mut answer = json!({"description": format!("The answer of the function {function}")});
    if let Some(schema) = route.bodies.answer() {
        answer["content"] = json_of(schema);
    }
    let mut operation = json!({"responses": {"default": {"description": "Any other answer"}, "200": answer}});
    let parameters = route.parameters();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = route.bodies.body() {
        operation["requestBody"] = json!({"required": true, "content": json_of(schema)});
        operation["responses"]["422"] = json!({"description": "The body does not fit"});
    }
    if !route.security.is_empty() {
        let all: BTreeMap<&str, [(); 0]> = route.security.iter().map(|name| (*name, [])).collect();
        operation["security"] = json!([all]);
    }
    operation
}

/// How callers say who they are.
fn scheme(name: &str) -> Option<Json> {
    match name {
        "api_key" => Some(json!({"type": "apiKey", "in": "header", "name": "x-api-key"})),
        "iam" => Some(json!({
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "A signature of AWS, version 4",
        })),
        _ => None,
    }
}
