//! What values of the template are on this machine.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Where the service is said to run.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) stack: String,
    pub(super) region: String,
    pub(super) account: String,
}

/// A template with the values of one environment.
pub(super) struct Values<'t> {
    pub(super) template: &'t Value,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) place: Place,
}

/// Conditions and parameters that refer to themselves end here.
const DEPTH: usize = 32;

impl<'t> Values<'t> {
    pub(super) fn resources(&self) -> impl Iterator<Item = (&'t str, &'t Value)> {
        let resources = self.template["Resources"].as_object();
        resources.into_iter().flatten().map(|(id, resource)| (id.as_str(), resource))
    }

    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&'t str, &'t Value)> {
        self.resources().filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// The text that a value is; none where only AWS knows it.
    pub(super) fn text(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => return Some(text.clone()),
            Value::Number(number) => return Some(number.to_string()),
            Value::Bool(it) => return Some(it.to_string()),
            _ => {}
        }
        match function(value)? {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::Array(path)) => self.attribute(path.first()?.as_str()?, path.get(1)?.as_str()?),
            ("Fn::GetAtt", Value::String(path)) => path.split_once('.').and_then(|(id, it)| self.attribute(id, it)),
            ("Fn::Sub", Value::String(text)) => self.substituted(text, &Map::new()),
            ("Fn::Sub", Value::Array(arguments)) => {
                self.substituted(arguments.first()?.as_str()?, arguments.get(1)?.as_object()?)
            }
            ("Fn::Join", Value::Array(arguments)) => {
                Some(self.list(arguments.get(1)?)?.join(arguments.first()?.as_str()?))
            }
            ("Fn::Select", Value::Array(arguments)) => {
                let index: usize = self.text(arguments.first()?)?.parse().ok()?;
                self.list(arguments.get(1)?)?.into_iter().nth(index)
            }
            ("Fn::If", Value::Array(arguments)) => self.text(self.chosen(arguments)?),
            _ => None,
        }
    }

    pub(super) fn list(&self, value: &Value) -> Option<Vec<String>> {
        if let Value::Array(items) = value {
            return items.iter().map(|item| self.text(item)).collect();
        }
        match function(value) {
            Some(("Fn::Split", Value::Array(arguments))) => {
                let text = self.text(arguments.get(1)?)?;
                Some(text.split(arguments.first()?.as_str()?).map(str::to_owned).collect())
            }
            Some(("Fn::If", Value::Array(arguments))) => self.list(self.chosen(arguments)?),
            _ => Some(self.text(value)?.split(',').map(|item| item.trim().to_owned()).collect()),
        }
    }

    /// Whether a resource is there at all.
    pub(super) fn is_present(&self, resource: &Value) -> bool {
        resource["Condition"].as_str().is_none_or(|name| self.condition(name, 0))
    }

    fn chosen<'v>(&self, arguments: &'v [Value]) -> Option<&'v Value> {
        let [Value::String(condition), then, otherwise] = arguments else { return None };
        Some(if self.condition(condition, 0) { then } else { otherwise })
    }

    fn condition(&self, name: &str, depth: usize) -> bool {
        depth < DEPTH && self.holds(&self.template["Conditions"][name], depth + 1)
    }

    fn holds(&self, condition: &Value, depth: usize) -> bool {
        if let Some(name) = condition["Condition"].as_str() {
            return self.condition(name, depth);
        }
        let Some((name, Value::Array(arguments))) = function(condition) else { return false };
        match (name, &arguments[..]) {
            ("Fn::Equals", [one, other]) => self.text(one) == self.text(other),
            ("Fn::Not", [one]) => !self.holds(one, depth),
            ("Fn::And", all) => all.iter().all(|it| self.holds(it, depth)),
            ("Fn::Or", all) => all.iter().any(|it| self.holds(it, depth)),
            _ => false,
        }
    }

    fn reference(&self, name: &str) -> Option<String> {
        let Place { stack, region, account } = &self.place;
        match name {
            "AWS::StackName" => return Some(stack.clone()),
            "AWS::Region" => return Some(region.clone()),
            "AWS::AccountId" => return Some(account.clone()),
            "AWS::Partition" => return Some("aws".to_owned()),
            "AWS::URLSuffix" => return Some("amazonaws.com".to_owned()),
            _ => {}
        }
        let parameter = &self.template["Parameters"][name];
        if !parameter.is_null() {
            // What Parameter Store has, only AWS knows.
            let is_stored = parameter["Type"].as_str().is_some_and(|it| it.starts_with("AWS::SSM::"));
            let value = self.parameters.get(name).cloned();
            return value.or_else(|| self.text(&parameter["Default"])).filter(|_| !is_stored);
        }
        let resource = self.template["Resources"].get(name)?;
        let physical = self.physical_name(name, resource);
        Some(match resource["Type"].as_str()? {
            "AWS::SQS::Queue" => format!("https://sqs.{region}.amazonaws.com/{account}/{physical}"),
            "AWS::SNS::Topic" | "AWS::StepFunctions::StateMachine" => self.arn(name, resource)?,
            _ => physical,
        })
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        let resource = self.template["Resources"].get(id)?;
        match attribute {
            "Arn" | "TopicArn" => self.arn(id, resource),
            "Name" | "QueueName" | "TopicName" => Some(self.physical_name(id, resource)),
            _ => None,
        }
    }

    /// What a resource is called: by its own property, or as CloudFormation would begin its name. A function is called
    /// as it was registered, which is how people invoke it here.
    pub(super) fn physical_name(&self, id: &str, resource: &Value) -> String {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let property = match kind {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::Lambda::Function" => "FunctionName",
            "AWS::StepFunctions::StateMachine" => "StateMachineName",
            _ => "Name",
        };
        let properties = &resource["Properties"];
        let handler = || (kind == "AWS::Lambda::Function").then(|| self.text(&properties["Handler"])).flatten();
        let name = self.text(&properties[property]).or_else(handler);
        let name = name.unwrap_or_else(|| format!("{}-{id}", self.place.stack));
        if kind == "AWS::S3::Bucket" { name.to_lowercase() } else { name }
    }

    fn arn(&self, id: &str, resource: &Value) -> Option<String> {
        let Place { region, account, .. } = &self.place;
        let name = self.physical_name(id, resource);
        Some(match resource["Type"].as_str()? {
            "AWS::Lambda::Function" => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
            "AWS::DynamoDB::Table" => format!("arn:aws:dynamodb:{region}:{account}:table/{name}"),
            "AWS::S3::Bucket" => format!("arn:aws:s3:::{name}"),
            "AWS::SQS::Queue" => format!("arn:aws:sqs:{region}:{account}:{name}"),
            "AWS::SNS::Topic" => format!("arn:aws:sns:{region}:{account}:{name}"),
            "AWS::Events::EventBus" => format!("arn:aws:events:{region}:{account}:event-bus/{name}"),
            "AWS::Kinesis::Stream" => format!("arn:aws:kinesis:{region}:{account}:stream/{name}"),
            "AWS::StepFunctions::StateMachine" => format!("arn:aws:states:{region}:{account}:stateMachine:{name}"),
            _ => return None,
        })
    }

    fn substituted(&self, text: &str, own: &Map<String, Value>) -> Option<String> {
        let mut parts = text.split("${");
        let mut substituted = parts.next()?.to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}')?;
            match (name.strip_prefix('!'), own.get(name), name.split_once('.')) {
                (Some(literal), ..) => substituted.extend(["${", literal, "}"]),
                (_, Some(value), _) => substituted += &self.text(value)?,
                (.., Some((id, attribute))) => substituted += &self.attribute(id, attribute)?,
                _ => substituted += &self.reference(name)?,
            }
            substituted += rest;
        }
        Some(substituted)
    }

    /// The resources that a value refers to, in whatever way.
    pub(super) fn referred(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.refers(value, &mut found);
        found
    }

    fn refers(&self, value: &Value, found: &mut Vec<String>) {
        let mut note = |text: &str| {
            let id = text.split_once('.').map_or(text, |(id, _)| id);
            if self.template["Resources"].get(id).is_some() {
                found.push(id.to_owned());
            }
        };
        match function(value) {
            Some(("Ref", Value::String(name))) => return note(name),
            Some(("Fn::GetAtt", Value::String(path))) => return note(path),
            Some(("Fn::GetAtt", Value::Array(path))) => {
                return note(path.first().and_then(Value::as_str).unwrap_or(""));
            }
            Some(("Fn::Sub", argument)) => {
                let text = argument.as_str().or_else(|| argument[0].as_str()).unwrap_or_default();
                text.split("${").skip(1).filter_map(|part| Some(part.split_once('}')?.0)).for_each(note);
            }
            _ => {}
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.refers(item, found)),
            Value::Object(map) => map.values().for_each(|item| self.refers(item, found)),
            _ => {}
        }
    }
}

