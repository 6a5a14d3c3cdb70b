//! A template from its JSON.

use std::{collections::BTreeMap, fmt};

use super::{LogicalId, Output, Parameter, ParameterType, Resource, Template, Value, text};

const SECTIONS: &str = "AWSTemplateFormatVersion, Conditions, Description, Globals, Hooks, Mappings, Metadata, Outputs, \
                        Parameters, Resources, Rules and Transform";
const VERSION: &str = "2010-09-09";

/// Not a template: everything that is wrong with its form.
#[derive(Debug)]
pub struct TemplateError(Vec<TemplateProblem>);

/// One mistake in the form of a template.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateProblem {
    /// Not JSON.
    #[error("it is no JSON")]
    Json(#[source] serde_json::Error),
    /// A key that its object has twice; JSON's readers take the last one in silence.
    #[error("{path} stands twice: remove one, or rename it")]
    Twice {
        /// Where in the document.
        path: String,
    },
    /// A value of the wrong type, or a missing one.
    #[error("{path} is expected to be {expected}")]
    Expected {
        /// Where in the document: `Resources.Orders.Type`.
        path: String,
        /// What should be there.
        expected: &'static str,
    },
    /// An unknown key.
    #[error("{path} is unknown; there is {known}")]
    Unknown {
        /// Where in the document.
        path: String,
        /// What could be there.
        known: &'static str,
    },
    /// A name that is not a logical id.
    #[error("{path} has to be called with 1 to 255 letters and digits")]
    LogicalId {
        /// Where in the document.
        path: String,
    },
}

impl TemplateError {
    /// All that is wrong, in the order of the document.
    pub fn problems(&self) -> &[TemplateProblem] {
        &self.0
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a CloudFormation template:")?;
        self.0.iter().try_for_each(|problem| match problem {
            TemplateProblem::Json(error) => write!(f, "\n  - {problem}: {error}"),
            _ => write!(f, "\n  - {problem}"),
        })
    }
}

impl std::error::Error for TemplateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.first().and_then(std::error::Error::source)
    }
}

impl Template {
    /// The template in a JSON document, such as another tool has written.
    ///
    /// Only its form is checked here; [`check`](Self::check) checks its resources. Loops (`Fn::ForEach`) are unrolled where
    /// it is known what they go through, so that their resources are there by name.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its form, each with its path.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::cfn::Template;
    ///
    /// let template = Template::from_json(r#"{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}}"#)?;
    /// assert_eq!(template.resources().len(), 1);
    ///
    /// let error = Template::from_json(r#"{"Resources": {"Orders": {"Kind": "AWS::SQS::Queue"}}}"#).unwrap_err();
    /// assert!(error.to_string().contains("Resources.Orders.Kind is unknown"));
    /// # Ok::<_, sparta_core::cfn::TemplateError>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, TemplateError> {
        let (json, twice) = text::read(text).map_err(|error| TemplateError(vec![TemplateProblem::Json(error)]))?;
        let json = sparta_schema::unrolled(&json).unwrap_or(json);
        let has_macro = json.as_object().is_some_and(sparta_schema::form::has_macro);
        let problems = twice.into_iter().map(|path| TemplateProblem::Twice { path }).collect();
        let mut reader = Reader { problems, has_macro };
        let template = reader.template(json.into());
        if reader.problems.is_empty() { Ok(template) } else { Err(TemplateError(reader.problems)) }
    }
}

struct Reader {
    /// What was wrong so far.
    problems: Vec<TemplateProblem>,
    /// Whether a macro reads the template first, for which it may have any form.
    has_macro: bool,
}

type Map = BTreeMap<String, Value>;

impl Reader {
    fn expected(&mut self, path: &str, expected: &'static str) {
        self.problems.push(TemplateProblem::Expected { path: path.to_owned(), expected });
    }

    fn map(&mut self, path: &str, value: Value) -> Option<Map> {
        match value {
            Value::Map(map) => Some(map),
            _ => {
                self.expected(path, "an object");
                None
            }
        }
    }

