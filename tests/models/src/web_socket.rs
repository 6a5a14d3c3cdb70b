//! An App with a WebSocket API: each route with each of its options.

use std::time::Duration;

use sparta_core::{
    App, Environment, Error, Function, LambdaEvent, Pipeline, Request, service_fn,
    trigger::{Iam, Schedule, WebSocket, WebSocketOptions},
};

/// A chat of several functions, and one that only sends, with a pipeline to two environments.
pub fn chat() -> App {
    App::new("Chat")
        .web_socket(
            WebSocketOptions::new().route_selection("$request.body.type").throttle(200, 100).access_logs_for(14),
        )
        .alarms("arn:aws:sns:eu-west-1:123456789012:on-call")
        .dashboard()
        .function(
            function("door")
                .alias("live")
                .trigger(WebSocket::connect().authorizer(Iam).throttle(10, 20))
                .trigger(WebSocket::disconnect()),
        )
        .function(
            function("talk")
                .uses(WebSocket::connections().send())
                .uses(WebSocket::connections().disconnect())
                .trigger(WebSocket::route("say"))
                .trigger(WebSocket::route("ask").two_way().throttle(1, 5))
                .trigger(WebSocket::default_route().two_way()),
        )
        .function(
            Function::event("news", service_fn(async |_: LambdaEvent<serde_json::Value>| Ok::<_, Error>(())))
                .uses(WebSocket::connections().send())
                .trigger(Schedule::rate(Duration::from_secs(60))),
        )
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/chat"))
}

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>(())))
}
