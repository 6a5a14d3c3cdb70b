//! IAM: statements and the policies that they are in.

mod statement;

pub use statement::{Statement, policy_document, trust_policy};
