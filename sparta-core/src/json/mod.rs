//! JSON as far as events and answers need it: a cursor over bytes that copies nothing, and a writer of strings.
//!
//! Types are read and written with serde; this is for what is looked at on every invocation.

mod cursor;
mod scan;
mod text;
mod write;

pub(crate) use cursor::{Cursor, Span};
pub(crate) use text::Text;
pub(crate) use write::push_string;

/// Text that is not JSON where JSON was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at byte {at}")]
pub(crate) struct SyntaxError {
    pub expected: &'static str,
    /// The offset in the whole text, from 0.
    pub at: usize,
}
