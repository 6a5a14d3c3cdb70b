//! The smallest service: one function that answers every HTTP request with the text `hello`.

use sparta::prelude::*;

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("hello")
}

fn main() -> sparta::Result<()> {
    App::new("Hello").function(Function::http("hello", service_fn(hello)).trigger(FunctionUrl::signed())).run()
}
