//! What a person writes without Sparta: the service that the benchmarks compare with.

mod hello;

use hello::hello;
use lambda_http::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
