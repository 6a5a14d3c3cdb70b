//! Puts links into the table that is deployed, to try the service with.

use sparta::{clap, prelude::*};

/// Put links into the table of an environment
#[derive(clap::Args)]
pub(crate) struct Seed {
    /// Environment whose table is meant
    #[arg(long, short, value_name = "NAME")]
    environment: String,

    /// How many
    #[arg(long, default_value_t = 1)]
    count: u32,
}

impl Command for Seed {
    sparta::if_provision! {
        async fn run(self, context: CommandContext) -> Result<(), Error> {
            let deployed = context.deployed(&self.environment).await?;
            let (dynamodb, table) = (Client::new(deployed.aws()?), links().name_in(&deployed)?);
            let codes: Vec<String> = (1..=self.count).map(|n| format!("link-{n}")).collect();
            if !context.options().noop {
                for code in &codes {
                    put(&dynamodb, &table, code).await?;
                }
            }
            context.print(&format!("{table}: {}", codes.join(", ")), &codes)
        }
    }
}

sparta::if_provision! {
    use aws_sdk_dynamodb::{Client, types::AttributeValue};

    use crate::links;

    /// As the API makes them, so that they are followed and counted like others.
    async fn put(dynamodb: &Client, table: &str, code: &str) -> Result<(), Error> {
        let target = format!("https://links.example/{code}");
        let put = dynamodb
            .put_item()
            .table_name(table)
            .item("code", AttributeValue::S(code.to_owned()))
            .item("target", AttributeValue::S(target))
            .item("clicks", AttributeValue::N("0".into()));
        put.send().await?;
        Ok(())
    }
}
