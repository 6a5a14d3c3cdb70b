//! The bare service after its move: the same handler, another `main`.

#[path = "../../bare/src/hello.rs"]
mod hello;

use hello::hello;
use sparta::prelude::*;

fn main() -> sparta::Result<()> {
    App::new("Hello").function(Function::http("hello", service_fn(hello)).trigger(FunctionUrl::signed())).run()
}
