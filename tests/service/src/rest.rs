//! A REST API with what can be asked of one in the tests.

use serde_json::json;
use sparta::prelude::*;

/// What all of its routes share: a stage of another name, and the key of one caller.
pub(super) fn options() -> RestApiOptions {
    RestApiOptions::new().stage("v1").usage_plan(UsagePlan::new("partners").quota(1_000, Period::Day).key("acme"))
}

/// The routes of a function that tells what arrived.
pub(super) fn routes(function: Function) -> Function {
    let order = json!({
        "type": "object",
        "required": ["pieces"],
        "properties": {"pieces": {"type": "integer", "minimum": 1}},
    });
    function
        .trigger(RestApi::any("/files/{path+}"))
        .trigger(RestApi::post("/orders").body_schema("NewOrder", order))
        .trigger(RestApi::put("/orders/{id}").required_query("since").required_header("x-tenant"))
        .trigger(RestApi::get("/partners").api_key())
        .trigger(RestApi::get("/bytes"))
}
