//! Bodies by their schemas.

use serde_json::{Value as Json, json};

use super::{RestApi, definition, hello, mistakes};
use crate::App;

/// Links, as they come in.
fn link() -> Json {
    json!({
        "type": "object", "required": ["url"],
        "properties": {"url": {"type": "string", "format": "uri"}, "note": {"type": "string", "nullable": true}},
    })
}

#[test]
fn a_body_is_validated_by_what_api_gateway_knows_of_its_schema() {
    let create = RestApi::post("/links").body_schema("NewLink", link());
    let body = definition([create, RestApi::put("/links").required_query("q").body_schema("NewLink", link())]);
    let create = &body["paths"]["/links"]["post"];
    let schema = json!({"$ref": "#/components/schemas/NewLink"});
    assert_eq!(create["requestBody"], json!({"required": true, "content": {"application/json": {"schema": schema}}}));
    assert_eq!(create["x-amazon-apigateway-request-validator"], "body");
    assert_eq!(body["paths"]["/links"]["put"]["x-amazon-apigateway-request-validator"], "everything");
    let known = json!({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "note": {}}});
    assert_eq!(body["components"]["schemas"]["NewLink"], known);
    assert_eq!(body["x-amazon-apigateway-gateway-responses"]["BAD_REQUEST_BODY"]["statusCode"], "422");
    assert_eq!(
        body["x-amazon-apigateway-request-validators"]["body"],
        json!({"validateRequestParameters": false, "validateRequestBody": true})
    );
}

#[test]
fn two_schemas_of_one_name_are_a_mistake_where_they_differ() {
    let app = |second: Json| {
        let first = hello().trigger(RestApi::post("/a").body_schema("Link", link()));
        App::new("Hello").function(first.trigger(RestApi::post("/b").body_schema("Link", second)))
    };
    app(link()).check().unwrap();
    let found = mistakes(&app(json!({"type": "string"})));
    assert!(found.contains("function `hello`: two schemas of bodies are called `Link` and differ"), "{found}");
}

#[cfg(feature = "schemars")]
#[test]
fn the_type_of_a_body_is_its_schema_with_all_that_it_refers_to() {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    struct Page<T> {
        items: Vec<T>,
        next: Option<String>,
    }
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    struct Link {
        url: String,
        clicks: u8,
    }
    let body = definition([RestApi::post("/links").body::<Page<Link>>()]);
    let content = &body["paths"]["/links"]["post"]["requestBody"]["content"];
    assert_eq!(content["application/json"]["schema"], json!({"$ref": "#/components/schemas/Page"}));
    let schemas = &body["components"]["schemas"];
    let link = json!({"$ref": "#/components/schemas/Link"});
    assert_eq!(
        schemas["Page"],
        json!({
            "type": "object", "required": ["items"],
            "properties": {"items": {"type": "array", "items": link}, "next": {}},
        })
    );
    let clicks = json!({"type": "integer", "minimum": 0, "maximum": 255});
    assert_eq!(schemas["Link"]["properties"], json!({"url": {"type": "string"}, "clicks": clicks}));
}
