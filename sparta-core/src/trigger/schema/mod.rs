//! What the bodies of requests and answers are: schemas of JSON, as OpenAPI and API Gateway read them.

mod document;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::cfn::Value;
#[cfg(feature = "schemars")]
use document::in_openapi;
use document::{PLACE, hoisted, plain};
pub(crate) use document::{references, rename};

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
    /// A schema that refers to what is not in it.
    #[error("the schema of its body refers to `{0}`, which it does not have: write that into its `$defs`")]
    Missing(String),
    /// Two schemas of one name.
    #[error("two schemas of bodies are called `{0}` and differ: rename one, `#[schemars(rename = \"...\")]`")]
    Twice(String),
    /// A body of a method that has none.
    #[error("requests of the method {0} have no body: leave its schema out, or take another method")]
    BodyOf(String),
}

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
        let of_both = self.body.iter().chain(&self.answer).flat_map(Schema::check);
        let has_none = self.body.is_some() && !has_body(method);
        of_both.chain(has_none.then(|| SchemaMistake::BodyOf(method.to_owned()))).collect()
    }
}

/// Whether requests of a method may have a body that means something.
pub(crate) fn has_body(method: &str) -> bool {
    !["GET", "HEAD"].contains(&method)
}

impl Schema {
    /// One that is written out, with a name of its own.
    pub(crate) fn written(name: &str, schema: Json) -> Self {
        let name = plain(name);
        Self { root: json!({"$ref": format!("{PLACE}{name}")}), named: hoisted(&name, schema) }
    }

    fn check(&self) -> Vec<SchemaMistake> {
        let nameless = self.named.keys().any(String::is_empty).then_some(SchemaMistake::Name);
        let references = self.named.values().flat_map(references);
        let missing = references.filter_map(|of| match of {
            Ok(name) if self.named.contains_key(name) => None,
            Ok(other) | Err(other) => Some(SchemaMistake::Missing(other.to_owned())),
        });
        nameless.into_iter().chain(missing).collect()
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
        let root = generator.subschema_for::<T>().to_value();
        let in_document = |mut schema: Json| {
            rename(&mut schema, &|name| Some(plain(name)));
            in_openapi(schema)
        };
        let named = generator.take_definitions(true).into_iter();
        let named = named.map(|(name, schema)| (plain(&name), in_document(schema))).collect();
        Self { root: in_document(root), named }
    }
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
