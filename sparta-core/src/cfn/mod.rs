//! CloudFormation documents: [`Template`] and its parts.

mod change;
mod check;
mod document;
mod import;
mod into_value;
#[doc(hidden)]
pub mod literal;
mod macros;
mod name;
mod output;
mod parameter;
mod placeholder;
mod regroup;
mod resource;
mod section;
mod set;
mod template;
mod text;
mod value;

pub(crate) use change::Change;
pub use check::TemplateMistake;
pub use document::{TemplateError, TemplateProblem};
pub use import::Import;
pub use into_value::IntoValue;
pub use name::{LogicalId, LogicalIdError, pascal_case};
pub use output::Output;
pub use parameter::{Parameter, ParameterType};
#[cfg(feature = "custom-resources")]
pub(crate) use resource::Provider;
pub use resource::{DeletionPolicy, Resource, UpdateReplacePolicy};
pub use set::SetError;
pub use template::Template;
pub use value::{Value, get_att, join, reference, sub};
pub(crate) use value::{append, part};
