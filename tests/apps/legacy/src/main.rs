//! A service that is moving on from the old signature, with a command that calls AWS and a function that only one of its features has.

use sparta::{clap, prelude::*};

fn old(event: &[u8], _: &Context, answer: &mut dyn std::io::Write) -> Result<(), Error> {
    Ok(answer.write_all(event)?)
}

async fn new(_: Request) -> Result<&'static str, Error> {
    Ok("new")
}

sparta::if_provision! {
    fn region_of(config: &aws_config::SdkConfig) -> &str {
        config.region().map_or("none", |region| region.as_ref())
    }
}

/// Prints the region that would be deployed to
#[derive(clap::Args)]
struct Region {
    /// What is printed before it
    #[arg(long, default_value = "region")]
    label: String,
}

impl Command for Region {
    sparta::if_provision! {
        async fn run(self, context: CommandContext) -> Result<(), Error> {
            let Self { label } = self;
            let config = context.aws().await?;
            let region = region_of(&config);
            context.print(&format!("{label} {region}"), &[label, region.to_owned()])
        }
    }
}

fn main() -> sparta::Result<()> {
    #[expect(deprecated, reason = "it is what this service is about")]
    let raw = Function::raw("old", old);
    let app = App::new("Legacy").function(raw).function(Function::http("new", service_fn(new)));
    let app = if cfg!(feature = "more") { app.function(Function::http("more", service_fn(new))) } else { app };
    app.command::<Region>().run()
}
