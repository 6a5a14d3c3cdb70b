//! A service that AWS would refuse in several ways.

use sparta::prelude::*;

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

fn main() -> sparta::Result<()> {
    App::new("Mistaken")
        .function(Function::http("hello", service_fn(hello)).memory(Memory::mb(64)).trigger(HttpApi::get("hello")))
        .environment(Environment::new("cloudformation", [("MESSAGE", "Hello!")]))
        .environment(Environment::new("production", [("AWS_REGION", "eu-west-1")]))
        .pipeline(Pipeline::github("https://example.com/acme/hello"))
        .run()
}
