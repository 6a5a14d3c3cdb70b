//! Parameters of a template.

use serde::Serialize;

/// A parameter's type.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ParameterType {
    /// A text.
    String,
    /// A number.
    Number,
    /// Another type, such as `CommaDelimitedList` or `AWS::SSM::Parameter::Value<String>`.
    #[serde(untagged)]
    Other(String),
}

/// A template parameter, as CloudFormation's documents have it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    /// The type.
    #[serde(rename = "Type")]
    pub kind: ParameterType,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether CloudFormation hides its text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_echo: bool,
    /// The only texts that it takes; any, if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_values: Vec<String>,
    /// A regular expression for the whole text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_pattern: Option<String>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value: Option<serde_json::Number>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<serde_json::Number>,
    /// The least number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// CloudFormation's message for a text that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint_description: Option<String>,
}

impl Parameter {
    /// A parameter that takes everything of its type.
    pub fn of(kind: ParameterType) -> Self {
        Self {
            kind,
            description: None,
            default: None,
            no_echo: false,
            allowed_values: Vec::new(),
            allowed_pattern: None,
            min_value: None,
            max_value: None,
            min_length: None,
            max_length: None,
            constraint_description: None,
        }
    }

    /// A text parameter with its description.
    pub fn string(description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..Self::of(ParameterType::String) }
    }

    /// Whether it refuses some values.
    pub fn is_constrained(&self) -> bool {
        self.allowed_pattern.is_some()
            || !self.allowed_values.is_empty()
            || self.min_value.is_some()
            || self.max_value.is_some()
            || self.min_length.or(self.max_length).is_some()
    }
}
