//! What a request of Lambda has beyond HTTP: parameters, contexts and payloads.

mod connection;
mod context;
mod event;
mod ext;
mod payload;

pub use connection::{Connection, ConnectionEvent, NoConnection};
pub use context::RequestContext;
pub(crate) use event::{Event, Origin};
pub use ext::RequestExt;
pub use payload::{PayloadError, RequestPayloadExt};
