//! The normal form of a template's values: what is known is put in, and what means the same looks the same.

use std::collections::BTreeMap;

use super::text::{escaped, is_known, opaque};
use crate::{
    cfn::Value,
    contract::{CODE_BUCKET, CODE_KEY},
};

/// What CloudFormation shows of a parameter with `NoEcho`.
const HIDDEN: &str = "****";
/// Deeper than any condition that somebody writes; one that refers to itself ends here.
const DEPTH: usize = 64;

/// The template of one side, and what is known of its parameters.
///
/// Scalars become texts, as CloudFormation takes them. Texts are those of `Fn::Sub`: `${Name}` stands for what only AWS knows,
/// and `${!Name}` for the characters `${Name}`.
pub(super) struct Normalizer<'a> {
    pub(super) document: &'a Value,
    pub(super) values: &'a BTreeMap<String, String>,
}

/// Whether a condition holds, as far as it is known; else what it depends on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    Known(bool),
    Unknown(String),
}

pub(super) fn section<'v>(document: &'v Value, name: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    entries(get(document, name)).map(|(name, value)| (name.as_str(), value))
}

pub(super) fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    let map = value.and_then(|value| if let Value::Map(map) = value { Some(map) } else { None });
    map.into_iter().flatten()
}

pub(super) fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    if let Value::Map(map) = value { map.get(name) } else { None }
}

/// The items of a list, or the one value that stands for a list of one.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::List(items)) => items,
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    }
}

pub(super) fn text_at<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    get(value, name).and_then(Value::as_str)
}