/// An intrinsic function and its argument.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, argument) = map.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, argument))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_of_the_environment_and_names_are_as_cloudformation_begins_them() {
        let template = json!({
            "Parameters": {"Stage": {"Type": "String"}, "Bound": {"Type": "String", "Default": ""},
                "Key": {"Type": "AWS::SSM::Parameter::Value<String>"}},
            "Conditions": {"IsBound": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Bound"}, ""]}]}},
            "Resources": {
                "Links": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
                "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "${AWS::StackName}-F"}}},
                "Clicks": {"Type": "AWS::SQS::Queue"},
                "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "api"}},
            },
        });
        let parameters = BTreeMap::from([("Stage".to_owned(), "live".to_owned()), ("Key".to_owned(), "/a".to_owned())]);
        let place = Place { stack: "Test-Links".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let values = Values { template: &template, parameters, place };
        for (value, expected) in [
            (json!({"Ref": "Stage"}), Some("live")),
            (json!({"Ref": "Links"}), Some("Test-Links-Links")),
            (json!({"Ref": "Files"}), Some("test-links-f")),
            (json!({"Ref": "Clicks"}), Some("https://sqs.eu-west-1.amazonaws.com/123456789012/Test-Links-Clicks")),
            (json!({"Fn::GetAtt": ["Api", "Arn"]}), Some("arn:aws:lambda:eu-west-1:123456789012:function:api")),
            (json!({"Fn::Join": ["/", [{"Ref": "AWS::Region"}, 7, true]]}), Some("eu-west-1/7/true")),
            (json!({"Fn::If": ["IsBound", "bound", {"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}]}), Some("b")),
            (json!({"Fn::Sub": ["${!x}${Of}", {"Of": {"Ref": "Stage"}}]}), Some("${x}live")),
            (json!({"Ref": "Key"}), None),
            (json!({"Fn::ImportValue": "other"}), None),
            (json!({"Fn::GetAtt": ["Links", "StreamArn"]}), None),
        ] {
            assert_eq!(values.text(&value).as_deref(), expected, "{value}");
        }
    }
}
