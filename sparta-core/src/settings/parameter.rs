//! Settings as parameters of the template.

use super::field::{Field, Kind};
use crate::cfn::{Parameter, ParameterType, pascal_case};

/// A secret's parameter holds the reference, which CloudFormation resolves in the property that has the parameter's `Ref`, or
/// what the function fetches.
const REFERENCE: &str =
    r"\{\{resolve:(secretsmanager|ssm):[^{}]+\}\}|fetch\|(secretsmanager|ssm)\|[A-Za-z0-9/_+=.@:-]+\|[^{}]*";
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
            description: self.description.clone(),
            default: self.default.clone().or_else(|| self.optional.then(String::new)),
            no_echo: self.kind == Kind::Secret,
            ..Parameter::of(ParameterType::String)
        };
        match &self.kind {
            Kind::String => {
                parameter.allowed_pattern = limits.pattern.map(|pattern| pattern.as_str().to_owned());
                parameter.min_length = limits.min_length.filter(|_| !self.optional);
                parameter.max_length = limits.max_length;
            }
            Kind::Integer | Kind::Number if self.optional => {
                let pattern = if self.kind == Kind::Integer { INTEGER } else { NUMBER };
                parameter.allowed_pattern = Some(pattern.to_owned());
            }
            Kind::Integer | Kind::Number => {
                parameter.kind = ParameterType::Number;
                parameter.min_value = limits.min.map(Into::into);
                parameter.max_value = limits.max.map(Into::into);
            }
            Kind::Bool => parameter.allowed_values = vec!["true".to_owned(), "false".to_owned()],
            Kind::Enum(texts) => parameter.allowed_values = texts.clone(),
            Kind::Secret => parameter.allowed_pattern = Some(REFERENCE.to_owned()),
        }
        if self.optional {
            parameter.allowed_pattern = parameter.allowed_pattern.map(|pattern| format!("({pattern})?"));
            if !parameter.allowed_values.is_empty() {
                parameter.allowed_values.push(String::new());
            }
        }
        parameter.constraint_description = parameter.is_constrained().then(|| self.rule());
        parameter
    }

    fn rule(&self) -> String {
        let expected = match self.kind {
            Kind::Secret => "a reference to Secrets Manager or Parameter Store".to_owned(),
            _ => self.expected(),
        };
        format!("must be {expected}{}", if self.optional { ", or empty" } else { "" })
    }
}

/// The template parameter of a variable: `DbHost` for `DB_HOST`.
pub fn parameter_name(variable: &str) -> String {
    pascal_case(variable)
}

#[cfg(test)]
mod tests {
    use super::super::Secret;
    use super::{super::Number, *};

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
        let secret = "must be a reference to Secrets Manager or Parameter Store";
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
                Field::new::<Option<String>>("A::b", "B1").min_length(2).max_length(5).pattern("a+"),
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
        assert!(pattern.is_match("fetch|secretsmanager|db|password|"));
        assert!(!pattern.is_match("{{resolve:ssm-secure:/key:1}}"));
        assert!(!pattern.is_match("fetch|secretsmanager|*||"), "a role would read every secret");
        assert!(!pattern.is_match("hunter2"));
    }
}