impl Normalizer<'_> {
    /// The normal form; `None` where there is no value.
    pub(super) fn value(&self, value: &Value) -> Option<Value> {
        if let Some((name, argument)) = value.as_function() {
            return self.function(name, argument);
        }
        Some(match value {
            Value::Null => return None,
            Value::Bool(it) => Value::String(it.to_string()),
            Value::Number(it) => Value::String(it.to_string()),
            Value::String(text) => Value::String(escaped(text)),
            Value::List(items) => Value::List(items.iter().filter_map(|item| self.value(item)).collect()),
            Value::Map(map) => {
                Value::Map(map.iter().filter_map(|(key, it)| Some((key.clone(), self.value(it)?))).collect())
            }
        })
    }

    fn function(&self, name: &str, argument: &Value) -> Option<Value> {
        let found = match (name, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => return None,
            ("Ref", Value::String(name)) => Some(self.reference(name)),
            ("Fn::GetAtt", path) => self.attribute(path),
            ("Fn::Sub", Value::String(text)) => Some(self.substituted(text, &BTreeMap::new())),
            ("Fn::Sub", Value::List(arguments)) => match &arguments[..] {
                [Value::String(text), Value::Map(own)] => Some(self.substituted(text, own)),
                _ => None,
            },
            ("Fn::Join", Value::List(arguments)) => self.joined(arguments),
            ("Fn::Select", Value::List(arguments)) => self.selected(arguments),
            ("Fn::Split", Value::List(arguments)) => self.split(arguments),
            ("Fn::FindInMap", Value::List(arguments)) => self.mapped(arguments),
            ("Fn::If", Value::List(arguments)) => match &arguments[..] {
                [condition, then, otherwise] => return self.either(condition, then, otherwise),
                _ => None,
            },
            _ => None,
        };
        found.or_else(|| Some(Value::function(name, self.value(argument).unwrap_or(Value::Null))))
    }

    fn parameter(&self, name: &str) -> Option<&Value> {
        get(get(self.document, "Parameters")?, name)
    }

    /// Whether CloudFormation hides a parameter's value, so that nothing here may show it.
    pub(super) fn is_hidden(&self, name: &str) -> bool {
        let no_echo = self.parameter(name).and_then(|parameter| get(parameter, "NoEcho"));
        no_echo.is_some_and(|it| matches!(it, Value::Bool(true)) || it.as_str() == Some("true"))
    }

    /// A parameter's value, where it is known and not hidden.
    pub(super) fn parameter_value(&self, name: &str) -> Option<String> {
        let declared = self.parameter(name)?;
        if self.is_hidden(name) {
            return None;
        }
        let default = || match get(declared, "Default")? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        self.values.get(name).cloned().or_else(default).filter(|value| value != HIDDEN)
    }

    fn reference(&self, name: &str) -> Value {
        let unknown = || Value::String(format!("${{{name}}}"));
        // The code is compared for itself.
        if name == CODE_BUCKET || name == CODE_KEY {
            return unknown();
        }
        let Some(parameter) = self.parameter(name) else { return unknown() };
        let Some(value) = self.parameter_value(name) else { return unknown() };
        let kind = text_at(parameter, "Type").unwrap_or_default();
        if kind.starts_with("AWS::SSM::Parameter::Value") {
            // What the parameter of Systems Manager holds, only AWS knows.
            Value::String(format!("${{ssm:{value}}}"))
        } else if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            Value::List(value.split(',').map(|item| Value::String(escaped(item.trim()))).collect())
        } else {
            Value::String(escaped(&value))
        }
    }

    fn attribute(&self, path: &Value) -> Option<Value> {
        let path = match path {
            Value::String(path) => path.clone(),
            Value::List(path) => match &path[..] {
                [Value::String(id), attribute] => format!("{id}.{}", self.value(attribute)?.as_str()?),
                _ => return None,
            },
            _ => return None,
        };
        Some(Value::String(format!("${{{path}}}")))
    }

    fn substituted(&self, text: &str, own: &BTreeMap<String, Value>) -> Value {
        let mut parts = text.split("${");
        let mut substituted = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let Some((name, rest)) = part.split_once('}') else {
                substituted += &format!("${{{part}");
                continue;
            };
            match own.get(name) {
                _ if name.starts_with('!') || name.contains('.') => substituted += &format!("${{{name}}}"),
                Some(value) => substituted += &self.piece(value),
                None => substituted += &as_text(&self.reference(name)),
            }
            substituted += rest;
        }
        Value::String(substituted)
    }

    /// A value as a part of a text.
    fn piece(&self, value: &Value) -> String {
        self.value(value).map(|value| as_text(&value)).unwrap_or_default()
    }

    fn joined(&self, arguments: &[Value]) -> Option<Value> {
        let [Value::String(separator), list] = arguments else { return None };
        let Some(Value::List(parts)) = self.value(list) else { return None };
        let parts: Vec<String> = parts.iter().map(as_text).collect();
        Some(Value::String(parts.join(&escaped(separator))))
    }

    fn selected(&self, arguments: &[Value]) -> Option<Value> {
        let [index, list] = arguments else { return None };
        let index: usize = self.value(index)?.as_str()?.parse().ok()?;
        let Some(Value::List(parts)) = self.value(list) else { return None };
        parts.into_iter().nth(index)
    }

    fn split(&self, arguments: &[Value]) -> Option<Value> {
        let [Value::String(separator), text] = arguments else { return None };
        let text = self.value(text)?;
        let text = text.as_str().filter(|text| is_known(text) && !separator.is_empty())?;
        Some(Value::List(text.split(separator.as_str()).map(Value::from).collect()))
    }

    fn mapped(&self, arguments: &[Value]) -> Option<Value> {
        let [map, first, second] = arguments else { return None };
        let key = |value: &Value| self.value(value)?.as_str().map(str::to_owned);
        let map = get(get(self.document, "Mappings")?, &key(map)?)?;
        self.value(get(get(map, &key(first)?)?, &key(second)?)?)
    }

    fn either(&self, condition: &Value, then: &Value, otherwise: &Value) -> Option<Value> {
        match self.named_condition(condition.as_str().unwrap_or_default(), 0) {
            Truth::Known(true) => self.value(then),
            Truth::Known(false) => self.value(otherwise),
            Truth::Unknown(condition) => {
                let (then, otherwise) = (self.value(then), self.value(otherwise));
                if then == otherwise {
                    return then;
                }
                let branch = |value: Option<Value>| value.unwrap_or_else(|| Value::pseudo("AWS::NoValue"));
                Some(Value::function("Fn::If", vec![Value::String(condition), branch(then), branch(otherwise)]))
            }
        }
    }

    /// Whether the condition of this name holds.
    pub(super) fn named_condition(&self, name: &str, depth: usize) -> Truth {
        let declared = get(self.document, "Conditions").and_then(|conditions| get(conditions, name));
        match declared {
            Some(condition) if depth < DEPTH => self.condition(condition, depth + 1),
            _ => Truth::Unknown(name.to_owned()),
        }
    }

    fn condition(&self, condition: &Value, depth: usize) -> Truth {
        if let Some(name) = text_at(condition, "Condition") {
            return self.named_condition(name, depth);
        }
        let Some((name, Value::List(arguments))) = condition.as_function() else {
            return Truth::Unknown(self.piece(condition));
        };
        let inner = || arguments.iter().map(|it| self.condition(it, depth));
        match (name, &arguments[..]) {
            ("Fn::Equals", [one, other]) => equal(&self.piece(one), &self.piece(other)),
            ("Fn::Not", [_]) => match inner().next() {
                Some(Truth::Known(it)) => Truth::Known(!it),
                Some(Truth::Unknown(it)) => Truth::Unknown(format!("not ({it})")),
                None => Truth::Known(false),
            },
            ("Fn::And", _) => all(inner(), true),
            ("Fn::Or", _) => all(inner(), false),
            _ => Truth::Unknown(self.piece(condition)),
        }
    }
}

