//! Schemas as OpenAPI 3.0 has them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Where schemas are in a document.
pub(super) const PLACE: &str = "#/components/schemas/";

/// What OpenAPI 3.0 knows of a schema.
///
/// See <https://spec.openapis.org/oas/v3.0.3.html#schema-object>.
const KNOWN: [&str; 36] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

/// A schema that is written out, with those that it has inside: all of them, by their names.
pub(super) fn hoisted(name: &str, mut schema: Json) -> BTreeMap<String, Json> {
    let mut inner = Map::new();
    for place in ["$defs", "definitions"] {
        if let Some(Json::Object(schemas)) = schema.as_object_mut().and_then(|schema| schema.remove(place)) {
            inner.extend(schemas);
        }
    }
    let target = |of: &str| match of.strip_prefix("#/$defs/").or_else(|| of.strip_prefix("#/definitions/")) {
        Some(inner) => Some(plain(inner)),
        None if of == "#" => Some(name.to_owned()),
        None => None,
    };
    let inner = inner.into_iter().map(|(name, schema)| (plain(&name), schema));
    let all = inner.chain([(name.to_owned(), schema)]).map(|(name, mut schema)| {
        refer(&mut schema, &target);
        (name, in_openapi(schema))
    });
    all.collect()
}

/// Gives each reference another name, where there is one.
pub(crate) fn rename(schema: &mut Json, name: &impl Fn(&str) -> Option<String>) {
    refer(schema, &|of: &str| name(of.strip_prefix(PLACE)?));
}

/// What a schema refers to: names, or what is none in a document.
pub(crate) fn references(schema: &Json) -> Vec<Result<&str, &str>> {
    match schema {
        Json::Object(entries) => {
            let of_entries = entries.iter().flat_map(|(key, value)| match value {
                Json::String(of) if key == "$ref" => vec![of.strip_prefix(PLACE).ok_or(of.as_str())],
                other => references(other),
            });
            of_entries.collect()
        }
        Json::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn refer(schema: &mut Json, name: &impl Fn(&str) -> Option<String>) {
    match schema {
        Json::Object(entries) => entries.iter_mut().for_each(|(key, value)| match value {
            Json::String(of) if key == "$ref" => {
                if let Some(name) = name(of) {
                    *value = format!("{PLACE}{name}").into();
                }
            }
            other => refer(other, name),
        }),
        Json::Array(items) => items.iter_mut().for_each(|item| refer(item, name)),
        _ => {}
    }
}

/// A name as API Gateway takes it, letters and digits.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A schema in OpenAPI's words; what has none is left out, so that it takes more, never less.
pub(super) fn in_openapi(schema: Json) -> Json {
    let Json::Object(entries) = schema else { return if schema == false { none() } else { Json::Object(Map::new()) } };
    let mut openapi = Map::new();
    for (name, value) in entries {
        let each = |value: Json| match value {
            Json::Array(schemas) => schemas.into_iter().map(in_openapi).collect(),
            other => in_openapi(other),
        };
        match (name.as_str(), value) {
            ("const", value) => _ = openapi.insert("enum".to_owned(), vec![value].into()),
            ("examples", Json::Array(mut examples)) if !examples.is_empty() => {
                openapi.insert("example".to_owned(), examples.swap_remove(0));
            }
            ("exclusiveMinimum" | "exclusiveMaximum", limit @ Json::Number(_)) => {
                let kept = name.replace("exclusiveM", "m");
                openapi.insert(name, true.into());
                openapi.insert(kept, limit);
            }
            ("type", Json::Array(types)) => set_types(&mut openapi, types),
            ("properties", Json::Object(properties)) => {
                let properties = properties.into_iter().map(|(name, schema)| (name, in_openapi(schema)));
                openapi.insert(name, Json::Object(properties.collect()));
            }
            ("additionalProperties", allowed @ Json::Bool(_)) => _ = openapi.insert(name, allowed),
            ("additionalProperties" | "items" | "not", schema) => _ = openapi.insert(name, in_openapi(schema)),
            ("allOf" | "anyOf" | "oneOf", schemas) => _ = openapi.insert(name, each(schemas)),
            (_, value) if KNOWN.contains(&name.as_str()) => _ = openapi.insert(name, value),
            _ => {}
        }
    }
    let is_list = openapi.get("type").is_some_and(|kind| kind == "array");
    if is_list && !openapi.contains_key("items") {
        openapi.insert("items".to_owned(), Json::Object(Map::new()));
    }
    Json::Object(openapi)
}

/// What nothing fits.
fn none() -> Json {
    serde_json::json!({"not": {}})
}

/// Several types, of which OpenAPI knows one in a schema, and whether it may be `null`.
fn set_types(openapi: &mut Map<String, Json>, mut types: Vec<Json>) {
    let count = types.len();
    types.retain(|kind| kind != "null");
    if types.len() < count {
        openapi.insert("nullable".to_owned(), true.into());
    }
    if let [kind] = &types[..] {
        openapi.insert("type".to_owned(), kind.clone());
    }
}
