//! One of the two sides of a comparison, in normal form.

use std::collections::BTreeMap;

use super::{
    Version,
    normal::{Normalizer, Truth, get, section, text_at},
};
use crate::cfn::Value;

/// A template in normal form, without what its conditions leave out.
#[derive(Default)]
pub(super) struct Side {
    pub(super) resources: BTreeMap<String, Part>,
    pub(super) outputs: BTreeMap<String, Value>,
    /// Values of the parameters, as far as they are known and may be shown.
    pub(super) parameters: BTreeMap<String, Option<String>>,
}

/// A resource in normal form.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) properties: Value,
    /// What stands beside the properties, such as `DeletionPolicy`.
    pub(super) attributes: Value,
    /// What it depends on whether there is this resource, where that is not known.
    pub(super) condition: Option<String>,
}

impl Part {
    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        get(&self.properties, name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_at(&self.properties, name)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        text_at(&self.attributes, name)
    }
}

impl Side {
    pub(super) fn of(version: &Version) -> Self {
        let normalizer = Normalizer { document: &version.template, values: &version.values };
        let of_section = |name: &'static str| section(&version.template, name);
        let resources = of_section("Resources").filter_map(|(id, it)| Some((id.to_owned(), part(&normalizer, it)?)));
        let outputs = of_section("Outputs").filter_map(|(id, output)| {
            let (_, output) = present(&normalizer, output)?;
            Some((id.to_owned(), normalizer.value(&output)?))
        });
        let parameters = of_section("Parameters").map(|(id, _)| (id.to_owned(), normalizer.parameter_value(id)));
        Self { resources: resources.collect(), outputs: outputs.collect(), parameters: parameters.collect() }
    }

    pub(super) fn of_kind<'s>(&'s self, kind: &'static str) -> impl Iterator<Item = (&'s str, &'s Part)> {
        self.resources.iter().filter(move |(_, part)| part.kind == kind).map(|(id, part)| (id.as_str(), part))
    }
}

/// A resource or an output without its condition, and what that depends on; `None` where the condition does not hold.
fn present(normalizer: &Normalizer<'_>, declared: &Value) -> Option<(Option<String>, Value)> {
    let mut declared = declared.clone();
    let Value::Map(map) = &mut declared else { return None };
    let condition = match map.remove("Condition") {
        Some(Value::String(name)) => match normalizer.named_condition(&name, 0) {
            Truth::Known(true) => None,
            Truth::Known(false) => return None,
            Truth::Unknown(condition) => Some(condition),
        },
        _ => None,
    };
    Some((condition, declared))
}

fn part(normalizer: &Normalizer<'_>, declared: &Value) -> Option<Part> {
    let (condition, mut declared) = present(normalizer, declared)?;
    let kind = text_at(&declared, "Type").unwrap_or_default().to_owned();
    let Value::Map(map) = &mut declared else { return None };
    map.remove("Type");
    let properties = map.remove("Properties").and_then(|properties| normalizer.value(&properties));
    let properties = properties.unwrap_or_else(|| Value::Map(BTreeMap::new()));
    if let Some(one @ Value::String(_)) = map.get("DependsOn").cloned() {
        map.insert("DependsOn".to_owned(), Value::List(vec![one]));
    }
    let mut attributes: BTreeMap<String, Value> =
        map.iter().filter_map(|(name, value)| Some((name.clone(), normalizer.value(value)?))).collect();
    attributes.extend(condition.iter().map(|it| ("Condition".to_owned(), Value::from(it.as_str()))));
    let attributes = Value::Map(attributes);
    Some(Part { kind, properties, attributes, condition })
}
