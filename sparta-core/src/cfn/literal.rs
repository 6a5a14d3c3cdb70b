//! What `resource!` and `property!` are made of: JSON text that was checked when it was compiled, and the values of the
//! expressions in it. Text costs the compiler next to nothing.

use super::{Resource, Value};

/// Marks the number of an expression in the text; no text of the user's begins with it.
const EXPRESSION: char = '\0';

/// A resource of `resource_type` with the properties in `text`.
#[doc(hidden)]
pub fn resource(resource_type: &str, text: &str, expressions: &mut [Option<Value>]) -> Resource {
    match value(text, expressions) {
        Value::Map(properties) => Resource::of(resource_type, properties),
        _ => unreachable!("the macro wrote a map"),
    }
}

/// The value in `text`, in which each text `"\0N"` stands for the expression of that number.
#[doc(hidden)]
pub fn value(text: &str, expressions: &mut [Option<Value>]) -> Value {
    let json: serde_json::Value = serde_json::from_str(text).expect("the macro wrote JSON");
    filled(json.into(), expressions).unwrap_or(Value::Null)
}

/// The value with its expressions, without those that are left out.
fn filled(value: Value, expressions: &mut [Option<Value>]) -> Option<Value> {
    Some(match value {
        Value::String(text) => match text.strip_prefix(EXPRESSION) {
            Some(number) => return expressions[number.parse::<usize>().expect("the macro wrote a number")].take(),
            None => Value::String(text),
        },
        Value::List(items) => Value::List(items.into_iter().filter_map(|item| filled(item, expressions)).collect()),
        Value::Map(entries) => {
            let entries = entries.into_iter().filter_map(|(key, value)| Some((key, filled(value, expressions)?)));
            Value::Map(entries.collect())
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_take_their_places_and_what_is_none_leaves_no_place() {
        let mut expressions = [Some(Value::from("first")), None, None, Some(Value::from(3))];
        let text = r#"{"Z": "\u00000", "B": "\u00001", "A": ["\u00002", "\u00003", {"C": true, "D": -0.5}]}"#;
        let value = value(text, &mut expressions);
        assert_eq!(json!(value), json!({"A": [3, {"C": true, "D": -0.5}], "Z": "first"}));
    }
}
