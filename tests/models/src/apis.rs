//! Apps whose HTTP API has all that one can have, in both of its forms.

use std::time::Duration;

use sparta_core::{
    App, Authorization, AuthorizerRequest, Environment, Error, Function, LambdaEvent, Pipeline, Request, service_fn,
    trigger::{ApiOptions, Cors, Domain, HttpApi, Iam, Jwt, LambdaAuthorizer, MutualTls},
};
use sparta_macros::Settings;

/// What differs between the environments of an API with a domain.
#[derive(Settings)]
#[settings(crate = "sparta_core")]
pub struct Places {
    /// Where the API is.
    domain: String,
    /// The zone that the domain is in.
    zone: String,
}

async fn answer(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

async fn gate(_: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
    Ok(Authorization::deny())
}

fn environment(name: &str) -> Environment {
    let place = Places { domain: format!("{name}.orders.example"), zone: "Z0123456789ABCDEFGHIJ".into() };
    Environment::new(name, place)
}

fn delivered(name: &str) -> App {
    App::new(name)
        .environment(environment("test"))
        .environment(environment("production"))
        .pipeline(Pipeline::github("https://github.com/acme/orders"))
        .function(Function::event("gate", service_fn(gate)).timeout(Duration::from_secs(5)))
        .function(Function::event("judge", service_fn(gate)).timeout(Duration::from_secs(5)).alias("live"))
}

/// A domain whose certificate the stack makes, mutual TLS, and every kind of authorizer.
pub fn guarded() -> App {
    let mutual_tls = MutualTls::truststore("s3://orders-certificates/authorities.pem").version("3sL4kqtJlcpXroDTDmJ");
    let domain = Domain::new(Places::DOMAIN).hosted_zone(Places::ZONE).mutual_tls(mutual_tls);
    delivered("Guarded")
        .http_api(options().domain(domain.base_path("v1").base_path("orders/v1")))
        .function(Function::http("orders", service_fn(answer)).trigger(HttpApi::get("/orders")))
        .function(routes())
}

/// The same with its routes in the API's own document, and a certificate that is there already.
pub fn in_body() -> App {
    let certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
    let domain = Domain::new(Places::DOMAIN).certificate(certificate).keep_default_endpoint();
    delivered("InBody")
        .http_api(options().throttle(100, 50).domain(domain).routes_in_body())
        .function(Function::http("orders", service_fn(answer)).trigger(HttpApi::get("/orders")))
        .function(routes())
}

fn options() -> ApiOptions {
    let gate = LambdaAuthorizer::new(Function::handle("gate")).header("x-key").query("key");
    let pages = Cors::origin("https://orders.example").max_age(Duration::from_secs(600)).credentials();
    ApiOptions::new().cors(pages).authorizer(gate.cached(Duration::from_secs(300)))
}

fn routes() -> Function {
    let users = || Jwt::issuer("https://id.example").audience("orders");
    let judge = LambdaAuthorizer::new(Function::handle("judge").alias()).every_request().policies();
    Function::http("routes", service_fn(answer))
        .alias("live")
        .trigger(HttpApi::post("/orders").authorizer(users().scope("orders:write").scope("admin")).throttle(10, 20))
        .trigger(HttpApi::get("/orders/{id}").authorizer(users()))
        .trigger(HttpApi::put("/orders/{id}").authorizer(judge))
        .trigger(HttpApi::any("/files/{path+}").authorizer(Function::handle("gate")))
        .trigger(HttpApi::post("/reports").authorizer(Iam))
        .trigger(HttpApi::get("/open").open())
        .trigger(HttpApi::router())
}

/// A service with 400 routes to 60 functions, delivered to two environments.
pub fn many_routes() -> App {
    let function = |number: usize| {
        let routes = (0..400).filter(|route| route % 60 == number);
        let function = Function::http(format!("part-{number}"), service_fn(answer));
        routes.fold(function, |function, route| function.trigger(HttpApi::get(format!("/parts/{route}/{{id}}"))))
    };
    let app = App::new("Many")
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/many"));
    (0..60).fold(app, |app, number| app.function(function(number)))
}
