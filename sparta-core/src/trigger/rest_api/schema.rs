//! What bodies are: schemas of JSON, as OpenAPI and API Gateway read them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::RestApiMistake;
use crate::cfn::Value;

/// What a request's body, or an answer's, has to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Schema {
    /// The schema itself, which may refer to others.
    pub(super) root: Json,
    /// Those that it refers to, by their names.
    pub(super) named: BTreeMap<String, Json>,
}

/// Where schemas are in a document.
const PLACE: &str = "#/components/schemas/";

/// What API Gateway's validator knows of a schema, which is JSON Schema's fourth draft.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html>.
const KNOWN: [&str; 16] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "enum",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "not",
    "oneOf",
    "pattern",
    "required",
    "uniqueItems",
];

impl Schema {
    /// One that is written out, with a name of its own.
    pub(super) fn written(name: &str, schema: Json) -> Self {
        let name = plain(name);
        Self { root: json!({"$ref": format!("{PLACE}{name}")}), named: [(name, schema)].into() }
    }

    /// That of what a handler reads.
    #[cfg(feature = "schemars")]
    pub(super) fn of_body<T: schemars::JsonSchema>() -> Self {
        Self::of::<T>(schemars::generate::SchemaSettings::openapi3().for_deserialize())
    }

    /// That of what a handler writes.
    #[cfg(feature = "schemars")]
    pub(super) fn of_answer<T: schemars::JsonSchema>() -> Self {
        Self::of::<T>(schemars::generate::SchemaSettings::openapi3().for_serialize())
    }

    #[cfg(feature = "schemars")]
    fn of<T: schemars::JsonSchema>(settings: schemars::generate::SchemaSettings) -> Self {
        let mut generator = settings.into_generator();
        let mut root = generator.subschema_for::<T>().to_value();
        rename(&mut root);
        let named = generator.take_definitions(true).into_iter().map(|(name, mut schema)| {
            rename(&mut schema);
            (plain(&name), schema)
        });
        Self { root, named: named.collect() }
    }

    /// Names that it has none of.
    pub(super) fn check(&self) -> Option<RestApiMistake> {
        let nameless = self.named.keys().any(String::is_empty);
        nameless.then_some(RestApiMistake::SchemaName)
    }
}

/// Gives what it refers to a name that API Gateway takes.
#[cfg(feature = "schemars")]
fn rename(schema: &mut Json) {
    match schema {
        Json::Object(entries) => entries.iter_mut().for_each(|(name, value)| match value {
            Json::String(of) if name == "$ref" => {
                if let Some(of_schema) = of.strip_prefix(PLACE) {
                    *value = format!("{PLACE}{}", plain(of_schema)).into();
                }
            }
            other => rename(other),
        }),
        Json::Array(items) => items.iter_mut().for_each(rename),
        _ => {}
    }
}

/// A name as API Gateway takes it, letters and digits.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A schema with what API Gateway knows of it. It takes more than the type does, never less: the handler reads the rest.
pub(super) fn known(schema: &Json) -> Value {
    let Json::Object(schema) = schema else { return Value::from(schema.clone()) };
    if let Some(of) = schema.get("$ref") {
        return Value::function("$ref", of.clone());
    }
    // Its validator does not know `nullable`, and would refuse `null`.
    if schema.get("nullable") == Some(&Json::Bool(true)) {
        return Value::Map(BTreeMap::new());
    }
    let all = |schemas: &Json| match schemas {
        Json::Array(schemas) => schemas.iter().map(known).collect::<Vec<_>>().into(),
        other => known(other),
    };
    let entries = schema.iter().filter_map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("properties", Json::Object(properties)) => {
                Value::Map(properties.iter().map(|(name, schema)| (name.clone(), known(schema))).collect())
            }
            ("type", kind) => Value::from(kind.clone()),
            ("additionalProperties" | "items" | "not", schema) => known(schema),
            ("allOf" | "anyOf" | "oneOf", schemas) => all(schemas),
            (name, value) if KNOWN.contains(&name) => Value::from(value.clone()),
            _ => return None,
        };
        Some((name.clone(), value))
    });
    Value::Map(entries.collect())
}
