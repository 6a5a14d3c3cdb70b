use serde_json::{Value as Json, json};

use crate::{
    App, Authorization, AuthorizerRequest, Error, Function, LambdaEvent, Request,
    cfn::sub,
    service_fn,
    trigger::{
        ApiOptions, FunctionUrl, HttpApi, Iam, Jwt, LambdaAuthorizer, RestApi, RestApiOptions, UsagePlan, UserPool,
    },
};

fn hello() -> Function {
    Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

/// Links, as they come in.
fn link() -> Json {
    json!({
        "type": "object", "required": ["url"],
        "properties": {"url": {"type": "string", "format": "uri"}, "note": {"type": "string", "nullable": true}},
    })
}

fn document(app: &App) -> Json {
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    serde_json::from_str(&synthesis.openapi().unwrap()).unwrap()
}

/// The document of a function with these routes.
fn of_http(routes: impl IntoIterator<Item = HttpApi>) -> Json {
    document(&App::new("Links").function(routes.into_iter().fold(hello(), Function::trigger)))
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn the_document_has_every_route_of_both_apis_and_more_than_api_gateway_knows() {
    let function = hello()
        .trigger(RestApi::post("/links").body_schema("NewLink", link()).api_key())
        .trigger(RestApi::any("/files/{path+}").authorizer(Iam))
        .trigger(RestApi::get("/files/{path+}").required_query("q"))
        .trigger(
            RestApi::put("/links")
                .authorizer(UserPool::new("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2")),
        )
        .trigger(RestApi::router())
        .trigger(HttpApi::get("/users/{id}"))
        .trigger(HttpApi::router());
    let plan = UsagePlan::new("partners").key("acme");
    let app = App::new("Links").function(function).rest_api(RestApiOptions::new().usage_plan(plan));
    let document = document(&app);
    let paths = &document["paths"];
    let names: Vec<&String> = paths.as_object().unwrap().keys().collect();
    assert_eq!(names, ["/files/{path}", "/links", "/users/{id}"]);
    assert_eq!(document["components"]["schemas"]["NewLink"], link());
    let create = &paths["/links"]["post"];
    assert_eq!(create["security"], json!([{"api_key": []}]));
    assert_eq!(create["responses"]["422"]["description"], "The body does not fit");
    assert_eq!(paths["/files/{path}"].as_object().unwrap().len(), 7);
    assert_eq!(paths["/files/{path}"]["get"]["parameters"].as_array().unwrap().len(), 2);
    assert_eq!(paths["/files/{path}"]["put"]["security"], json!([{"iam": []}]));
    assert_eq!(paths["/links"]["put"]["security"], json!([{"user_pool": []}]));
    assert_eq!(document["components"]["securitySchemes"]["user_pool"]["scheme"], "bearer");
    assert_eq!(paths["/users/{id}"]["get"]["parameters"][0]["name"], "id");
}

#[test]
fn who_may_call_is_said_of_each_route_and_of_whole_apis() {
    let users = || Jwt::issuer("https://id.example/a").audience("links");
    let gate = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
    let function = hello()
        .trigger(HttpApi::get("/all"))
        .trigger(HttpApi::get("/open").open())
        .trigger(HttpApi::get("/scopes").authorizer(users().scope("a").scope("b")))
        .trigger(HttpApi::get("/pool").authorizer(Jwt::issuer(sub("https://${Pool}")).audience("links").scope("a")))
        .trigger(RestApi::get("/rest").api_key())
        .trigger(RestApi::get("/rest/open").open())
        .trigger(RestApi::get("/rest/key").authorizer(LambdaAuthorizer::new(Function::handle("gate")).header("x-key")));
    let app = App::new("Links")
        .function(function)
        .function(Function::event("gate", service_fn(gate)))
        .http_api(ApiOptions::new().authorizer(users()))
        .rest_api(RestApiOptions::new().authorizer(Iam).usage_plan(UsagePlan::new("gold").key("acme")));
    let document = document(&app);
    for (path, expected) in [
        ("/all", json!([{"id.example-a": []}])),
        ("/open", Json::Null),
        ("/scopes", json!([{"id.example-a": ["a"]}, {"id.example-a": ["b"]}])),
        ("/pool", json!([{"jwt": []}])),
        ("/rest", json!([{"api_key": [], "iam": []}])),
        ("/rest/open", Json::Null),
        ("/rest/key", json!([{"gate-x-key": []}])),
    ] {
        assert_eq!(document["paths"][path]["get"]["security"], expected, "{path}");
    }
    let schemes = &document["components"]["securitySchemes"];
    let url = "https://id.example/a/.well-known/openid-configuration";
    assert_eq!(schemes["id.example-a"], json!({"type": "openIdConnect", "openIdConnectUrl": url}));
    assert_eq!((&schemes["gate-x-key"]["in"], &schemes["gate-x-key"]["name"]), (&json!("header"), &json!("x-key")));
}

#[test]
fn an_app_without_routes_has_none() {
    for function in [hello().trigger(FunctionUrl::signed()), hello().trigger(HttpApi::router())] {
        assert_eq!(App::new("Hello").function(function).synthesize().unwrap().openapi(), None);
    }
}

#[test]
fn bodies_and_answers_of_an_http_api_are_in_it() {
    let any =
        HttpApi::any("/links/{id}").body_schema("NewLink", link()).answer_schema("Link", json!({"type": "string"}));
    let document = of_http([any]);
    let put = &document["paths"]["/links/{id}"]["put"];
    assert_eq!(put["requestBody"]["content"]["application/json"]["schema"], reference("NewLink"));
    assert_eq!(put["responses"]["200"]["content"]["application/json"]["schema"], reference("Link"));
    assert_eq!(document["paths"]["/links/{id}"]["get"]["requestBody"], Json::Null);
    let found = App::new("Links").function(hello().trigger(HttpApi::get("/").body_schema("A", link()))).check();
    assert!(found.unwrap_err().to_string().contains("requests of the method GET have no body"));
}

#[test]
fn paths_that_differ_in_the_names_of_their_parameters_are_one() {
    let document = of_http([HttpApi::any("/{rest+}"), HttpApi::get("/{id}"), HttpApi::post("/{code}")]);
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.keys().collect::<Vec<_>>(), ["/{id}"]);
    assert_eq!(paths["/{id}"].as_object().unwrap().len(), 7);
    for method in ["get", "post", "put"] {
        assert_eq!(paths["/{id}"][method]["parameters"][0]["name"], "id", "{method}");
    }
}

#[test]
fn a_schema_that_is_written_out_is_in_openapis_words() {
    let order = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "kind": {"const": "order"},
            "note": {"type": ["string", "null"], "examples": ["a", "b"]},
            "count": {"type": "integer", "exclusiveMinimum": 0},
            "items": {"type": "array", "items": {"$ref": "#/$defs/an-item"}},
            "place": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]},
            "next": {"$ref": "#"},
            "more": true,
        },
        "additionalProperties": false,
        "$defs": {"an-item": {"type": "object", "patternProperties": {"^a": {}}}},
    });
    let document = of_http([HttpApi::post("/orders").body_schema("Order", order)]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["anitem"], json!({"type": "object"}));
    assert_eq!(
        schemas["Order"],
        json!({
            "type": "object",
            "properties": {
                "kind": {"enum": ["order"]},
                "note": {"type": "string", "nullable": true, "example": "a"},
                "count": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
                "items": {"type": "array", "items": reference("anitem")},
                "place": {"type": "array", "items": {}},
                "next": reference("Order"),
                "more": {},
            },
            "additionalProperties": false,
        })
    );
}

