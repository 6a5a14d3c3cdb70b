//! What `resource!` and `property!` are made of: JSON text that was checked when it was compiled, and the values of the
//! expressions in it. Text costs the compiler next to nothing.

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

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
    let read = Literal { expressions }.deserialize(&mut serde_json::Deserializer::from_str(text));
    read.expect("the macro wrote JSON").unwrap_or(Value::Null)
}

/// Reads a value with its expressions, without those that are left out.
struct Literal<'e> {
    expressions: &'e mut [Option<Value>],
}

impl<'de> DeserializeSeed<'de> for Literal<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Literal<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Number(value.into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(serde_json::Number::from_f64(value).map(Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(match text.strip_prefix(EXPRESSION) {
            Some(number) => self.expressions[number.parse::<usize>().expect("the macro wrote a number")].take(),
            None => Some(Value::String(text.to_owned())),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Value>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Literal { expressions: &mut *self.expressions })? {
            list.extend(item);
        }
        Ok(Some(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Option<Value>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            if let Some(value) = entries.next_value_seed(Literal { expressions: &mut *self.expressions })? {
                map.insert(key, value);
            }
        }
        Ok(Some(Value::Map(map)))
    }
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
