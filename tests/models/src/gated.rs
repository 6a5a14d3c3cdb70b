//! Apps whose APIs of all three kinds are guarded by functions of their own and have domains.

use std::time::Duration;

use sparta_core::{
    Alarm, App, Approval, Authorization, AuthorizerRequest, Canary, Environment, Error, Function, LambdaEvent,
    Pipeline, Request, service_fn,
    trigger::{
        Domain, HttpApi, Iam, LambdaAuthorizer, MutualTls, Period, RestApi, RestApiOptions, UsagePlan, UserPool,
        WebSocket, WebSocketOptions,
    },
};
use sparta_macros::Settings;

/// What differs between the environments of APIs with domains.
#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub struct Doors {
    /// Where the REST API is.
    rest: String,
    /// Where the WebSocket API is.
    chat: String,
    /// The zone that the domains are in.
    zone: String,
    /// The user pool of those who work there.
    staff: String,
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

async fn gate(_: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
    Ok(Authorization::deny())
}

fn environment(name: &str) -> Environment {
    let doors = Doors {
        rest: format!("{name}.orders.example"),
        chat: format!("chat-{name}.orders.example"),
        zone: "Z0123456789ABCDEFGHIJ".into(),
        staff: format!("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_{name}"),
    };
    Environment::new(name, doors)
}

/// An edge-optimized API with a domain at the edge.
pub fn at_the_edge() -> App {
    let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
    let domain = Domain::new(Doors::REST).certificate(certificate).hosted_zone(Doors::ZONE).base_path("v1");
    App::new("AtTheEdge")
        .rest_api(RestApiOptions::new().edge().domain(domain))
        .function(Function::http("orders", service_fn(answer)).trigger(RestApi::get("/orders")))
        .environment(environment("test"))
        .environment(environment("production"))
        .pipeline(Pipeline::github("https://github.com/acme/edge"))
}

async fn migrate(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
    Ok(())
}

/// One function decides for a REST API, a WebSocket API and an HTTP API, another one for some routes of the first; new code takes
/// over by and by, after a migration.
pub fn gated() -> App {
    let gate_keeper = || LambdaAuthorizer::new(Function::handle("gate"));
    let judge = LambdaAuthorizer::new(Function::handle("judge").alias()).every_request();
    let kept = gate_keeper().header("x-key").context("identity.sourceIp").cached(Duration::from_secs(300));
    let plan = UsagePlan::new("gold").throttle(100, 200).quota(1_000_000, Period::Month).key("acme");
    let staff = || UserPool::new(Doors::STAFF);
    let tls = MutualTls::truststore("s3://orders-certificates/authorities.pem").version("3sL4kqtJlcpXroDTDmJ");
    let domain = Domain::new(Doors::REST).hosted_zone(Doors::ZONE).mutual_tls(tls).base_path("v1");
    let chat_domain = Domain::new(Doors::CHAT).hosted_zone(Doors::ZONE);
    let orders = Function::http("orders", service_fn(answer))
        .trigger(RestApi::get("/orders"))
        .trigger(RestApi::post("/orders").api_key())
        .trigger(RestApi::any("/judged/{path+}").authorizer(judge))
        .trigger(RestApi::delete("/orders/{id}").authorizer(Iam))
        .trigger(RestApi::get("/open").open())
        .trigger(RestApi::get("/staff").authorizer(staff()))
        .trigger(RestApi::put("/staff").authorizer(staff().scope("orders/staff")))
        .trigger(HttpApi::get("/orders").authorizer(gate_keeper()));
    let chat = Function::http("chat", service_fn(answer))
        .alias("live")
        .uses(WebSocket::connections().send())
        .trigger(WebSocket::connect().authorizer(gate_keeper().query("token").header("x-tenant")))
        .trigger(WebSocket::disconnect())
        .trigger(WebSocket::default_route());
    App::new("Gated")
        .rest_api(RestApiOptions::new().authorizer(kept).api_keys_of_authorizer().usage_plan(plan).domain(domain))
        .web_socket(WebSocketOptions::new().throttle(200, 100).domain(chat_domain))
        .function(Function::event("gate", service_fn(gate)).timeout(Duration::from_secs(5)).without_canary())
        .function(Function::event("judge", service_fn(gate)).timeout(Duration::from_secs(5)).alias("live"))
        .function(orders)
        .function(chat)
        .function(Function::event("migrate", service_fn(migrate)))
        .environment(environment("test"))
        .environment(
            environment("production")
                .migration("migrate")
                .canary(Canary::percent(20).every(Duration::from_secs(300)))
                .watch(Alarm::errors("orders").above(0), Duration::from_secs(600))
                .smoke_test(async |_| Ok(())),
        )
        .pipeline(Pipeline::github("https://github.com/acme/gated"))
}

/// A service that is delivered to another region, and to another account, where new code takes over by and by.
pub fn abroad() -> App {
    let with_gates = |environment: Environment| {
        environment
            .approve_changes(Approval::manual())
            .canary(Canary::percent(20).every(Duration::from_secs(300)))
            .watch(Alarm::errors("orders").above(0), Duration::from_secs(600))
            .smoke_test(async |_| Ok(()))
    };
    let orders = Function::http("orders", service_fn(answer)).trigger(HttpApi::get("/orders"));
    App::new("Abroad")
        .function(orders)
        .environment(Environment::new("test", ()))
        .environment(with_gates(Environment::new("staging", ()).region("eu-west-3")))
        .environment(with_gates(Environment::new("production", ()).account("222222222222").region("eu-central-1")))
        .pipeline(Pipeline::github("https://github.com/acme/abroad"))
}