#[test]
fn a_schema_that_refers_to_nothing_is_a_mistake() {
    for of in ["#/$defs/Item", "https://schemas.example/item.json", "#/components/schemas/Item"] {
        let schema = json!({"type": "array", "items": {"$ref": of}});
        let app = App::new("Orders").function(hello().trigger(HttpApi::post("/").answer_schema("Order", schema)));
        let found = app.check().unwrap_err().to_string();
        assert!(found.contains("function `hello`: the schema of its body refers to `"), "{found}");
    }
}

#[cfg(feature = "schemars")]
mod types {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::{HttpApi, of_http, reference};

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Order {
        lines: Vec<Line>,
        at: Place,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Line {
        #[serde(default)]
        count: u8,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Place(f64, f64);

    #[test]
    fn a_type_that_is_written_otherwise_than_it_is_read_has_two_schemas() {
        let document = of_http([HttpApi::post("/orders").body::<Order>().answer::<Order>()]);
        let schemas = &document["components"]["schemas"];
        let names: Vec<&String> = schemas.as_object().unwrap().keys().collect();
        assert_eq!(names, ["Line", "LineAnswer", "Order", "OrderAnswer", "Place"]);
        assert_eq!(
            (&schemas["Line"]["required"], &schemas["LineAnswer"]["required"]),
            (&json!(null), &json!(["count"]))
        );
        assert_eq!(schemas["Order"]["properties"]["lines"]["items"], reference("Line"));
        assert_eq!(schemas["OrderAnswer"]["properties"]["lines"]["items"], reference("LineAnswer"));
        assert_eq!(schemas["OrderAnswer"]["properties"]["at"], reference("Place"));
        let post = &document["paths"]["/orders"]["post"];
        assert_eq!(post["responses"]["200"]["content"]["application/json"]["schema"], reference("OrderAnswer"));
    }
}
