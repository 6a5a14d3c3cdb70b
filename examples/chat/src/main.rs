//! A chat: whoever is in a room gets what others say there.
//!
//! A client connects to the stack's output `WebSocketUrl`, sends `{"action": "join", "room": "tea", "name": "ada"}` and then
//! `{"action": "say", "text": "hello"}`. `cargo run -p chat -- provision -e test --s3Bucket MY-BUCKET` deploys it; its tests need no
//! AWS: `cargo test -p chat`.

mod members;
mod talk;

use std::time::Duration;

use sparta::{construct::Index, prelude::*};

/// What differs from one environment to the next.
#[derive(Settings)]
struct Chat {
    /// Web site whose pages may connect
    origin: String,
}

/// Who is in which room, by the id of the connection. Not every end of a connection is heard of.
fn members() -> Table {
    Table::new("members")
        .key("id")
        .index(Index::global("by-room").key("room"))
        .time_to_live("expires")
        .delete_with_stack()
}

fn app() -> App {
    App::new("Chat")
        .web_socket(WebSocketOptions::new().throttle(500, 1_000))
        .function(
            Function::http_factory("talk", talk::talk)
                .memory(Memory::mb(256))
                .timeout(Duration::from_secs(10))
                .uses(members().read_write())
                .uses(members().delete())
                .uses(members().read().index("by-room"))
                .uses(WebSocket::connections().send())
                .trigger(WebSocket::connect())
                .trigger(WebSocket::route("join"))
                .trigger(WebSocket::route("say").throttle(200, 400))
                .trigger(WebSocket::default_route())
                .trigger(WebSocket::disconnect()),
        )
        .alarm(Alarm::errors("talk").above(0))
        .environment(Environment::new("test", Chat { origin: "https://test.chat.example".into() }))
        .environment(Environment::new("production", Chat { origin: "https://chat.example".into() }))
}

fn main() -> sparta::Result<()> {
    app().run()
}
