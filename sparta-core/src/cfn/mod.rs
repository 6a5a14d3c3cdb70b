//! CloudFormation documents: [`Template`] and its parts.

mod name;
mod policy;
mod template;
mod value;

pub use name::{LogicalId, LogicalIdError, pascal_case};
pub use policy::{Statement, policy_document, trust_policy};
pub use template::{Output, Parameter, Resource, Template};
pub use value::{Value, get_att, join, reference, sub};
