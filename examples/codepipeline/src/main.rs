//! A service with two environments, two manual approvals and its own pipeline.

use sparta::prelude::*;

/// What differs from one environment to the next.
#[derive(Settings)]
struct Greeting {
    /// Text that the function answers with.
    message: String,
    /// Name of the environment.
    environment: String,
}

async fn hello(_: Request) -> Result<String, Error> {
    Ok(Greeting::get()?.message.clone())
}

fn main() -> sparta::Result<()> {
    App::new("HelloPipeline")
        .description("Greets, in words that differ from one environment to the next")
        .function(
            Function::http("hello-world", service_fn(hello))
                .layer(TraceLayer::new_for_http())
                .trigger(HttpApi::get("/hello")),
        )
        .environment(
            Environment::new("test", Greeting { message: "Hello Test!".into(), environment: "test".into() })
                .approve_promotion(Approval::manual().message("Create a change set for production?")),
        )
        .environment(
            Environment::new(
                "production",
                Greeting { message: "Hello Production!".into(), environment: "prod".into() },
            )
            .stack_prefix("Prod")
            .approve_changes(Approval::manual().message("Make these production changes?")),
        )
        .pipeline(Pipeline::github("https://github.com/acme/hello-pipeline"))
        .run()
}
