//! An App behind a load balancer: rules with each condition, and a health check.

use std::time::Duration;

use http::Method;
use sparta_core::{App, Environment, Error, Function, Pipeline, Request, service_fn, trigger::LoadBalancer};

const LISTENER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";

/// Two functions behind one listener, with a pipeline to one environment, since the listener is one.
pub fn shop() -> App {
    App::new("Balanced")
        .function(
            function("orders").trigger(
                LoadBalancer::listener(LISTENER, 10)
                    .host("shop.example")
                    .path("/orders")
                    .path("/orders/*")
                    .method(Method::GET)
                    .method(Method::POST)
                    .health_check("/health", Duration::from_secs(60)),
            ),
        )
        .function(
            function("inside").alias("live").trigger(
                LoadBalancer::listener(LISTENER, 20)
                    .header("x-tenant", "acme")
                    .query("version", "2")
                    .source_ip("10.0.0.0/8"),
            ),
        )
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/balanced"))
}

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>(())))
}
