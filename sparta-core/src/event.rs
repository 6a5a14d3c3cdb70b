//! From an event's bytes to the type that a handler asks for.

use std::any::type_name;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{Error, Failure};

/// What an event can be read as: any type that serde reads, and [`Records`](crate::Records).
#[diagnostic::on_unimplemented(
    message = "an event cannot be read as a `{Self}`",
    note = "derive `serde::Deserialize` for it, or take `sparta::Records` of a type that has it"
)]
pub trait FromEvent: Sized {
    /// Reads the event, which is a JSON text.
    ///
    /// # Errors
    ///
    /// When the event is not what the type expects: for types that serde reads an [`EventMismatch`].
    fn from_event(event: Bytes) -> Result<Self, Error>;
}

impl<T: DeserializeOwned> FromEvent for T {
    /// The path to what does not fit is looked for only when something does not fit.
    fn from_event(event: Bytes) -> Result<Self, Error> {
        serde_json::from_slice(&event).map_err(|plain| {
            let (path, source) = mismatch::<T>(&event, plain);
            Failure::of(EventMismatch { expected: type_name::<T>(), path, source }).into()
        })
    }
}

/// Where JSON that did not read as `T` does not fit, and why.
pub(crate) fn mismatch<T: DeserializeOwned>(json: &[u8], plain: serde_json::Error) -> (String, serde_json::Error) {
    let mut json = serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => (String::new(), plain),
        Err(traced) => {
            // What is wrong with the whole has a dot for its path.
            let path = Some(traced.path().to_string()).filter(|path| path != ".");
            (path.map_or_else(String::new, |path| path + ": "), traced.into_inner())
        }
    }
}

/// An event that is not what the function is written for.
#[derive(Debug, thiserror::Error)]
#[error("the event is not a {expected}: {path}{source}")]
pub struct EventMismatch {
    expected: &'static str,
    path: String,
    source: serde_json::Error,
}
