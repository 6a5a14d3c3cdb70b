//! Outputs of a stack.

use serde::Serialize;

use super::{IntoValue, LogicalId, Value};

/// A value that a stack shows once it is deployed.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) condition: Option<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) export: Option<Value>,
    pub(crate) value: Value,
}

impl Output {
    /// An output with its description.
    pub fn new(description: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { condition: None, description: Some(description.into()), export: None, value: value.into() }
    }

    /// Shows it only where a condition of the template holds.
    #[must_use]
    pub fn condition(mut self, id: LogicalId) -> Self {
        self.condition = Some(id);
        self
    }

    /// Lets other stacks of the account and region import it under this name, which only one stack can use.
    #[must_use]
    pub fn export(mut self, name: impl IntoValue) -> Self {
        self.export = name.into_value().map(|name| Value::function("Name", name));
        self
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        [Some(&mut self.value), self.export.as_mut()].into_iter().flatten()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        [Some(&self.value), self.export.as_ref()].into_iter().flatten()
    }
}
