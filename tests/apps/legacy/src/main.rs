//! A service that is moving on from the old signature, with a command that is not for Lambda.

use sparta::prelude::*;

fn old(event: &[u8], _: &Context, answer: &mut dyn std::io::Write) -> Result<(), Error> {
    Ok(answer.write_all(event)?)
}

async fn new(_: Request) -> Result<&'static str, Error> {
    Ok("new")
}

sparta::if_provision! {
    use sparta::clap;

    /// Prints the region that would be deployed to
    #[derive(clap::Args)]
    struct Region {}

    impl Command for Region {
        async fn run(self, context: CommandContext) -> Result<(), Error> {
            println!("{:?}", context.aws().await?.region());
            Ok(())
        }
    }
}

fn main() -> sparta::Result<()> {
    #[expect(deprecated, reason = "it is what this service is about")]
    let raw = Function::raw("old", old);
    let app = App::new("Legacy").function(raw).function(Function::http("new", service_fn(new)));
    sparta::if_provision! {
        let app = app.command::<Region>();
    }
    app.run()
}