    fn text(&mut self, path: &str, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            _ => {
                self.expected(path, "text");
                None
            }
        }
    }

    fn id(&mut self, path: &str, id: &str) -> Option<LogicalId> {
        if self.has_macro {
            return Some(LogicalId::as_read(id.to_owned()));
        }
        let id = LogicalId::new(id);
        if id.is_err() {
            self.problems.push(TemplateProblem::LogicalId { path: path.to_owned() });
        }
        id.ok()
    }

    fn template(&mut self, document: Value) -> Template {
        let mut template = Template::new("");
        let Some(mut sections) = self.map("the document", document) else { return template };
        if !sections.contains_key("Resources") && !self.has_macro {
            self.expected("Resources", "there, with at least one resource");
        }
        // Parameters are what the rest refers to.
        for name in ["Parameters", "Conditions", "Resources", "Outputs"] {
            let Some(section) = sections.remove(name) else { continue };
            for (key, value) in self.map(name, section).unwrap_or_default() {
                let path = format!("{name}.{key}");
                let is_as_read = is_function(&key) || (name != "Resources" && self.is_rewritten(name, &value));
                match name {
                    "Parameters" if is_as_read => template.parameters.read(key, value),
                    "Conditions" if is_as_read => template.conditions.read(key, value),
                    "Resources" if is_as_read => template.resources.read(key, value),
                    "Outputs" if is_as_read => template.outputs.read(key, value),
                    // The check says whether there is a condition of this name.
                    "Conditions" => _ = template.condition(LogicalId::as_read(key), value),
                    name => self.named(name, &path, &key, value, &mut template),
                }
            }
        }
        self.others(sections, &mut template);
        template
    }

    fn named(&mut self, section: &str, path: &str, key: &str, value: Value, template: &mut Template) {
        let Some(id) = self.id(path, key) else { return };
        match section {
            "Parameters" => _ = self.parameter(path, value).map(|it| template.parameter(id, it)),
            "Resources" => _ = self.resource(path, value).map(|it| template.resource(id, it)),
            _ => _ = self.output(path, value).map(|it| template.output(id, it)),
        }
    }

    /// Whether a macro or a transform makes something else of it.
    fn is_rewritten(&self, section: &str, value: &Value) -> bool {
        let Value::Map(map) = value else { return false };
        map.contains_key("Fn::Transform") || (self.has_macro && section == "Outputs" && !map.contains_key("Value"))
    }

    fn others(&mut self, sections: Map, template: &mut Template) {
        for (name, value) in sections {
            match name.as_str() {
                "AWSTemplateFormatVersion" if value.as_str() == Some(VERSION) => {}
                "AWSTemplateFormatVersion" => self.expected(&name, "\"2010-09-09\""),
                "Description" => template.description = self.text(&name, value).unwrap_or_default(),
                it if sparta_schema::form::is_section(it) || is_function(it) || self.has_macro => {
                    template.others.insert(name, value);
                }
                _ => self.problems.push(TemplateProblem::Unknown { path: name, known: SECTIONS }),
            }
        }
    }

    fn resource(&mut self, path: &str, value: Value) -> Option<Resource> {
        let before = self.problems.len();
        let mut keys = self.map(path, value)?;
        let resource_type = match keys.remove("Type") {
            None if self.has_macro || keys.keys().any(|key| is_function(key)) => String::new(),
            given => self.text(&format!("{path}.Type"), given.unwrap_or(Value::Null)).unwrap_or_default(),
        };
        let mut resource = Resource::of(&resource_type, Map::new());
        for (key, value) in keys {
            let path = format!("{path}.{key}");
            match key.as_str() {
                "Properties" => resource.properties = self.map(&path, value).unwrap_or_default(),
                "DependsOn" => resource.depends_on = self.ids(&path, value),
                "Condition" => resource.condition = self.reference(&path, value),
                "DeletionPolicy" => resource.deletion_policy = Some(value),
                "UpdateReplacePolicy" => resource.update_replace_policy = Some(value),
                "CreationPolicy" => resource.creation_policy = Some(value),
                "UpdatePolicy" => resource.update_policy = Some(value),
                "Metadata" => resource.metadata = Some(value),
                it if sparta_schema::form::is_attribute(&resource_type, it) || is_function(it) || self.has_macro => {
                    resource.others.insert(key, value);
                }
                _ => {
                    let known = "Condition, CreationPolicy, DeletionPolicy, DependsOn, Description, Metadata, Properties, \
                                 Type, UpdatePolicy, UpdateReplacePolicy and Version";
                    self.problems.push(TemplateProblem::Unknown { path, known });
                }
            }
        }
        (self.problems.len() == before).then_some(resource)
    }

    /// A name that something else has, which the check looks for.
    fn reference(&mut self, path: &str, value: Value) -> Option<LogicalId> {
        self.text(path, value).map(LogicalId::as_read)
    }

    fn ids(&mut self, path: &str, value: Value) -> Vec<LogicalId> {
        let ids = if let Value::List(ids) = value { ids } else { vec![value] };
        ids.into_iter().filter_map(|id| self.reference(path, id)).collect()
    }

    fn output(&mut self, path: &str, value: Value) -> Option<Output> {
        let mut keys = self.map(path, value)?;
        let Some(value) = keys.remove("Value") else {
            self.expected(&format!("{path}.Value"), "there");
            return None;
        };
        let mut output = Output::new("", value);
        output.description = None;
        for (key, value) in keys {
            let path = format!("{path}.{key}");
            match key.as_str() {
                "Condition" => output.condition = self.reference(&path, value),
                "Description" => output.description = self.text(&path, value),
                "Export" => output.export = Some(value),
                _ => self
                    .problems
                    .push(TemplateProblem::Unknown { path, known: "Condition, Description, Export and Value" }),
            }
        }
        Some(output)
    }

    fn parameter(&mut self, path: &str, value: Value) -> Option<Parameter> {
        let mut keys = self.map(path, value)?;
        let kind = keys.remove("Type").unwrap_or(Value::Null);
        let kind = match self.text(&format!("{path}.Type"), kind)?.as_str() {
            "String" => ParameterType::String,
            "Number" => ParameterType::Number,
            other => ParameterType::Other(other.to_owned()),
        };
        let mut parameter = Parameter::of(kind);
        for (key, value) in keys {
            let path = format!("{path}.{key}");
            match key.as_str() {
                "AllowedPattern" => parameter.allowed_pattern = self.text(&path, value),
                "AllowedValues" => parameter.allowed_values = self.scalars(&path, value),
                "ConstraintDescription" => parameter.constraint_description = self.text(&path, value),
                "Default" => parameter.default = self.scalar(&path, value),
                "Description" => parameter.description = self.text(&path, value),
                "MaxLength" => parameter.max_length = self.number(&path, value),
                "MaxValue" => parameter.max_value = self.number(&path, value),
                "MinLength" => parameter.min_length = self.number(&path, value),
                "MinValue" => parameter.min_value = self.number(&path, value),
                "NoEcho" => parameter.no_echo = self.flag(&path, value),
                _ => {
                    let known = "AllowedPattern, AllowedValues, ConstraintDescription, Default, Description, MaxLength, \
                                 MaxValue, MinLength, MinValue, NoEcho and Type";
                    self.problems.push(TemplateProblem::Unknown { path, known });
                }
            }
        }
        Some(parameter)
    }

    /// CloudFormation takes numbers and booleans for text.
    fn scalar(&mut self, path: &str, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => {
                self.expected(path, "text, a number or a boolean");
                None
            }
        }
    }

    fn flag(&mut self, path: &str, value: Value) -> bool {
        let text = self.scalar(path, value).unwrap_or_default().to_ascii_lowercase();
        if !["true", "false"].contains(&text.as_str()) {
            self.expected(path, "`true` or `false`");
        }
        text == "true"
    }

    fn scalars(&mut self, path: &str, value: Value) -> Vec<String> {
        match value {
            Value::List(items) => items.into_iter().filter_map(|item| self.scalar(path, item)).collect(),
            _ => {
                self.expected(path, "a list");
                Vec::new()
            }
        }
    }

    fn number<T: std::str::FromStr>(&mut self, path: &str, value: Value) -> Option<T> {
        let number = match value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.expected(path, "a number");
        }
        number
    }
}

