//! The WebSocket API of the App, as API Gateway serves one.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>.

mod client;
mod connect;
mod connections;
mod management;
mod message;
mod selection;
mod session;

pub(super) use connect::is_wanted;
pub(super) use connections::Connections;
pub(super) use management::{connection_of, respond};
pub(super) use session::Session;

use std::time::Duration;

/// The largest message, and the largest of the frames that it comes in:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>.
const LARGEST_MESSAGE: usize = 128 * 1024;
const LARGEST_FRAME: usize = 32 * 1024;
/// How long API Gateway waits for a function.
const WAIT: Duration = Duration::from_secs(29);

/// How long a connection lasts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lasts {
    pub(super) idle: Duration,
    pub(super) in_all: Duration,
}

impl Default for Lasts {
    fn default() -> Self {
        Self { idle: Duration::from_secs(10 * 60), in_all: Duration::from_secs(2 * 60 * 60) }
    }
}
