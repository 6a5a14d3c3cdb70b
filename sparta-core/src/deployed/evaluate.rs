//! What values of a template are in a deployed stack, as far as the stack says it.

use std::collections::{BTreeMap, BTreeSet};

use super::Deployed;
use crate::cfn::{Template, Value};

/// What CloudFormation shows of a parameter with `NoEcho`.
const HIDDEN: &str = "****";

impl Deployed {
    /// Adds outputs of a stack with this template, and what the resources are called that they refer to.
    #[doc(hidden)]
    pub fn with_outputs_of(self, template: &Template, outputs: impl IntoIterator<Item = (String, String)>) -> Self {
        outputs.into_iter().fold(self, |deployed, (name, value)| {
            let declared = template.outputs().iter().find(|(id, _)| id.as_str() == name);
            let resource = match declared.and_then(|(_, output)| output.value.as_function()) {
                Some(("Ref", Value::String(id))) => Some(id.clone()),
                _ => None,
            };
            let deployed = resource.into_iter().fold(deployed, |deployed, id| deployed.with_resource(id, &value));
            deployed.with_output(name, value)
        })
    }

    /// The text that a value of the template is in this stack; none where the stack does not say it.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.
    pub(crate) fn text(&self, value: &Value) -> Option<String> {
        if let Some(text) = value.as_str() {
            return Some(text.to_owned());
        }
        match value.as_function()? {
            ("Ref", name) => self.reference(name.as_str()?).map(str::to_owned),
            ("Fn::GetAtt", path) => {
                let (id, attribute) = attribute(path)?;
                self.attribute(id, attribute).map(str::to_owned)
            }
            ("Fn::Sub", Value::String(text)) => self.substituted(text, &BTreeMap::new()),
            ("Fn::Sub", arguments) => match items(arguments)? {
                [Value::String(text), Value::Map(own)] => self.substituted(text, own),
                _ => None,
            },
            ("Fn::Join", arguments) => match items(arguments)? {
                [Value::String(separator), parts] => Some(self.list(parts)?.join(separator)),
                _ => None,
            },
            ("Fn::Select", arguments) => match items(arguments)? {
                [Value::Number(index), parts] => {
                    self.list(parts)?.into_iter().nth(usize::try_from(index.as_u64()?).ok()?)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether everything that a value refers to is in this stack.
    pub(crate) fn has_all_of(&self, value: &Value) -> bool {
        let mut names = BTreeSet::new();
        value.references(&mut names);
        let is_there = |name: &str| self.resources.contains_key(name) || self.parameters.contains_key(name);
        names.into_iter().all(|name| name.starts_with("AWS::") || is_there(name))
    }

    fn list(&self, value: &Value) -> Option<Vec<String>> {
        match (value, value.as_function()) {
            (Value::List(parts), _) => parts.iter().map(|part| self.text(part)).collect(),
            (_, Some(("Fn::Split", arguments))) => match items(arguments)? {
                [Value::String(separator), text] => {
                    Some(self.text(text)?.split(separator.as_str()).map(str::to_owned).collect())
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn reference(&self, name: &str) -> Option<&str> {
        match name {
            "AWS::AccountId" => Some(&self.account),
            "AWS::Partition" => Some(&self.partition),
            "AWS::Region" => Some(&self.region),
            "AWS::StackName" => Some(&self.stack),
            "AWS::URLSuffix" => url_suffix(&self.partition),
            name => {
                let parameter = || self.parameters.get(name).filter(|value| *value != HIDDEN);
                self.resources.get(name).or_else(parameter).map(String::as_str)
            }
        }
    }

    /// Only an ARN is known, of what is called by it.
    fn attribute(&self, id: &str, attribute: &str) -> Option<&str> {
        let physical_id = self.resources.get(id)?;
        (attribute.ends_with("Arn") && physical_id.starts_with("arn:")).then_some(physical_id)
    }

    fn substituted(&self, text: &str, own: &BTreeMap<String, Value>) -> Option<String> {
        let mut parts = text.split("${");
        let mut substituted = parts.next()?.to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}')?;
            match (name.strip_prefix('!'), own.get(name), name.split_once('.')) {
                (Some(literal), ..) => substituted.extend(["${", literal, "}"]),
                (_, Some(value), _) => substituted += &self.text(value)?,
                (.., Some((id, attribute))) => substituted += self.attribute(id, attribute)?,
                _ => substituted += self.reference(name)?,
            }
            substituted += rest;
        }
        Some(substituted)
    }
}

fn items(arguments: &Value) -> Option<&[Value]> {
    let Value::List(items) = arguments else { return None };
    Some(items)
}

fn attribute(path: &Value) -> Option<(&str, &str)> {
    match path {
        Value::String(path) => path.split_once('.'),
        Value::List(path) => Some((path.first()?.as_str()?, path.get(1)?.as_str()?)),
        _ => None,
    }
}

/// See <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
fn url_suffix(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" | "aws-us-gov" => Some("amazonaws.com"),
        "aws-cn" => Some("amazonaws.com.cn"),
        "aws-eusc" => Some("amazonaws.eu"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: serde_json::Value) -> Option<String> {
        let deployed = Deployed::new("arn:aws:cloudformation:eu-west-1:111111111111:stack/Test-Links/1")
            .with_resource("News", "arn:aws:sns:eu-west-1:111111111111:Test-Links-News")
            .with_resource("Links", "Test-Links-Links-1X")
            .with_parameter("Orders", "arn:aws:sqs:eu-west-1:222222222222:orders")
            .with_parameter("Token", "****");
        deployed.text(&Value::from(value))
    }

    #[test]
    fn what_the_stack_says_is_known() {
        for (value, expected) in [
            (json!("orders"), "orders"),
            (json!({"Ref": "Links"}), "Test-Links-Links-1X"),
            (json!({"Fn::GetAtt": ["News", "TopicArn"]}), "arn:aws:sns:eu-west-1:111111111111:Test-Links-News"),
            (json!({"Ref": "AWS::URLSuffix"}), "amazonaws.com"),
            (json!({"Fn::Sub": "${AWS::StackName}-${!Not}-${Links}-x"}), "Test-Links-${Not}-Test-Links-Links-1X-x"),
            (json!({"Fn::Sub": ["${Name}/${AWS::Region}", {"Name": {"Ref": "AWS::Partition"}}]}), "aws/eu-west-1"),
            (json!({"Fn::Join": ["/", [{"Ref": "AWS::AccountId"}, "x"]]}), "111111111111/x"),
            (json!({"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "Orders"}]}]}), "orders"),
        ] {
            assert_eq!(text(value.clone()).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_only_cloudformation_knows_is_not_guessed() {
        for value in [
            json!({"Ref": "Missing"}),
            json!({"Ref": "Token"}),
            json!({"Fn::GetAtt": ["Links", "Arn"]}),
            json!({"Fn::GetAtt": ["News", "TopicName"]}),
            json!({"Fn::ImportValue": "orders"}),
            json!({"Fn::Sub": "${Links.Arn}"}),
            json!({"Fn::Join": ["/", [{"Ref": "Missing"}]]}),
            json!({"Fn::Select": [9, ["x"]]}),
            json!({"Fn::Sub": "${unfinished"}),
            json!(["a", "list"]),
        ] {
            assert_eq!(text(value.clone()), None, "{value}");
        }
    }
}
