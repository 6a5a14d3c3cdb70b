//! The actions that deploying a resource takes.

use std::collections::BTreeSet;

use sparta_schema::iam;

use super::overrides;
use crate::cfn::{Resource, Value};

/// What the handlers of a resource's type call, and the type's tags; `None` of a type without known handlers.
pub(super) fn listed(kind: &str) -> Option<BTreeSet<String>> {
    if kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource" {
        return Some(BTreeSet::new());
    }
    let found = sparta_schema::resource_type(kind);
    let handlers = found.and_then(|kind| kind.handlers());
    let added = overrides::added(kind);
    let handled = handlers.is_some_and(|it| !it.create.is_empty());
    if !handled && added.is_none() {
        return None;
    }
    let handlers = handlers.into_iter().flat_map(|it| [&it.create, &it.read, &it.update, &it.delete]).flatten();
    // A stack's tags go to all that takes some, and a stack of Sparta's has tags.
    let tags = found.and_then(|kind| kind.tagging()).filter(|tags| tags.on_create);
    let tags = tags.into_iter().flat_map(|tags| &tags.permissions);
    let added = added.into_iter().flatten().filter(|it| it.on.is_none()).flat_map(|it| it.actions);
    Some(handlers.chain(tags).chain(added).flat_map(|name| known(name)).collect())
}

/// The listed actions that a resource with these properties needs.
pub(super) fn of(resource: &Resource) -> Option<BTreeSet<String>> {
    let kind = resource.resource_type();
    let mut actions = listed(kind)?;
    actions.retain(|action| !overrides::is_unneeded(kind, action, |part| has_property(resource, part)));
    Some(actions)
}

/// As IAM knows it: all that a wildcard stands for, and nothing where IAM has no such action.
fn known(name: &str) -> Vec<String> {
    let Some((service, own)) = name.split_once(':') else { return Vec::new() };
    let service = service.to_ascii_lowercase();
    let spelt = |found: &iam::Action| match found.name {
        // What is no API operation is kept in small letters.
        small if small.bytes().all(|b| !b.is_ascii_uppercase()) && small.eq_ignore_ascii_case(own) => {
            format!("{service}:{own}")
        }
        name => format!("{service}:{name}"),
    };
    if own.contains('*') {
        return iam::matching(name).map(|(_, found)| spelt(found)).collect();
    }
    iam::action(name).map(|(_, found)| spelt(found)).into_iter().collect()
}

/// Whether a property at any depth has `part` in its name.
fn has_property(resource: &Resource, part: &str) -> bool {
    fn within(value: &Value, part: &str) -> bool {
        match value {
            Value::Map(map) => map.iter().any(|(key, value)| key.contains(part) || within(value, part)),
            Value::List(list) => list.iter().any(|value| within(value, part)),
            _ => false,
        }
    }
    resource.properties().iter().any(|(key, value)| key.contains(part) || within(value, part))
}
