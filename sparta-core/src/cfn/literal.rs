//! What `resource!` and `property!` are made of: JSON text that was checked when it was compiled, and the values of the
//! expressions in it. Text costs the compiler next to nothing.

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Resource, Value};

/// A resource of `kind` whose properties are `text`, in which each `null` is the next of `expressions`.
#[doc(hidden)]
pub fn resource(kind: &str, text: &str, expressions: &mut [Option<Value>]) -> Resource {
    let Some(Value::Map(properties)) = read(text, expressions) else { unreachable!("properties are a map") };
    Resource::of(kind, properties)
}

/// The value of `text`, in which each `null` is the next of `expressions`.
#[doc(hidden)]
pub fn value(text: &str, expressions: &mut [Option<Value>]) -> Value {
    read(text, expressions).unwrap_or(Value::Null)
}

fn read(text: &str, expressions: &mut [Option<Value>]) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    // Only as text keeps a number its digits, and a map its order, on which the expressions depend.
    Literal(&mut expressions.iter_mut()).deserialize(&mut reader).expect("the macro wrote JSON")
}

struct Literal<'a, 'e>(&'a mut std::slice::IterMut<'e, Option<Value>>);

impl<'de> DeserializeSeed<'de> for Literal<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Literal<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.next().and_then(Option::take))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Literal(&mut *self.0))? {
            list.extend(item);
        }
        Ok(Some(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            if let Some(value) = entries.next_value_seed(Literal(&mut *self.0))? {
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
    fn expressions_take_their_places_in_the_order_they_are_written_in() {
        let mut expressions = [Some(Value::from("first")), None, Some(Value::from(3))];
        let value = value(r#"{"Z": null, "B": null, "A": [null, {"C": true, "D": -0.5}]}"#, &mut expressions);
        assert_eq!(json!(value), json!({"A": [3, {"C": true, "D": -0.5}], "Z": "first"}));
    }
}
