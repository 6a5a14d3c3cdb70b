//! Roles and policies as people and machines read them.

mod explain;
mod role;

pub(crate) use explain::{Account, policy};
pub(crate) use role::Role;
