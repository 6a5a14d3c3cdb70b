//! The properties of a resource, whose numbers and booleans CloudFormation sends as texts.

use serde::{
    de::{
        DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error as JsonError, Map, Value};

use crate::Error;

/// Properties that are CloudFormation's own.
const RESERVED: [&str; 2] = ["ServiceTimeout", "ServiceToken"];

/// Properties that are not what the function takes. No value is in it: some are secrets, and CloudFormation shows reasons.
#[derive(Debug, thiserror::Error)]
#[error("the properties do not fit: {path}: {problem}")]
struct PropertiesError {
    path: String,
    problem: String,
}

pub(super) fn read<T: DeserializeOwned>(properties: &Map<String, Value>) -> Result<T, Error> {
    let own = properties.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
    let own = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    let read = serde_path_to_error::deserialize(Text(Value::Object(own)));
    Ok(read.map_err(|error| {
        let problem = error.inner().to_string();
        let is_of_names =
            ["missing field", "unknown field", "expected "].iter().any(|start| problem.starts_with(start));
        let problem = if is_of_names { problem } else { "it is not of the type that the function reads".to_owned() };
        PropertiesError { path: error.path().to_string(), problem }
    })?)
}

/// A value whose texts are read as numbers and booleans, where these are wanted.
struct Text(Value);

impl IntoDeserializer<'_, JsonError> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $type:ty, $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            match self.0 {
                Value::String(text) => match text.parse::<$type>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(JsonError::custom(concat!("expected ", stringify!($type)))),
                },
                other => Text(other).deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Text {
    type Error = JsonError;

    parsed! {
        deserialize_bool bool, visit_bool;
        deserialize_i8 i8, visit_i8;
        deserialize_i16 i16, visit_i16;
        deserialize_i32 i32, visit_i32;
        deserialize_i64 i64, visit_i64;
        deserialize_i128 i128, visit_i128;
        deserialize_u8 u8, visit_u8;
        deserialize_u16 u16, visit_u16;
        deserialize_u32 u32, visit_u32;
        deserialize_u64 u64, visit_u64;
        deserialize_u128 u128, visit_u128;
        deserialize_f32 f32, visit_f32;
        deserialize_f64 f64, visit_f64;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Text));
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Value::Object(entries) => {
                let mut entries = MapDeserializer::new(entries.into_iter().map(|(name, value)| (name, Text(value))));
                let value = visitor.visit_map(&mut entries)?;
                entries.end().map(|()| value)
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    /// `()` is for a resource without properties.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match &self.0 {
            Value::Object(properties) if properties.is_empty() => visitor.visit_unit(),
            _ => self.0.deserialize_unit(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        match &self.0 {
            Value::String(text) => visitor.visit_enum(StrDeserializer::new(text)),
            _ => self.0.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Topic {
        name: String,
        partitions: u16,
        compacted: bool,
        ratio: Option<f64>,
        kind: Kind,
        id: Id,
        limits: BTreeMap<String, Vec<i32>>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    enum Kind {
        Fast,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Id(u64);

    fn of<T: DeserializeOwned>(properties: Value) -> Result<T, String> {
        read(properties.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_are_read_as_numbers_and_booleans_where_these_are_wanted() {
        let sent = json!({
            "ServiceToken": "arn", "ServiceTimeout": "60", "Name": "7", "Partitions": "3", "Compacted": "true", "Ratio": "0.5",
            "Kind": "Fast", "Id": "9", "Limits": {"a": ["-1", 2]},
        });
        let limits = BTreeMap::from([("a".to_owned(), vec![-1, 2])]);
        let expected = Topic {
            name: "7".into(),
            partitions: 3,
            compacted: true,
            ratio: Some(0.5),
            kind: Kind::Fast,
            id: Id(9),
            limits,
        };
        assert_eq!(of::<Topic>(sent), Ok(expected));
        assert_eq!(of::<()>(json!({"ServiceToken": "arn"})), Ok(()));
        assert_eq!(of::<Value>(json!({"A": "1"})), Ok(json!({"A": "1"})), "what has no type stays text");
    }

    #[test]
    fn what_does_not_fit_is_named_and_not_shown() {
        #[derive(Deserialize, Debug, PartialEq)]
        struct Small {
            size: u8,
            names: Vec<String>,
        }
        for (sent, expected) in [
            (json!({"size": "hunter2", "names": []}), "the properties do not fit: size: expected u8"),
            (json!({"size": "300", "names": []}), "the properties do not fit: size: expected u8"),
            (json!({"size": "1"}), "the properties do not fit: .: missing field `names`"),
            (json!({"size": "1", "names": ["a", {"hunter2": "hunter2"}]}), "names[1]: it is not of the type"),
            (json!({"size": "1", "names": "hunter2"}), "names: it is not of the type"),
        ] {
            let error = of::<Small>(sent).unwrap_err();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
