//! What Lambda sends no asynchronous events to.

use sparta_core::{
    Error, Function, LambdaEvent,
    construct::{Bucket, EventBus},
    service_fn,
};

fn main() {
    let hello = Function::event("hello", service_fn(async |_: LambdaEvent<()>| Ok::<_, Error>(())));
    // A bucket takes failures only.
    let hello = hello.on_success(Bucket::new("files"));
    // Dead letters go to a queue or a topic.
    hello.dead_letters(EventBus::new("orders"));
}
