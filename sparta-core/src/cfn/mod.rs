//! CloudFormation documents: [`Template`] and its parts.

mod name;
mod parameter;
mod policy;
mod template;
mod value;

pub use name::{LogicalId, LogicalIdError, pascal_case};
pub use parameter::{Parameter, ParameterType};
pub use policy::{Statement, policy_document, trust_policy};
pub use template::{Output, Resource, Template};
pub use value::{Value, get_att, join, reference, sub};
