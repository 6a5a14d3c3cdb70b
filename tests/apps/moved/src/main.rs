//! The service after the move: no handler is touched.

mod notes;
mod orders;
mod ticker;

use std::sync::Arc;

use orders::Store;
use sparta::{HttpService, construct::Queue, prelude::*};

fn main() -> sparta::Result<()> {
    App::new("Moved")
        .function(Function::http("notes", service_fn(notes::notes)).trigger(HttpApi::router()))
        .function(
            Function::http("ticker", HttpService::lambda_http(service_fn(ticker::ticker)))
                .trigger(FunctionUrl::signed().streaming()),
        )
        .function(
            Function::event_factory("orders", async || {
                let store = Arc::new(Store::open().await?);
                Ok::<_, lambda_runtime::Error>(service_fn(move |event| {
                    let store = Arc::clone(&store);
                    async move { orders::orders(&store, event).await }
                }))
            })
            .trigger(Queue::new("orders").batches()),
        )
        .run()
}
