use std::str::Utf8Error;

use super::Origin;
use crate::error::BoxError;
use crate::json::SyntaxError;

/// An event that cannot be handed to a handler.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MalformedEvent {
    #[error("the event is not UTF-8")]
    Text(#[source] Utf8Error),
    #[error("the event is not a JSON text")]
    Json(#[source] SyntaxError),
    /// It has the marks of an HTTP request but not its parts.
    #[error("the event looks like a request of {origin} but does not read as one")]
    Request {
        origin: &'static str,
        #[source]
        problem: Problem,
    },
}

impl MalformedEvent {
    pub(super) fn text(source: Utf8Error) -> Self {
        Self::Text(source)
    }

    pub(super) fn json(source: SyntaxError) -> Self {
        Self::Json(source)
    }

    pub(super) fn request(origin: Origin, problem: Problem) -> Self {
        let origin = match origin {
            Origin::HttpApi | Origin::FunctionUrl => "an HTTP API or function URL",
            Origin::RestApi => "a REST API",
            Origin::LoadBalancer => "a load balancer",
            Origin::WebSocket => "a WebSocket API",
            Origin::VpcLattice => "VPC Lattice",
            Origin::Raw => "nobody",
        };
        Self::Request { origin, problem }
    }
}

/// What is wrong with a field of an event.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("{field} is missing")]
    Missing { field: &'static str },
    #[error("{field} is there twice")]
    Twice { field: &'static str },
    #[error("{field}: expected {expected}, found {found}")]
    Type { field: &'static str, expected: &'static str, found: String },
    #[error("{field}: {value:?} is not {expected}")]
    Value {
        field: &'static str,
        expected: &'static str,
        value: String,
        #[source]
        source: BoxError,
    },
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

impl Problem {
    /// A value that does not read as what it should be; long ones are cut.
    pub(super) fn value(
        field: &'static str,
        expected: &'static str,
        value: &[u8],
        source: impl Into<BoxError>,
    ) -> Self {
        Self::Value { field, expected, value: excerpt(value), source: source.into() }
    }

    pub(super) fn kind(field: &'static str, expected: &'static str, found: &[u8]) -> Self {
        Self::Type { field, expected, found: excerpt(found) }
    }
}

fn excerpt(value: &[u8]) -> String {
    let shown = String::from_utf8_lossy(value);
    match shown.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &shown[..end]),
        None => shown.into_owned(),
    }
}
