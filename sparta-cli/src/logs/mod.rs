//! What functions have logged: all of them together, in the order of time.

#[cfg(feature = "aws")]
mod follow;
#[cfg(feature = "aws")]
mod line;
mod since;

#[cfg(feature = "aws")]
pub(crate) use follow::{Group, Reader};
#[cfg(feature = "aws")]
pub(crate) use line::Line;
pub(crate) use since::Since;
