//! Values of properties, and intrinsic functions.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use super::LogicalId;

/// Anything that stands for a property in a template: plain data or an intrinsic function.
///
/// Maps are ordered by key, so the same value is always the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// JSON's `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer or floating point number.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// A map, which an intrinsic function is too: `{"Ref": "Name"}`.
    Map(BTreeMap<String, Value>),
}

/// `{"Ref": id}`.
pub fn reference(id: &LogicalId) -> Value {
    id.reference()
}

/// `{"Fn::GetAtt": [id, attribute]}`.
pub fn get_att(id: &LogicalId, attribute: &str) -> Value {
    id.attribute(attribute)
}

/// `{"Fn::Sub": text}`, or the text itself where it has nothing to substitute.
pub fn sub(text: impl Into<String>) -> Value {
    let text = text.into();
    if text.contains("${") { Value::function("Fn::Sub", text) } else { Value::from(text) }
}

/// `{"Fn::Join": [separator, parts]}`.
pub fn join(separator: &str, parts: impl IntoIterator<Item = Value>) -> Value {
    let parts = Value::List(parts.into_iter().collect());
    Value::function("Fn::Join", vec![Value::from(separator), parts])
}

/// A text with more at its end, as one text: `${ImagesBucket.Arn}/uploads/*`.
pub(crate) fn append(text: &Value, end: &str) -> Value {
    let literal = end.replace("${", "${!");
    match (text, text.as_function()) {
        (Value::String(text), _) => Value::from(format!("{text}{end}")),
        (_, Some(("Ref", Value::String(name)))) => sub(format!("${{{name}}}{literal}")),
        (_, Some(("Fn::Sub", Value::String(text)))) => sub(format!("{text}{literal}")),
        (_, Some((function, Value::List(arguments)))) => match (function, &arguments[..]) {
            ("Fn::GetAtt", [Value::String(id), Value::String(attribute)]) => {
                sub(format!("${{{id}.{attribute}}}{literal}"))
            }
            ("Fn::Sub", [Value::String(text), own]) => {
                Value::function("Fn::Sub", vec![Value::from(format!("{text}{literal}")), own.clone()])
            }
            _ => named_in_sub(text, &literal),
        },
        _ => named_in_sub(text, &literal),
    }
}

fn named_in_sub(text: &Value, end: &str) -> Value {
    let own = Value::Map([("Text".to_owned(), text.clone())].into());
    Value::function("Fn::Sub", vec![Value::from(format!("${{Text}}{end}")), own])
}

/// One of the parts of a text that is known only when the stack is deployed.
pub(crate) fn part(text: &Value, separator: char, index: u8) -> Value {
    let parts = Value::function("Fn::Split", vec![Value::from(separator), text.clone()]);
    Value::function("Fn::Select", vec![Value::from(index), parts])
}

impl Value {
    /// A map of one entry, which is what intrinsic functions look like.
    pub fn function(name: &str, argument: impl Into<Value>) -> Self {
        Self::Map(BTreeMap::from([(name.to_owned(), argument.into())]))
    }

    /// The JSON text of a document that a property holds as text: always the same bytes, however serde_json orders maps, which
    /// is up to the features that a service's other dependencies switch on.
    pub(crate) fn json_text(json: serde_json::Value) -> String {
        serde_json::to_string(&Self::from(json)).expect("a JSON value is JSON")
    }

    /// A pseudo parameter such as `AWS::Region`.
    pub fn pseudo(name: &str) -> Self {
        Self::function("Ref", name)
    }

    /// The text, where it is plain text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The name and the argument of an intrinsic function.
    pub(crate) fn as_function(&self) -> Option<(&str, &Self)> {
        let Self::Map(map) = self else { return None };
        let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
        (name == "Ref" || name.starts_with("Fn::")).then_some((name, argument))
    }

