//! How the new code of a service takes over from the old: migrations before it, canaries while it does.
//!
//! All of it is in the service's own template, so that `provision` and every CI system do the same, and CloudFormation takes back
//! what fails. An environment's parameters say what of it is for that environment.

mod canary;
mod migration;
#[cfg(test)]
mod tests;

use crate::{model::Model, stack::Stack};

/// Adds what environments declare of it.
pub(crate) fn add(model: &Model, stack: &mut Stack) {
    migration::add(model, stack);
    canary::add(model, stack);
}
