//! IAM: statements, the policies that they are in, and ARNs.

mod arn;
mod statement;

pub use arn::Arn;
pub(crate) use arn::{ACCOUNT, PARTITION, REGION, split_colon};
pub(crate) use statement::trust_policy_for;
pub use statement::{Statement, policy_document, trust_policy};
