//! An App with routes of both kinds of APIs, with everything that their document can say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sparta_core::{
    App, Error, Function, Request, service_fn,
    trigger::{HttpApi, Iam, Jwt, RestApi, RestApiOptions, UsagePlan},
};

/// A place in the shop.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Shelf {
    /// Its number, from the door on.
    number: u16,
    #[serde(default)]
    things: Vec<Thing>,
    at: (f64, f64),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Thing {
    name: String,
    price: Option<u32>,
    kind: Kind,
    #[serde(default)]
    tags: std::collections::BTreeMap<String, String>,
    inside: Vec<Thing>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Kind {
    Book { pages: u16 },
    Record { speed: Speed },
    Other,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Speed {
    Slow,
    Fast,
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

/// Routes with bodies by types and by schemas, parameters, whole rests, every method, and everybody who may be let in.
pub fn documented() -> App {
    let search = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["words"],
        "properties": {"words": {"type": "array", "items": {"$ref": "#/$defs/Word"}}, "page": {"type": ["integer", "null"]}},
        "$defs": {"Word": {"type": "string", "minLength": 1, "examples": ["tea"]}},
    });
    let users = Jwt::issuer("https://id.example").audience("shop");
    let shelves = Function::http("shelves", service_fn(answer))
        .trigger(HttpApi::get("/"))
        .trigger(HttpApi::get("/shelves/{number}").answer::<Shelf>())
        .trigger(
            HttpApi::put("/shelves/{shelf}").authorizer(users.scope("shelves:write")).body::<Shelf>().answer::<Shelf>(),
        )
        .trigger(HttpApi::any("/shelves/{rest+}").authorizer(Iam))
        .trigger(HttpApi::router());
    let partners = Function::http("partners", service_fn(answer))
        .trigger(RestApi::any("/files/{path+}").authorizer(Iam))
        .trigger(RestApi::get("/files/{path+}").required_query("version").required_header("x-tenant"))
        .trigger(RestApi::post("/searches").api_key().body_schema("Search", search).answer::<Vec<Thing>>())
        .trigger(RestApi::any("/things/{name}").body::<Thing>());
    App::new("Shop")
        .description("A shop, and what its partners see of it")
        .function(shelves)
        .function(partners)
        .rest_api(RestApiOptions::new().usage_plan(UsagePlan::new("gold").key("acme")))
}
