//! What AWS takes and is hardly meant.

use std::fmt;

use serde::Serialize;

/// One thing that AWS takes and that is hardly meant, with its place and what to do.
///
/// [`Synthesis::warnings`](crate::Synthesis::warnings) has those of a service; its commands show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    place: String,
    message: String,
}

impl Warning {
    pub(crate) fn new(place: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { place: place.into(), message: message.to_string() }
    }

    /// What it is about: ``function `api` ``, `Resources.Orders.Properties.Tags[0]`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is hardly meant, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
