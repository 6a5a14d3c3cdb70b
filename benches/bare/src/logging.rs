//! The same service with logging set up as `lambda_http` does it.

use lambda_http::{Error, Request, run, service_fn, tracing};

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(hello)).await
}
