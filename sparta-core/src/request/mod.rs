//! What a request of Lambda has beyond HTTP: parameters, contexts and payloads.

mod connection;
mod context;
mod event;
mod ext;
mod json_body;
mod path;
mod payload;
mod unfit;

pub use connection::{Connection, ConnectionEvent, NoConnection};
pub use context::RequestContext;
pub(crate) use event::{Event, Origin, Places};
#[cfg(feature = "lambda_http")]
pub(crate) use event::{Sent, Whole};
pub use ext::RequestExt;
pub use json_body::json_body;
pub(crate) use path::{QUERY, is_valid, valid_path};
pub use payload::{PayloadError, RequestPayloadExt};
pub use unfit::Unfit;
