//! JSON in which no key stands twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads JSON, with the paths of keys that stand twice in their object: of these the last one counts, and whoever wrote
/// the others does not know.
pub(super) fn read(text: &str) -> Result<(Value, Vec<String>), serde_json::Error> {
    let mut twice = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reader { path: None, twice: &mut twice }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, twice))
}

/// Where a value is, written out only for a key that stands twice.
#[derive(Clone, Copy)]
enum Path<'p> {
    Key(Option<&'p Path<'p>>, &'p str),
    Item(Option<&'p Path<'p>>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(None, key) => f.write_str(key),
            Self::Key(Some(before), key) => write!(f, "{before}.{key}"),
            Self::Item(None, index) => write!(f, "[{index}]"),
            Self::Item(Some(before), index) => write!(f, "{before}[{index}]"),
        }
    }
}

struct Reader<'p, 't> {
    path: Option<&'p Path<'p>>,
    twice: &'t mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = Path::Item(self.path, list.len());
            match items.next_element_seed(Reader { path: Some(&path), twice: &mut *self.twice })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let path = Path::Key(self.path, &key);
            if map.contains_key(&key) {
                self.twice.push(path.to_string());
            }
            let value = entries.next_value_seed(Reader { path: Some(&path), twice: &mut *self.twice })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_as_ever() {
        let document =
            json!({"a": [1, -2, 2.5, true, null, "x", {}, [], 18_446_744_073_709_551_615_u64], "b": {"c": "\u{e9}"}});
        assert_eq!(read(&document.to_string()).unwrap(), (document, vec![]));
        for wrong in ["", "{", "{} {}", "[1,]", "nul"] {
            assert_eq!(
                read(wrong).unwrap_err().to_string(),
                serde_json::from_str::<Value>(wrong).unwrap_err().to_string()
            );
        }
    }

    #[test]
    fn keys_that_stand_twice_are_found_wherever_they_are() {
        let text = r#"{"a": 1, "b": [{"c": {"d": 1, "d": 2, "d": 3}}], "a": {"e": 0, "e": 0}, "f": {"a": 1}}"#;
        let (_, twice) = read(text).unwrap();
        assert_eq!(twice, ["b[0].c.d", "b[0].c.d", "a", "a.e"]);
    }
}
