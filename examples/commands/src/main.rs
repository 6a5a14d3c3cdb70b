//! A service that works off a queue and brings a command of its own: `cargo run -p commands -- seed --count 3`.

use serde::{Deserialize, Serialize};
use sparta::{clap, prelude::*};

#[derive(Deserialize, Serialize)]
struct Order {
    id: u32,
}

/// The part of SQS's event that is of interest here.
#[derive(Deserialize)]
struct Messages {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    body: String,
}

async fn fulfil(event: LambdaEvent<Messages>) -> Result<(), Error> {
    for message in event.payload.records {
        let order: Order = serde_json::from_str(&message.body)?;
        tracing::info!(order = order.id, "fulfilled");
    }
    Ok(())
}

/// Prints orders to put into the queue
#[derive(clap::Args)]
struct Seed {
    /// How many
    #[arg(long, default_value_t = 1)]
    count: u32,
}

impl Command for Seed {
    async fn run(self, context: CommandContext) -> Result<(), Error> {
        eprintln!("orders for {}", context.model().name());
        let orders: Vec<Order> = (1..=self.count).map(|id| Order { id }).collect();
        let lines: Result<Vec<String>, _> = orders.iter().map(serde_json::to_string).collect();
        context.print(&lines?.join("\n"), &orders)
    }
}

fn main() -> sparta::Result<()> {
    App::new("Orders")
        .function(Function::event("fulfil", service_fn(fulfil)).trigger(Queue::new("orders").batches()))
        .command::<Seed>()
        .run()
}