    /// Collects the names that `Ref`, `Fn::GetAtt` and `Fn::Sub` in here refer to.
    pub(crate) fn references<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Self::List(items) => items.iter().for_each(|item| item.references(found)),
            Self::Map(entries) => {
                for (key, value) in entries {
                    match (key.as_str(), value) {
                        ("Ref", Self::String(name)) => _ = found.insert(name),
                        ("Fn::GetAtt", Self::List(path)) => found.extend(path.first().and_then(Self::as_str)),
                        ("Fn::GetAtt", Self::String(path)) => found.extend(path.split('.').next()),
                        ("Fn::Sub", Self::String(text)) => found.extend(placeholders(text)),
                        ("Fn::Sub", Self::List(arguments)) => of_sub(arguments, found),
                        _ => value.references(found),
                    }
                }
            }
            _ => {}
        }
    }
}

/// The second argument of `Fn::Sub` has names of its own.
fn of_sub<'a>(arguments: &'a [Value], found: &mut BTreeSet<&'a str>) {
    let [Value::String(text), Value::Map(own)] = arguments else { return };
    found.extend(placeholders(text).filter(|name| !own.contains_key(*name)));
    own.values().for_each(|value| value.references(found));
}

/// The names in `${Name}` and `${Name.Attribute}`; `${!Literal}` is none.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let inside = rest.split_once('}')?.0;
        let name = inside.split('.').next()?;
        (!name.starts_with('!')).then_some(name)
    })
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(b),
            Json::Number(n) => Self::Number(n),
            Json::String(s) => Self::String(s),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(map) => Self::Map(map.into_iter().map(|(k, v)| (k, v.into())).collect()),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<char> for Value {
    fn from(value: char) -> Self {
        Self::String(value.into())
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(value: Cow<'_, str>) -> Self {
        Self::String(value.into_owned())
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for Value {
    fn from(map: serde_json::Map<String, serde_json::Value>) -> Self {
        Self::from(serde_json::Value::Object(map))
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::Number(value.into())
            }
        }
    )*};
}
from_integers!(serde_json::Number i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl From<f64> for Value {
    /// JSON has neither infinity nor `NaN`: they become `null`, which the check at synthesis refuses.
    fn from(value: f64) -> Self {
        serde_json::Number::from_f64(value).map_or(Self::Null, Self::Number)
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::from(serde_json::Value::from(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_in_every_intrinsic() {
        let value = Value::from(json!({
            "A": [{"Ref": "One"}, {"Fn::GetAtt": ["Two", "Arn"]}],
            "B": {"Fn::Sub": "${Three}-${Four.Arn}-${!Not}"},
            "C": {"Fn::Join": ["", ["x", {"Ref": "Five"}]]},
        }));
        let mut found = BTreeSet::new();
        value.references(&mut found);
        assert_eq!(found, BTreeSet::from(["One", "Two", "Three", "Four", "Five"]));
    }

    #[test]
    fn a_document_is_the_same_text_however_its_maps_are_ordered() {
        let json = json!({"b": [{"d": 1, "c": 2}], "a": "x"});
        assert_eq!(Value::json_text(json), r#"{"a":"x","b":[{"c":2,"d":1}]}"#);
    }

    #[test]
    fn whatever_a_text_is_more_goes_to_its_end() {
        let own = json!({"Name": {"Ref": "Orders"}});
        for (text, expected) in [
            (json!("arn:x"), json!("arn:x/${a}")),
            (json!({"Ref": "Arn"}), json!({"Fn::Sub": "${Arn}/${!a}"})),
            (json!({"Fn::GetAtt": ["Files", "Arn"]}), json!({"Fn::Sub": "${Files.Arn}/${!a}"})),
            (json!({"Fn::Sub": "arn:${X}"}), json!({"Fn::Sub": "arn:${X}/${!a}"})),
            (json!({"Fn::Sub": ["arn:${Name}", own]}), json!({"Fn::Sub": ["arn:${Name}/${!a}", own]})),
            (
                json!({"Fn::ImportValue": "x"}),
                json!({"Fn::Sub": ["${Text}/${!a}", {"Text": {"Fn::ImportValue": "x"}}]}),
            ),
        ] {
            assert_eq!(append(&Value::from(text), "/${a}"), Value::from(expected));
        }
    }

    #[test]
    fn a_text_with_nothing_to_substitute_stays_plain() {
        assert_eq!(sub("plain"), Value::from("plain"));
        assert_eq!(sub("${X}"), Value::function("Fn::Sub", "${X}"));
    }
}
