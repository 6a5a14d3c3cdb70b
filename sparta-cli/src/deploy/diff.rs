use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// A stack as it was, or is to be: its template, its parameters and its tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desired {
    /// The template.
    pub template: Value,
    /// Values of its parameters; those that are left out have their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
}

/// What says which code a stack runs, and may differ between two versions of its code.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeIdentity {
    /// The parameter that names the bucket.
    pub bucket_parameter: String,
    /// The parameter that names the key.
    pub key_parameter: String,
    /// Tags that follow the code, such as the build id.
    pub tags: BTreeSet<String>,
}

/// One difference that is more than code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// A part of the template, by its path, is new.
    Added(String),
    /// A part of the template, by its path, is gone.
    Removed(String),
    /// A part of the template, by its path, is another.
    Changed(String),
    /// A parameter has another value.
    Parameter(String),
    /// A tag has another value.
    Tag(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(path) => write!(f, "{path} is new"),
            Self::Removed(path) => write!(f, "{path} is gone"),
            Self::Changed(path) => write!(f, "{path} changed"),
            Self::Parameter(name) => write!(f, "parameter {name} changed"),
            Self::Tag(name) => write!(f, "tag {name} changed"),
        }
    }
}

/// What a comparison of two versions of a stack found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// What differs beside the code.
    pub differences: Vec<Difference>,
    /// Parameters whose deployed value AWS does not show.
    pub unknown: Vec<String>,
}

/// Compares what is deployed with what is wanted, the code aside.
pub(crate) fn compare(deployed: &Desired, wanted: &Desired, code: &CodeIdentity) -> Comparison {
    let mut comparison = Comparison::default();
    let differences = &mut comparison.differences;
    walk("", &deployed.template, &wanted.template, differences);

    let old = with_defaults(deployed);
    let new = with_defaults(wanted);
    for name in union(&old, &new) {
        if *name == code.bucket_parameter || *name == code.key_parameter {
            continue;
        }
        match (old.get(name), new.get(name)) {
            (Some(old), _) if old == "****" || is_hidden(wanted, name) => {
                comparison.unknown.push(name.clone());
            }
            (old, new) if old != new => differences.push(Difference::Parameter(name.clone())),
            _ => {}
        }
    }
    for name in union(&deployed.tags, &wanted.tags) {
        // AWS adds tags of its own to stacks that it manages.
        let theirs = name.starts_with("aws:") || code.tags.contains(name);
        if !theirs && deployed.tags.get(name) != wanted.tags.get(name) {
            differences.push(Difference::Tag(name.clone()));
        }
    }
    comparison
}

/// Logical ids of the functions that run the code which the parameters name.
pub(crate) fn functions(template: &Value, code: &CodeIdentity) -> Vec<String> {
    let resources = template.get("Resources").and_then(Value::as_object);
    resources
        .into_iter()
        .flatten()
        .filter(|(_, resource)| {
            resource["Type"] == "AWS::Lambda::Function"
                && resource["Properties"]["Code"]["S3Key"]["Ref"] == *code.key_parameter
        })
        .map(|(id, _)| id.clone())
        .collect()
}

fn walk(path: &str, old: &Value, new: &Value, differences: &mut Vec<Difference>) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        if old != new {
            differences.push(Difference::Changed(path.to_owned()));
        }
        return;
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => walk(&path, old, new, differences),
            (None, _) => differences.push(Difference::Added(path)),
            (_, None) => differences.push(Difference::Removed(path)),
        }
    }
}

fn with_defaults(stack: &Desired) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, parameter) in stack.template["Parameters"].as_object().into_iter().flatten() {
        match parameter.get("Default") {
            Some(Value::String(text)) => values.insert(name.clone(), text.clone()),
            Some(value) => values.insert(name.clone(), value.to_string()),
            None => None,
        };
    }
    values.extend(stack.parameters.clone());
    values
}

fn is_hidden(stack: &Desired, parameter: &str) -> bool {
    match &stack.template["Parameters"][parameter]["NoEcho"] {
        Value::Bool(hidden) => *hidden,
        Value::String(text) => text == "true",
        _ => false,
    }
}

fn union<'a>(one: &'a BTreeMap<String, String>, other: &'a BTreeMap<String, String>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}
