//! What the loop does with an event and a response, without Lambda: for tests and measurements.

use bytes::Bytes;

use super::answer::{Answer, StreamedAnswer};
use super::event::{self, Origin};
use crate::Context;
use crate::error::{Error, Failure};
use crate::response::Response;
use crate::service::Request;

/// An event that was read, and the form that its sender wants the answer in.
#[derive(Debug)]
pub struct Exchange {
    origin: Origin,
    /// The request that a handler gets.
    pub request: Request,
}

impl Exchange {
    /// Reads an event as a function over HTTP gets it.
    ///
    /// # Errors
    ///
    /// When it has the marks of an HTTP request but not its parts.
    pub fn read(event: Bytes, context: Context) -> Result<Self, Error> {
        let (origin, request) = event::http_request(event, context).map_err(Failure::of)?;
        Ok(Self { origin, request })
    }

    /// Reads an event as a function over events gets it.
    pub fn of_event(event: Bytes, context: Context) -> Self {
        Self { origin: Origin::Raw, request: event::event_request(event, context) }
    }

    /// Writes what is sent to Lambda.
    ///
    /// # Errors
    ///
    /// When the body fails, or the status means an error to whom an event that is not HTTP comes from.
    pub async fn answer(&self, response: Response) -> Result<Bytes, Error> {
        Ok(Answer::new(self.origin, response).await?.into_bytes())
    }

    /// Writes what is sent before the body of an answer that is a stream.
    pub fn prelude(&self, response: Response) -> Bytes {
        StreamedAnswer::new(response).prelude
    }
}
