//! The service before the move, each function's `main` as it was.

#[path = "../src/notes.rs"]
mod notes;
#[path = "../src/orders.rs"]
mod orders;
#[path = "../src/ticker.rs"]
mod ticker;

use lambda_http::{Error, run, run_with_streaming_response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("_HANDLER")?.as_str() {
        "notes" => run(service_fn(notes::notes)).await,
        "ticker" => run_with_streaming_response(service_fn(ticker::ticker)).await,
        _ => {
            let store = orders::Store::open().await?;
            lambda_runtime::run(service_fn(|event| orders::orders(&store, event))).await
        }
    }
}
