//! What a person writes without Sparta: the service that the benchmarks compare with.

use lambda_http::{Error, Request, run, service_fn};

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
