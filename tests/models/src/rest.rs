//! Apps with REST APIs: each option of the API and of its routes.

use std::time::Duration;

use schemars::JsonSchema;
use sparta_core::{
    App, Environment, Error, Function, Pipeline, Request, service_fn,
    trigger::{Iam, Period, RestApi, RestApiOptions, UsagePlan},
};
use sparta_macros::Settings;

/// What differs from one environment to the next.
#[derive(Settings, Clone)]
#[settings(crate = "sparta_core")]
pub struct Office {
    /// The addresses that requests come from.
    pub addresses: String,
}

/// What a new order has.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
struct NewOrder {
    items: Vec<Item>,
    note: Option<String>,
    #[schemars(range(min = 1))]
    priority: u8,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
struct Item {
    name: String,
    count: u32,
    kind: Kind,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
enum Kind {
    Tea,
    Coffee { strong: bool },
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
struct Order {
    id: String,
    items: Vec<Item>,
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

/// A public API, and one of a VPC.
pub fn rest_apis() -> [App; 2] {
    [partners(), inside()]
}

/// Usage plans, a firewall, logs, validation and streams.
pub fn partners() -> App {
    let gold = UsagePlan::new("gold").throttle(100, 200).quota(1_000_000, Period::Month).key("acme").key("globex");
    let silver = UsagePlan::new("silver").quota(1_000, Period::Day).key("initech");
    let options = RestApiOptions::new()
        .stage("v1")
        .throttle(200, 100)
        .access_logs()
        .tracing()
        .compress_from(1024)
        .source_ips([Office::ADDRESSES])
        .source_ips(["203.0.113.0/24", "2001:db8::/32"])
        .web_acl("arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/11111111-2222-3333-4444-555555555555")
        .usage_plan(gold)
        .usage_plan(silver);
    let orders = Function::http("orders", service_fn(answer))
        .alias("live")
        .trigger(RestApi::get("/"))
        .trigger(RestApi::post("/orders").api_key().body::<NewOrder>().answer::<Order>().throttle(10, 20))
        .trigger(RestApi::get("/orders/{id}").api_key().answer::<Order>())
        .trigger(RestApi::delete("/orders/{id}").authorizer(Iam))
        .trigger(RestApi::any("/files/{path+}").timeout(Duration::from_secs(10)))
        .trigger(RestApi::get("/search").required_query("q").required_header("x-tenant"));
    let report = Function::http("report", service_fn(answer))
        .timeout(Duration::from_secs(600))
        .trigger(RestApi::get("/report").stream());
    delivered("Partners").rest_api(options).function(orders).function(report).alarms(ON_CALL).dashboard()
}

const ON_CALL: &str = "arn:aws:sns:eu-west-1:123456789012:on-call";

/// A private API that callers of two accounts sign their requests for.
fn inside() -> App {
    let options = RestApiOptions::new()
        .private(["vpce-0a1b2c3d4e5f60718", "vpce-1a1b2c3d4e5f60718"])
        .source_ips(["10.0.0.0/8"])
        .account("222222222222")
        .authorizer(Iam);
    let api =
        Function::http("api", service_fn(answer)).trigger(RestApi::router()).trigger(RestApi::get("/health").open());
    delivered("Inside").rest_api(options).function(api)
}

fn delivered(name: &str) -> App {
    let office = |addresses: &str| Office { addresses: addresses.into() };
    App::new(name)
        .environment(Environment::new("test", office("198.51.100.7")))
        .environment(Environment::new("production", office("198.51.100.0/28")))
        .pipeline(Pipeline::github("https://github.com/acme/orders"))
}
