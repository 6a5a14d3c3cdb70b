//! Writes what `sparta_schema` reads: its `archive`, `wire`, `schema`, `resource_type` and `iam` are the other half.

use std::collections::{BTreeMap, HashMap};

use miniz_oxide::deflate::compress_to_vec;
use serde_json::Value as Json;

/// Keys and compressed chunks in one file.
pub(crate) fn archive(chunks: BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut entries = Vec::new();
    let mut body = Vec::new();
    let start = 4 + 16 * chunks.len();
    let mut put = |bytes: &[u8]| {
        let place = [start + body.len(), bytes.len()];
        body.extend_from_slice(bytes);
        place
    };
    for (key, chunk) in &chunks {
        for number in put(key.as_bytes()).into_iter().chain(put(&compress_to_vec(chunk, 10))) {
            entries.extend_from_slice(&u32::try_from(number).expect("the archive is small").to_le_bytes());
        }
    }
    let count = u32::try_from(chunks.len()).expect("the archive is small").to_le_bytes();
    [&count[..], &entries, &body].concat()
}

/// One chunk: a table of strings and what refers to it.
#[derive(Default)]
pub(crate) struct Writer {
    strings: Vec<String>,
    indices: HashMap<String, usize>,
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn number(&mut self, number: usize) {
        varint(&mut self.bytes, number);
    }

    pub(crate) fn text(&mut self, text: &str) {
        let next = self.strings.len();
        let index = *self.indices.entry(text.to_owned()).or_insert_with(|| {
            self.strings.push(text.to_owned());
            next
        });
        self.number(index);
    }

    pub(crate) fn texts(&mut self, texts: &Json) {
        let texts = texts.as_array().expect("a list of texts");
        self.number(texts.len());
        for text in texts {
            self.text(text.as_str().expect("a text"));
        }
    }

    fn float(&mut self, number: &Json) {
        self.bytes.extend_from_slice(&number.as_f64().expect("a number").to_le_bytes());
    }

    fn numbers(&mut self, numbers: &[usize]) {
        self.number(numbers.len());
        numbers.iter().for_each(|&it| self.number(it));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut chunk = Vec::new();
        varint(&mut chunk, self.strings.len());
        self.strings.iter().for_each(|it| varint(&mut chunk, it.len()));
        self.strings.iter().for_each(|it| chunk.extend_from_slice(it.as_bytes()));
        chunk.extend(self.bytes);
        chunk
    }
}

fn varint(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).expect("seven bits"));
}

/// What is known of one resource type.
pub(crate) fn resource_type(it: &Json) -> Vec<u8> {
    let mut schemas = Schemas::default();
    let root = schemas.document(&it["schema"]);
    let rules: Vec<_> = it["rules"]
        .as_array()
        .expect("a list of rules")
        .iter()
        .map(|rule| (rule, schemas.document(&rule["schema"])))
        .collect();

    let mut writer = Writer::default();
    writer.number(schemas.done.len());
    for keywords in &schemas.done {
        writer.number(keywords.len());
        keywords.iter().for_each(|(name, value)| keyword(&mut writer, name, value));
    }
    writer.number(root);
    for list in ["attributes", "readOnly", "writeOnly", "createOnly", "primaryIdentifier"] {
        writer.texts(&it[list]);
    }
    let handlers = it["handlers"].as_object().expect("handlers by name");
    for name in ["create", "read", "update", "delete", "list"] {
        writer.texts(handlers.get(name).unwrap_or(&Json::Array(Vec::new())));
    }
    writer.byte(u8::from(!handlers.is_empty()));
    writer.byte(u8::from(it["taggable"] == true));
    writer.byte(u8::from(it["tagOnCreate"] == true));
    writer.byte(u8::from(it["systemTags"] == true));
    writer.text(it["tagProperty"].as_str().expect("a property"));
    writer.texts(&it["tagPermissions"]);
    writer.number(rules.len());
    for (rule, schema) in rules {
        writer.texts(&rule["path"]);
        writer.text(rule["message"].as_str().expect("a message"));
        writer.number(schema);
    }
    writer.finish()
}

