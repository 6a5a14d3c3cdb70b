//! An App whose APIs of all three kinds are guarded by functions of its own.

use std::time::Duration;

use sparta_core::{
    App, Authorization, AuthorizerRequest, Environment, Error, Function, LambdaEvent, Pipeline, Request, service_fn,
    trigger::{
        HttpApi, Iam, LambdaAuthorizer, Period, RestApi, RestApiOptions, UsagePlan, WebSocket, WebSocketOptions,
    },
};

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

async fn gate(_: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
    Ok(Authorization::deny())
}

/// One function decides for a REST API, a WebSocket API and an HTTP API, another one for some routes of the first.
pub fn gated() -> App {
    let gate_keeper = || LambdaAuthorizer::new(Function::handle("gate"));
    let judge = LambdaAuthorizer::new(Function::handle("judge").alias()).every_request();
    let kept = gate_keeper().header("x-key").context("identity.sourceIp").cached(Duration::from_secs(300));
    let plan = UsagePlan::new("gold").throttle(100, 200).quota(1_000_000, Period::Month).key("acme");
    let orders = Function::http("orders", service_fn(answer))
        .trigger(RestApi::get("/orders"))
        .trigger(RestApi::post("/orders").api_key())
        .trigger(RestApi::any("/judged/{path+}").authorizer(judge))
        .trigger(RestApi::delete("/orders/{id}").authorizer(Iam))
        .trigger(RestApi::get("/open").open())
        .trigger(HttpApi::get("/orders").authorizer(gate_keeper()));
    let chat = Function::http("chat", service_fn(answer))
        .alias("live")
        .uses(WebSocket::connections().send())
        .trigger(WebSocket::connect().authorizer(gate_keeper().query("token").header("x-tenant")))
        .trigger(WebSocket::disconnect())
        .trigger(WebSocket::default_route());
    App::new("Gated")
        .rest_api(RestApiOptions::new().authorizer(kept).api_keys_of_authorizer().usage_plan(plan))
        .web_socket(WebSocketOptions::new().throttle(200, 100))
        .function(Function::event("gate", service_fn(gate)).timeout(Duration::from_secs(5)))
        .function(Function::event("judge", service_fn(gate)).timeout(Duration::from_secs(5)).alias("live"))
        .function(orders)
        .function(chat)
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/gated"))
}
