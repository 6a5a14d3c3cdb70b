//! Handlers that no function takes.

use sparta_core::{Error, Function, LambdaEvent, Request, service_fn};

struct Order;

async fn text(_: String) -> Result<&'static str, Error> {
    Ok("text")
}

async fn order(_: Request) -> Result<Order, Error> {
    Ok(Order)
}

async fn untyped(_: LambdaEvent<Order>) -> Result<(), Error> {
    Ok(())
}

async fn not_an_event(_: String) -> Result<(), Error> {
    Ok(())
}

async fn moved(_: lambda_http::Request) -> Result<Order, lambda_http::Error> {
    Ok(Order)
}

fn main() {
    Function::http("text", service_fn(text));
    Function::http("order", service_fn(order));
    Function::event("untyped", service_fn(untyped));
    Function::event("not-an-event", service_fn(not_an_event));
    Function::http("moved", service_fn(moved));
}