/// What is known of one service's actions.
pub(crate) fn iam_service(it: &Json) -> Vec<u8> {
    let mut writer = Writer::default();
    let resources = it["resources"].as_object().expect("resources by name");
    writer.number(resources.len());
    for (name, resource) in resources {
        writer.text(name);
        writer.texts(&resource["arns"]);
        writer.texts(&resource["conditionKeys"]);
    }
    let actions = it["actions"].as_object().expect("actions by name");
    writer.number(actions.len());
    for (name, action) in actions {
        writer.text(name);
        writer.byte(u8::try_from(action["level"].as_u64().expect("a level")).expect("few levels"));
        writer.texts(&action["conditionKeys"]);
        let on = action["on"].as_array().expect("a list");
        writer.number(on.len());
        for on in on {
            writer.text(on["resource"].as_str().expect("a name"));
            writer.byte(u8::from(on["required"] == true));
            writer.texts(&on["conditionKeys"]);
        }
    }
    writer.finish()
}

/// One of AWS's managed policies.
pub(crate) fn managed_policy(it: &Json) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.text(it["version"].as_str().expect("a version"));
    writer.text(it["document"].as_str().expect("a document"));
    writer.finish()
}

/// A keyword's value with schemas replaced by their numbers.
enum Packed {
    Plain(Json),
    Schema(usize),
    Schemas(Vec<usize>),
    Named(Vec<(String, usize)>),
    If(usize, Option<usize>, Option<usize>),
}

#[derive(Default)]
struct Schemas<'a> {
    root: Option<&'a Json>,
    named: HashMap<String, usize>,
    same: HashMap<String, usize>,
    done: Vec<Vec<(String, Packed)>>,
}

impl<'a> Schemas<'a> {
    /// Adds a schema that pointers in it start from.
    fn document(&mut self, root: &'a Json) -> usize {
        self.root = Some(root);
        self.named.clear();
        self.same.clear();
        self.add(root)
    }

    fn add(&mut self, schema: &'a Json) -> usize {
        let text = schema.to_string();
        if let Some(&id) = self.same.get(&text) {
            return id;
        }
        let keywords = self.keywords(schema);
        self.done.push(keywords);
        self.same.insert(text, self.done.len() - 1);
        self.done.len() - 1
    }

    // a definition can refer to itself, so it has its number before it is packed
    fn reference(&mut self, pointer: &str) -> usize {
        if let Some(&id) = self.named.get(pointer) {
            return id;
        }
        let path = pointer.strip_prefix('#').unwrap_or_else(|| panic!("{pointer} leads elsewhere"));
        let definition = self.root.and_then(|it| it.pointer(path)).unwrap_or_else(|| panic!("no definition {pointer}"));
        let id = self.done.len();
        self.done.push(Vec::new());
        self.named.insert(pointer.to_owned(), id);
        self.done[id] = self.keywords(definition);
        id
    }

    fn keywords(&mut self, schema: &'a Json) -> Vec<(String, Packed)> {
        if let Some(anything) = schema.as_bool() {
            return if anything { Vec::new() } else { vec![("never".to_owned(), Packed::Plain(Json::Null))] };
        }
        let keywords = schema.as_object().unwrap_or_else(|| panic!("{schema} is no schema"));
        let mut packed = Vec::new();
        for (name, value) in keywords {
            let value = match name.as_str() {
                "definitions" | "then" | "else" => continue,
                "uniqueItems" if *value == false => continue,
                "$ref" => Packed::Schema(self.reference(value.as_str().expect("a pointer"))),
                "properties" | "patternProperties" => Packed::Named(self.named(value)),
                "additionalProperties" if *value == true => continue,
                "additionalProperties" | "propertyNames" | "items" | "contains" | "not" => {
                    Packed::Schema(self.add(value))
                }
                "prefixItems" | "allOf" | "anyOf" | "oneOf" => {
                    Packed::Schemas(value.as_array().expect("schemas").iter().map(|it| self.add(it)).collect())
                }
                "if" => {
                    let mut branch = |name| keywords.get(name).map(|it| self.add(it));
                    let (then, otherwise) = (branch("then"), branch("else"));
                    Packed::If(self.add(value), then, otherwise)
                }
                _ => Packed::Plain(value.clone()),
            };
            packed.push((name.clone(), value));
        }
        // the type is checked first: what has the wrong type needs no other complaint
        packed.sort_by_key(|(name, _)| (name != "type", name.clone()));
        packed
    }

