//! An App behind CloudFront.

use sparta_core::{
    App, Distribution, Environment, Error, Function, Origin, Pipeline, PriceClass, Request, service_fn,
    trigger::{FunctionUrl, HttpApi},
};
use sparta_macros::Settings;

/// Where an environment is on the internet.
#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub struct Place {
    domain: String,
    certificate: String,
}

/// A function that answers, whatever it is asked.
pub fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

/// Two function URLs and the HTTP API behind one distribution, which has a domain of its own.
pub fn edges() -> App {
    let place = |domain: &str| Place {
        domain: domain.to_owned(),
        certificate: format!("arn:aws:acm:us-east-1:123456789012:certificate/{domain}"),
    };
    let distribution = Distribution::new(Origin::function_url("pages"))
        .path("/api/*", Origin::http_api())
        .path("/files/*", Origin::function_url("files").cache_policy("658327ea-f89d-4fab-a63d-7e88639e58f6"))
        .path("/files-of-old/*", Origin::function_url("files"))
        .domain(Place::DOMAIN, Place::CERTIFICATE)
        .web_acl("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/11111111-2222-3333-4444-555555555555")
        .price_class(PriceClass::Cheapest);
    App::new("Edges")
        .function(function("pages").trigger(FunctionUrl::signed()))
        .function(function("files").alias("live").trigger(FunctionUrl::signed().streaming()))
        .function(function("api").trigger(HttpApi::any("/api/{path+}")))
        .distribution(distribution)
        .environment(Environment::new("test", place("test.shop.example")))
        .environment(Environment::new("production", place("shop.example")))
        .pipeline(Pipeline::github("https://github.com/acme/edges"))
}
