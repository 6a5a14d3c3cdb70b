//! What a deployment would change, as people read it, and what of it they have to agree to.

mod acceptance;
#[cfg(feature = "aws")]
mod review;
mod text;

pub(crate) use acceptance::Acceptance;
#[cfg(feature = "aws")]
pub(crate) use review::{ReviewError, Reviewer};
pub(crate) use text::{Paint, text};