    fn named(&mut self, value: &'a Json) -> Vec<(String, usize)> {
        value.as_object().expect("schemas by name").iter().map(|(name, it)| (name.clone(), self.add(it))).collect()
    }
}

const KEYWORDS: &[&str] = &[
    "never",
    "type",
    "$ref",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "requiredXor",
    "requiredOr",
    "dependentRequired",
    "dependentExcluded",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "contains",
    "minItems",
    "maxItems",
    "maxUniqueItems",
    "uniqueItems",
    "uniqueKeys",
    "enum",
    "enumCaseInsensitive",
    "const",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "formatPattern",
    "misspelt",
    "iamAction",
    "retired",
];

fn keyword(writer: &mut Writer, name: &str, value: &Packed) {
    let tag = KEYWORDS.iter().position(|it| *it == name).unwrap_or_else(|| panic!("unknown keyword {name}"));
    writer.byte(u8::try_from(tag).expect("few keywords"));
    match value {
        Packed::Schema(id) => writer.number(*id),
        Packed::Schemas(ids) => writer.numbers(ids),
        Packed::Named(named) => {
            writer.number(named.len());
            for (name, id) in named {
                writer.text(name);
                writer.number(*id);
            }
        }
        Packed::If(condition, then, otherwise) => {
            writer.number(*condition);
            writer.number(then.map_or(0, |it| it + 1));
            writer.number(otherwise.map_or(0, |it| it + 1));
        }
        Packed::Plain(value) => plain(writer, name, value),
    }
}

fn plain(writer: &mut Writer, word: &str, value: &Json) {
    match word {
        "never" | "uniqueItems" | "iamAction" => {}
        "type" => writer.byte(types(value)),
        "required" | "requiredXor" | "requiredOr" | "uniqueKeys" | "misspelt" => writer.texts(value),
        "dependentRequired" | "dependentExcluded" => {
            let map = value.as_object().expect("names by name");
            writer.number(map.len());
            for (name, names) in map {
                writer.text(name);
                writer.texts(names);
            }
        }
        "retired" => {
            let map = value.as_object().expect("texts by name");
            writer.number(map.len());
            for (name, text) in map {
                writer.text(name);
                writer.text(text.as_str().expect("a text"));
            }
        }
        "enum" | "enumCaseInsensitive" => {
            let literals = value.as_array().expect("a list");
            writer.number(literals.len());
            literals.iter().for_each(|it| literal(writer, it));
        }
        "const" => literal(writer, value),
        "pattern" | "format" | "formatPattern" => writer.text(value.as_str().expect("a text")),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => writer.float(value),
        _ => writer.number(value.as_f64().map(|it| it as usize).expect("a number")),
    }
}

fn types(value: &Json) -> u8 {
    let one = |name: &Json| match name.as_str() {
        Some("array") => 1,
        Some("boolean") => 2,
        Some("integer") => 4,
        Some("number") => 8,
        Some("object") => 16,
        Some("string") => 32,
        Some("null") => 64,
        _ => panic!("{name} is no type"),
    };
    value.as_array().map_or_else(|| one(value), |names| names.iter().map(one).sum())
}

fn literal(writer: &mut Writer, value: &Json) {
    match value {
        Json::Null => writer.byte(0),
        Json::Bool(it) => writer.byte(1 + u8::from(*it)),
        Json::Number(_) => {
            writer.byte(3);
            writer.float(value);
        }
        Json::String(it) => {
            writer.byte(4);
            writer.text(it);
        }
        _ => panic!("{value} in an enum"),
    }
}
