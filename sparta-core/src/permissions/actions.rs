//! The actions that deploying a resource takes.

use std::{collections::BTreeSet, rc::Rc};

use sparta_schema::iam::{self, AccessLevel};

use super::overrides::{self, AddedOn, Unneeded};
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
    let added = added.into_iter().flatten().filter(|it| matches!(it.on, AddedOn::Own)).flat_map(|it| it.actions);
    let mut actions: BTreeSet<String> = handlers.chain(tags).chain(added).flat_map(|name| known(name)).collect();
    let wildcards: Vec<String> = actions.iter().filter(|it| it.contains('*')).cloned().collect();
    actions.retain(|it| it.contains('*') || !wildcards.iter().any(|wildcard| iam::is_like(wildcard, it)));
    Some(actions)
}

/// An action that a type's handlers list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) action: String,
    /// As IAM has it; `None` of a name with `*`.
    pub(super) found: Option<(&'static iam::Service, &'static iam::Action)>,
    /// What it can be granted on.
    pub(super) types: Vec<&'static iam::Resource>,
    /// Those by which a resource does without it.
    rules: Vec<&'static Unneeded>,
}

impl Listed {
    pub(super) fn of(kind: &str, action: String) -> Self {
        let found = iam::action(&action);
        let types = found.into_iter().flat_map(|(service, action)| service.resources_of(action)).collect();
        Self { rules: overrides::rules(kind, &action), found, types, action }
    }
}

/// Those of a type's listed actions that a resource with properties of these names needs.
pub(super) fn needed(names: &[&str], listed: &[Rc<Listed>]) -> Vec<Rc<Listed>> {
    let needed = listed.iter().filter(|listed| listed.rules.iter().all(|rule| rule.is_needed(names)));
    needed.cloned().collect()
}

/// The names of a resource's properties, at any depth, each once.
pub(super) fn names(resource: &Resource) -> Vec<&str> {
    let mut names = Vec::new();
    resource.properties().iter().for_each(|(name, value)| add_names(name, value, &mut names));
    names.extend(overrides::names_of_what_it_is_about(resource));
    names.sort_unstable();
    names.dedup();
    names
}

/// As IAM knows it: all that a wildcard stands for, and nothing where IAM has no such action. A wildcard for what only
/// describes stays one.
fn known(name: &str) -> Vec<String> {
    let name = overrides::as_iam_has_it(name).unwrap_or(name);
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
        let found: Vec<&iam::Action> = iam::matching(name).map(|(_, found)| found).collect();
        let reads = |it: &&iam::Action| matches!(it.access_level, AccessLevel::List | AccessLevel::Read);
        let describes = ["Describe", "List"].iter().any(|start| own.starts_with(start));
        return match describes && !found.is_empty() && found.iter().all(reads) {
            true => vec![name.to_owned()],
            false => found.into_iter().map(spelt).collect(),
        };
    }
    iam::action(name).map(|(_, found)| spelt(found)).into_iter().collect()
}

/// The names of properties at any depth.
fn add_names<'v>(name: &'v str, value: &'v Value, names: &mut Vec<&'v str>) {
    names.push(name);
    add_names_below(value, names);
}

fn add_names_below<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Map(map) => map.iter().for_each(|(name, value)| add_names(name, value, names)),
        Value::List(list) => list.iter().for_each(|value| add_names_below(value, names)),
        _ => {}
    }
}