fn equal(one: &str, other: &str) -> Truth {
    match one == other {
        true => Truth::Known(true),
        false if is_known(one) && is_known(other) => Truth::Known(false),
        false => Truth::Unknown(format!("{one} = {other}")),
    }
}

/// `And` where `neutral` is true, `Or` where it is false.
fn all(parts: impl Iterator<Item = Truth>, neutral: bool) -> Truth {
    let mut unknown = Vec::new();
    for part in parts {
        match part {
            Truth::Known(it) if it == neutral => {}
            Truth::Known(it) => return Truth::Known(it),
            Truth::Unknown(it) => unknown.push(format!("({it})")),
        }
    }
    let word = if neutral { " and " } else { " or " };
    if unknown.is_empty() { Truth::Known(neutral) } else { Truth::Unknown(unknown.join(word)) }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| opaque(value), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn normal(value: serde_json::Value) -> Option<serde_json::Value> {
        let document = Value::from(json!({
            "Parameters": {
                "Size": {"Type": "Number", "Default": 128},
                "Name": {"Type": "String"},
                "Token": {"Type": "String", "NoEcho": true, "Default": "hunter2"},
                "Subnets": {"Type": "CommaDelimitedList", "Default": "a, b"},
                "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/ami"},
                "CodeKey": {"Type": "String", "Default": "x.zip"},
            },
            "Mappings": {"Sizes": {"small": {"Memory": 256}}},
            "Conditions": {
                "IsBig": {"Fn::Equals": [{"Ref": "Name"}, "big"]},
                "IsSmall": {"Fn::Not": [{"Condition": "IsBig"}]},
                "IsEu": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                "Both": {"Fn::And": [{"Condition": "IsSmall"}, {"Condition": "IsEu"}]},
                "Circle": {"Condition": "Circle"},
            },
        }));
        let values = BTreeMap::from([("Name".to_owned(), "small".to_owned())]);
        let normalizer = Normalizer { document: &document, values: &values };
        normalizer.value(&Value::from(value)).map(|value| serde_json::to_value(value).unwrap())
    }

    #[test]
    fn what_means_the_same_looks_the_same() {
        for (value, expected) in [
            (json!({"Ref": "Size"}), json!("128")),
            (json!(128), json!("128")),
            (json!(true), json!("true")),
            (json!({"Ref": "Name"}), json!("small")),
            (json!({"Ref": "Token"}), json!("${Token}")),
            (json!({"Ref": "CodeKey"}), json!("${CodeKey}")),
            (json!({"Ref": "Subnets"}), json!(["a", "b"])),
            (json!({"Ref": "Image"}), json!("${ssm:/ami}")),
            (json!({"Ref": "Table"}), json!("${Table}")),
            (json!({"Fn::GetAtt": ["Table", "Arn"]}), json!("${Table.Arn}")),
            (json!({"Fn::GetAtt": "Table.Arn"}), json!("${Table.Arn}")),
            (json!({"Fn::Sub": "${Table.Arn}"}), json!("${Table.Arn}")),
            (json!({"Fn::Sub": "${Name}/${!aws:username}/${T}"}), json!("small/${!aws:username}/${T}")),
            (json!("home/${aws:username}"), json!("home/${!aws:username}")),
            (json!({"Fn::Sub": ["${X}/*", {"X": {"Fn::GetAtt": ["B", "Arn"]}}]}), json!("${B.Arn}/*")),
            (json!({"Fn::Join": ["/", [{"Fn::GetAtt": ["B", "Arn"]}, "*"]]}), json!("${B.Arn}/*")),
            (json!({"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}), json!("b")),
            (json!({"Fn::FindInMap": ["Sizes", {"Ref": "Name"}, "Memory"]}), json!("256")),
            (json!({"Fn::If": ["IsSmall", 1, 2]}), json!("1")),
            (json!({"Fn::If": ["Both", "x", "x"]}), json!("x")),
            (
                json!({"Fn::If": ["Both", "x", {"Ref": "AWS::NoValue"}]}),
                json!({"Fn::If": ["(${AWS::Region} = eu-west-1)", "x", {"Ref": "AWS::NoValue"}]}),
            ),
            (json!({"Fn::Join": ["", ["a", {"Fn::ImportValue": "b"}]]}), json!("a${(\"Fn::ImportValue\":\"b\")}")),
            (json!([1, {"Ref": "AWS::NoValue"}, {"Fn::If": ["IsBig", 1, {"Ref": "AWS::NoValue"}]}]), json!(["1"])),
            (json!({"Fn::If": ["Circle", 1, 2]}), json!({"Fn::If": ["Circle", "1", "2"]})),
        ] {
            assert_eq!(normal(value.clone()), Some(expected), "{value}");
        }
        assert_eq!(normal(json!({"Ref": "AWS::NoValue"})), None);
    }
}
