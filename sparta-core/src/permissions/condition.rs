//! Conditions of policies.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    resolver::{ANY, Resolver, UNKNOWN, UNNAMED, plain},
    values::alternatives,
};
use crate::cfn::{LogicalId, Value, sub};

/// A condition of a policy: values by operator and key, texts for `Fn::Sub`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition(BTreeMap<(String, String), BTreeSet<String>>);

impl Condition {
    pub(super) fn new(operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        Self::default().and(operator, key, values)
    }

    pub(super) fn and(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        self.0.insert((operator.to_owned(), key.to_owned()), values.into_iter().collect());
        self
    }

    /// A condition that holds where both do.
    pub(super) fn all(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                one.0.extend(other.0);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }

    /// A condition that holds wherever this one does; `None` where only AWS knows what that one demands.
    pub(super) fn read(resolver: &Resolver<'_>, value: &Value) -> Option<Self> {
        let Value::Map(operators) = value else { return None };
        let mut condition = Self::default();
        for (operator, keys) in operators {
            let Value::Map(keys) = keys else { return None };
            for (key, values) in keys {
                let found = alternatives([values]);
                let texts: Vec<String> = found.iter().map(|it| resolver.told_apart(it)).collect();
                let is_certain = !texts.iter().any(|text| text.contains([UNKNOWN, UNNAMED]));
                // A condition that takes both branches where it takes one holds less often where it excludes.
                let is_one = values.as_function().is_none_or(|(name, _)| name != "Fn::If");
                let operator = match with_wildcards(operator) {
                    _ if is_certain && is_one => operator.clone(),
                    Some(operator) if !is_certain => operator,
                    Some(_) => operator.clone(),
                    None => return None,
                };
                condition = condition.and(&operator, key, texts.iter().map(|text| plain(text)));
            }
        }
        Some(condition)
    }

    /// Whether it holds for resources with a certain tag only.
    pub(super) fn demands_a_tag(&self) -> bool {
        self.0.iter().any(|((operator, key), values)| {
            let is_tag = key.to_ascii_lowercase().starts_with("aws:resourcetag/");
            is_tag && matches!(operator.as_str(), "StringEquals" | "StringLike") && !values.contains(ANY)
        })
    }

    pub(super) fn value(&self) -> Value {
        let mut operators: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for ((operator, key), values) in &self.0 {
            let mut values: Vec<Value> = values.iter().map(|text| text_value(text)).collect();
            let values = if values.len() == 1 { values.remove(0) } else { Value::List(values) };
            operators.entry(operator.clone()).or_default().insert(key.clone(), values);
        }
        Value::Map(operators.into_iter().map(|(operator, keys)| (operator, Value::Map(keys))).collect())
    }
}

/// The operator that takes a `*` for anything where it is about texts or ARNs.
fn with_wildcards(operator: &str) -> Option<String> {
    let plain = operator.rsplit(':').next()?.trim_end_matches("IfExists");
    match plain {
        "ArnEquals" | "ArnLike" | "StringLike" => Some(operator.to_owned()),
        "StringEquals" => Some(operator.replace("StringEquals", "StringLike")),
        _ => None,
    }
}

/// `Fn::Sub`, or `Ref` where a text is nothing but one name.
pub(super) fn text_value(text: &str) -> Value {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match name.and_then(|name| LogicalId::new(name).ok()) {
        Some(id) => id.reference(),
        None => sub(text),
    }
}
