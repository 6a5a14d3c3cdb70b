//! Makes codes for links.

use sparta::{clap, prelude::*};

/// Prints codes for links
#[derive(clap::Args)]
pub(crate) struct Seed {
    /// How many
    #[arg(long, default_value_t = 1)]
    count: u32,
}

impl Command for Seed {
    async fn run(self, context: CommandContext) -> Result<(), Error> {
        let codes: Vec<String> = (1..=self.count).map(|n| format!("link-{n}")).collect();
        context.print(&codes.join("\n"), &codes)
    }
}