/// Loops over what is not known, and transforms.
fn is_function(key: &str) -> bool {
    key.starts_with("Fn::")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let document = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Orders",
            "Transform": "AWS::LanguageExtensions",
            "Metadata": {"Owner": "greetings"},
            "Mappings": {"Sizes": {"small": {"Rows": 1}}},
            "Parameters": {
                "Size": {
                    "Type": "String", "Default": "1", "AllowedValues": ["1", "2"], "NoEcho": true,
                    "MinLength": 1, "MaxLength": 2,
                },
                "Zones": {"Type": "List<AWS::EC2::AvailabilityZone::Name>", "Description": "Where"},
            },
            "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Size"}, "2"]}},
            "Resources": {
                "Orders": {
                    "Type": "AWS::SQS::Queue", "DependsOn": ["Archive"], "Condition": "Big",
                    "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Metadata": {"cost": 1},
                    "Properties": {"DelaySeconds": 5, "QueueName": {"Fn::Sub": "${AWS::StackName}-orders"}},
                },
                "Archive": {"Type": "AWS::S3::Bucket"},
                "Group": {
                    "Type": "AWS::AutoScaling::AutoScalingGroup", "CreationPolicy": {"ResourceSignal": {"Count": 1}},
                    "UpdatePolicy": {"AutoScalingRollingUpdate": {"MinInstancesInService": 1}},
                    "Properties": {"MinSize": "1", "MaxSize": "1"},
                },
            },
            "Outputs": {
                "Arn": {
                    "Condition": "Big", "Description": "ARN", "Export": {"Name": "orders"},
                    "Value": {"Fn::GetAtt": ["Orders", "Arn"]},
                },
            },
        });
        let template = Template::from_json(&document.to_string()).unwrap();
        assert_eq!(serde_json::from_str::<Json>(&template.to_json()).unwrap(), document);
    }

    #[test]
    fn numbers_and_booleans_of_parameters_are_text_to_cloudformation() {
        let document = json!({
            "Parameters": {"N": {"Type": "Number", "Default": 5, "AllowedValues": [5, true], "NoEcho": "true", "MinValue": "1"}},
            "Resources": {"Orders": {"Type": "AWS::SQS::Queue", "DependsOn": "Archive"}},
        });
        let template = Template::from_json(&document.to_string()).unwrap();
        let written: Json = serde_json::from_str(&template.to_json()).unwrap();
        let expected =
            json!({"Type": "Number", "Default": "5", "AllowedValues": ["5", "true"], "NoEcho": true, "MinValue": 1});
        assert_eq!(written["Parameters"]["N"], expected);
        assert_eq!(written["Resources"]["Orders"]["DependsOn"], json!(["Archive"]));
    }

    #[test]
    fn all_that_is_no_template_is_said_at_once() {
        let document = json!({
            "AWSTemplateFormatVersion": "2020-01-01",
            "Resourcez": {},
            "Parameters": {"Size": {"Default": []}, "Name": {"Type": "String", "MinLength": "few", "Min": 1}},
            "Resources": {
                "my-queue": {"Type": "AWS::SQS::Queue"},
                "Orders": {"Properties": []},
                "Archive": {"Type": "AWS::S3::Bucket", "Property": {}, "DependsOn": [1]},
            },
            "Outputs": {"Url": {"Values": 1}, "Arn": 1},
        });
        let problems = Template::from_json(&document.to_string()).unwrap_err().to_string();
        let problems: Vec<&str> = problems.lines().collect();
        let expected = [
            "this is not a CloudFormation template:",
            "  - Parameters.Name.Min is unknown; there is AllowedPattern, AllowedValues, ConstraintDescription, Default, \
             Description, MaxLength, MaxValue, MinLength, MinValue, NoEcho and Type",
            "  - Parameters.Name.MinLength is expected to be a number",
            "  - Parameters.Size.Type is expected to be text",
            "  - Resources.Archive.DependsOn is expected to be text",
            "  - Resources.Archive.Property is unknown; there is Condition, CreationPolicy, DeletionPolicy, DependsOn, \
             Description, Metadata, Properties, Type, UpdatePolicy, UpdateReplacePolicy and Version",
            "  - Resources.Orders.Type is expected to be text",
            "  - Resources.Orders.Properties is expected to be an object",
            "  - Resources.my-queue has to be called with 1 to 255 letters and digits",
            "  - Outputs.Arn is expected to be an object",
            "  - Outputs.Url.Value is expected to be there",
            "  - AWSTemplateFormatVersion is expected to be \"2010-09-09\"",
            "  - Resourcez is unknown; there is AWSTemplateFormatVersion, Conditions, Description, Globals, Hooks, \
             Mappings, Metadata, Outputs, Parameters, Resources, Rules and Transform",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn what_is_no_json_object_is_no_template() {
        let problem = |text: &str| Template::from_json(text).unwrap_err().to_string();
        assert!(problem("{").contains("  - it is no JSON: EOF while parsing"), "{}", problem("{"));
        assert!(problem("[]").ends_with("  - the document is expected to be an object"), "{}", problem("[]"));
        assert!(problem("{}").contains("  - Resources is expected to be there"), "{}", problem("{}"));
    }
}
