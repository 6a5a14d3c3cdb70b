//! What deploying a template takes: the IAM actions that the registry lists for its resource types, on the names that
//! its stack gives its resources.

mod actions;
mod arns;
mod boundary;
mod condition;
mod given;
mod names;
mod needs;
mod on;
mod place;
mod references;
mod reviewed;
mod size;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use boundary::{Boundary, BoundaryMistake};
pub(crate) use needs::{Needs, NeedsMistake};
pub(crate) use place::Place;
pub(crate) use references::of_references;
pub(crate) use size::{INLINE, MANAGED, chunks, size};
