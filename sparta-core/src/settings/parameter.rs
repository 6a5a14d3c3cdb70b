use serde::Serialize;

use super::field::{Field, Kind, Number};

/// What a parameter's text is to CloudFormation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ParameterType {
    /// A text.
    String,
    /// A number.
    Number,
}

/// A template parameter, as CloudFormation's documents have it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Parameter {
    /// What its text is.
    #[serde(rename = "Type")]
    pub kind: ParameterType,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its text where none is given.
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
    pub min_value: Option<Number>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<Number>,
    /// The least number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What CloudFormation says of a text that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint_description: Option<String>,
}

/// A secret's parameter holds the reference; CloudFormation resolves it in the property that has the parameter's `Ref`.
const REFERENCE: &str = r"\{\{resolve:(secretsmanager|ssm):[^{}]+\}\}";
const INTEGER: &str = "[+-]?[0-9]+";
const NUMBER: &str = r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?";

impl Field {
    /// The name of its template parameter.
    pub fn parameter_name(&self) -> String {
        parameter_name(&self.variable)
    }

    /// Its template parameter.
    ///
    /// One that is optional is always a text, since CloudFormation takes no empty number.
    pub fn parameter(&self) -> Parameter {
        let limits = &self.constraints;
        let mut parameter = Parameter {
            kind: ParameterType::String,
            description: self.description.clone(),
            default: self
                .default
                .clone()
                .or_else(|| self.optional.then(String::new)),
            no_echo: self.kind == Kind::Secret,
            allowed_values: Vec::new(),
            allowed_pattern: None,
            min_value: None,
            max_value: None,
            min_length: None,
            max_length: None,
            constraint_description: None,
        };
        match &self.kind {
            Kind::String => {
                parameter.allowed_pattern =
                    limits.pattern.map(|pattern| pattern.as_str().to_owned());
                parameter.min_length = limits.min_length.filter(|_| !self.optional);
                parameter.max_length = limits.max_length;
            }
            Kind::Integer | Kind::Number if self.optional => {
                let pattern = if self.kind == Kind::Integer {
                    INTEGER
                } else {
                    NUMBER
                };
                parameter.allowed_pattern = Some(pattern.to_owned());
            }
            Kind::Integer | Kind::Number => {
                parameter.kind = ParameterType::Number;
                parameter.min_value = limits.min;
                parameter.max_value = limits.max;
            }
            Kind::Bool => parameter.allowed_values = vec!["true".to_owned(), "false".to_owned()],
            Kind::Enum(texts) => parameter.allowed_values = texts.clone(),
            Kind::Secret => parameter.allowed_pattern = Some(REFERENCE.to_owned()),
        }
        if self.optional {
            parameter.allowed_pattern = parameter
                .allowed_pattern
                .map(|pattern| format!("({pattern})?"));
            if !parameter.allowed_values.is_empty() {
                parameter.allowed_values.push(String::new());
            }
        }
        parameter.constraint_description = parameter.is_constrained().then(|| self.rule());
        parameter
    }

    fn rule(&self) -> String {
        let expected = match self.kind {
            Kind::Secret => "a dynamic reference to Secrets Manager or Parameter Store".to_owned(),
            _ => self.expected(),
        };
        format!(
            "must be {expected}{}",
            if self.optional { ", or empty" } else { "" }
        )
    }
}

impl Parameter {
    fn is_constrained(&self) -> bool {
        self.allowed_pattern.is_some()
            || !self.allowed_values.is_empty()
            || self.min_value.or(self.max_value).is_some()
            || self.min_length.or(self.max_length).is_some()
    }
}

/// The template parameter of a variable: `DbHost` for `DB_HOST`.
pub fn parameter_name(variable: &str) -> String {
    variable
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(capitalized)
        .collect()
}

fn capitalized(word: &str) -> String {
    let Some(first) = word.chars().next() else {
        return String::new();
    };
    let rest = &word[first.len_utf8()..];
    let shouted = !word.chars().any(|c| c.is_ascii_lowercase());
    first
        .to_uppercase()
        .chain(
            if shouted {
                rest.to_ascii_lowercase()
            } else {
                rest.to_owned()
            }
            .chars(),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Secret;
    use super::*;

    fn json(field: Field) -> serde_json::Value {
        serde_json::to_value(field.parameter()).unwrap()
    }

    #[test]
    fn parameters_are_named_in_pascal_case() {
        for (variable, name) in [
            ("MESSAGE", "Message"),
            ("DB_HOST", "DbHost"),
            ("DB__HOST2", "DbHost2"),
            ("dbHost", "DbHost"),
            ("db_host", "DbHost"),
            ("S3_2_GO", "S32Go"),
        ] {
            assert_eq!(parameter_name(variable), name);
        }
    }

    #[test]
    fn a_field_is_the_parameter_that_its_type_says() {
        let secret = "must be a dynamic reference to Secrets Manager or Parameter Store";
        for (field, expected) in [
            (
                Field::new::<String>("A::b", "B1").description(" What\n it is.\n\n Not this."),
                serde_json::json!({"Type": "String", "Description": "What it is."}),
            ),
            (
                Field::new::<u8>("A::b", "B1").default(&3u8),
                serde_json::json!({"Type": "Number", "Default": "3", "MinValue": 0, "MaxValue": 255,
                    "ConstraintDescription": "must be a whole number from 0 to 255"}),
            ),
            (
                Field::new::<f64>("A::b", "B1").min(Number::Decimal(0.5)),
                serde_json::json!({"Type": "Number", "MinValue": 0.5,
                    "ConstraintDescription": "must be a number of at least 0.5"}),
            ),
            (
                Field::new::<Option<i64>>("A::b", "B1"),
                serde_json::json!({"Type": "String", "Default": "", "AllowedPattern": "([+-]?[0-9]+)?",
                    "ConstraintDescription": "must be a whole number, or empty"}),
            ),
            (
                Field::new::<Option<bool>>("A::b", "B1"),
                serde_json::json!({"Type": "String", "Default": "", "AllowedValues": ["true", "false", ""],
                    "ConstraintDescription": "must be `true` or `false`, or empty"}),
            ),
            (
                Field::new::<Option<String>>("A::b", "B1")
                    .min_length(2)
                    .max_length(5)
                    .pattern("a+"),
                serde_json::json!({"Type": "String", "Default": "", "AllowedPattern": "(a+)?", "MaxLength": 5,
                    "ConstraintDescription": "must be a text of 2 to 5 characters matching \"a+\", or empty"}),
            ),
            (
                Field::new::<Secret<String>>("A::b", "B1").min_length(8),
                serde_json::json!({"Type": "String", "NoEcho": true, "AllowedPattern": REFERENCE,
                    "ConstraintDescription": secret}),
            ),
        ] {
            assert_eq!(json(field), expected);
        }
    }

    #[test]
    fn the_pattern_of_secrets_takes_what_parses() {
        let pattern = regex_lite::Regex::new(&format!("^({REFERENCE})$")).unwrap();
        assert!(pattern.is_match("{{resolve:secretsmanager:db:SecretString:password}}"));
        assert!(pattern.is_match("{{resolve:ssm:/key:1}}"));
        assert!(!pattern.is_match("{{resolve:ssm-secure:/key:1}}"));
        assert!(!pattern.is_match("hunter2"));
    }
}
