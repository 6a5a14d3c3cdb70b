//! What the bodies of requests and answers are: schemas of JSON, as OpenAPI and API Gateway read them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::cfn::Value;

/// What a request's body, or an answer's, has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schema {
    /// The schema itself, which may refer to others.
    pub(crate) root: Json,
    /// Those that it refers to, by their names.
    pub(crate) named: BTreeMap<String, Json>,
}

/// What a route's requests and answers have to be, as far as its trigger says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bodies {
    body: Option<Schema>,
    answer: Option<Schema>,
}

/// What is wrong with the schema of a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaMistake {
    /// A schema without a name.
    #[error("the schema of its body needs a name with letters or digits")]
    Name,
    /// Two schemas of one name.
    #[error("two schemas of bodies are called `{0}` and differ: rename one, `#[schemars(rename = \"...\")]`")]
    Twice(String),
    /// A body of a method that has none.
    #[error("requests of the method {0} have no body: leave its schema out, or take another method")]
    BodyOf(String),
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

impl Bodies {
    /// Sets what requests have to be, which the serving build has no room for.
    pub(crate) fn set_body(&mut self, schema: impl FnOnce() -> Schema) {
        if !cfg!(sparta_serving) {
            self.body = Some(schema());
        }
    }

    /// Sets what answers are, which the serving build has no room for.
    pub(crate) fn set_answer(&mut self, schema: impl FnOnce() -> Schema) {
        if !cfg!(sparta_serving) {
            self.answer = Some(schema());
        }
    }

    pub(crate) fn body(&self) -> Option<&Schema> {
        self.body.as_ref()
    }

    pub(crate) fn answer(&self) -> Option<&Schema> {
        self.answer.as_ref()
    }

    /// The schemas that they refer to, with whether an answer does.
    pub(crate) fn into_named(self) -> impl Iterator<Item = (bool, (String, Json))> {
        let of = |schema: Option<Schema>| schema.map(|schema| schema.named).unwrap_or_default();
        let answers = of(self.answer).into_iter().map(|named| (true, named));
        of(self.body).into_iter().map(|named| (false, named)).chain(answers)
    }

    /// What is wrong with them, for requests of a method.
    pub(crate) fn check(&self, method: &str) -> Vec<SchemaMistake> {
        let nameless = |schema: &&Schema| schema.named.keys().any(String::is_empty);
        let names = self.body.iter().chain(&self.answer).filter(nameless).map(|_| SchemaMistake::Name);
        let has_none = self.body.is_some() && ["GET", "HEAD"].contains(&method);
        names.chain(has_none.then(|| SchemaMistake::BodyOf(method.to_owned()))).collect()
    }
}

impl Schema {
    /// One that is written out, with a name of its own.
    pub(crate) fn written(name: &str, schema: Json) -> Self {
        let name = plain(name);
        Self { root: json!({"$ref": format!("{PLACE}{name}")}), named: [(name, schema)].into() }
    }

    /// That of what a handler reads.
    #[cfg(feature = "schemars")]
    pub(crate) fn of_body<T: schemars::JsonSchema>() -> Self {
        Self::of::<T>(schemars::generate::SchemaSettings::openapi3().for_deserialize())
    }

    /// That of what a handler writes.
    #[cfg(feature = "schemars")]
    pub(crate) fn of_answer<T: schemars::JsonSchema>() -> Self {
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
pub(crate) fn known(schema: &Json) -> Value {
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
