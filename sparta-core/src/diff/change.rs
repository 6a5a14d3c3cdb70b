//! Resources that are new, gone or changed, and what their changes do to them.

use std::collections::BTreeMap;

use serde::Serialize;
use sparta_schema::{ResourceType, resource_type};

use super::{
    compare,
    side::{Part, Side},
    text::{each_text, ids},
};
use crate::cfn::Value;

/// A resource that would be new, gone or another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Whether it is new, gone or changed.
    pub change: ChangeKind,
    /// The most that its changes do to it.
    pub effect: Effect,
    /// What of it changes; nothing where it is new or gone.
    pub properties: Vec<PropertyChange>,
}

/// Whether something is new, gone or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// What a change does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Nothing: only CloudFormation reads what changed, such as `DependsOn`.
    None,
    /// It is changed as it stands.
    Update,
    /// It is replaced in some cases, as the registry has it, or where another resource that it refers to gets another name.
    ConditionalReplacement,
    /// Another one is made, and this one is deleted unless its `UpdateReplacePolicy` keeps it.
    Replacement,
}

/// One value that would be another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChange {
    /// Where it is: `Properties.KeySchema[0].AttributeName`, the name of a parameter.
    pub path: String,
    /// What it is; `None` where it is not there. What CloudFormation or the type hides is `****`.
    pub old: Option<Value>,
    /// What it would be; `None` where it would not be there.
    pub new: Option<Value>,
    /// What it does to the resource.
    pub effect: Effect,
    /// The resource whose replacement changes what it refers to, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because_of: Option<String>,
}

/// The resources that differ.
pub(super) fn resources(before: &Side, after: &Side) -> Vec<ResourceChange> {
    let mut changes = BTreeMap::new();
    for (id, old) in &before.resources {
        match after.resources.get(id) {
            None => _ = changes.insert(id.as_str(), whole(id, old, ChangeKind::Removed)),
            Some(new) => changes.extend(changed(id, old, new).map(|change| (id.as_str(), change))),
        }
    }
    let added = after.resources.iter().filter(|(id, _)| !before.resources.contains_key(*id));
    changes.extend(added.map(|(id, new)| (id.as_str(), whole(id, new, ChangeKind::Added))));
    follow(before, after, &mut changes);
    changes.into_values().collect()
}

fn whole(id: &str, part: &Part, change: ChangeKind) -> ResourceChange {
    ResourceChange {
        logical_id: id.to_owned(),
        resource_type: part.kind.clone(),
        change,
        effect: Effect::None,
        properties: Vec::new(),
    }
}

fn changed(id: &str, old: &Part, new: &Part) -> Option<ResourceChange> {
    let mut properties = Vec::new();
    if old.kind != new.kind {
        let (old, new) = (Some(Value::from(old.kind.as_str())), Some(Value::from(new.kind.as_str())));
        let effect = Effect::Replacement;
        properties.push(PropertyChange { path: "Type".to_owned(), old, new, effect, because_of: None });
    }
    let known = resource_type(&new.kind);
    for difference in compare::differences(&old.properties, &new.properties) {
        let effect = known.map_or(Effect::Update, |known| difference.effect(known));
        properties.push(difference.change("Properties", effect, &new.kind));
    }
    for difference in compare::differences(&old.attributes, &new.attributes) {
        properties.push(difference.change("", Effect::None, &new.kind));
    }
    let effect = properties.iter().map(|property| property.effect).max()?;
    Some(ResourceChange { effect, properties, ..whole(id, new, ChangeKind::Changed) })
}

/// Follows references: what cannot be changed and refers to a resource that is replaced is replaced, too.
fn follow<'s>(before: &'s Side, after: &'s Side, changes: &mut BTreeMap<&'s str, ResourceChange>) {
    let mut replaced: Vec<String> = changes
        .values()
        .filter(|it| it.effect >= Effect::ConditionalReplacement)
        .map(|it| it.logical_id.clone())
        .collect();
    while let Some(source) = replaced.pop() {
        for (id, part) in &after.resources {
            let is_fixed = before.resources.contains_key(id)
                && changes.get(id.as_str()).is_none_or(|it| it.effect < Effect::ConditionalReplacement);
            let Some(known) = resource_type(&part.kind).filter(|_| is_fixed && *id != source) else { continue };
            let Some((path, value)) = refers(known, part, &source) else { continue };
            let change = changes.entry(id).or_insert_with(|| whole(id, part, ChangeKind::Changed));
            change.effect = Effect::ConditionalReplacement;
            change.properties.push(PropertyChange {
                path: format!("Properties.{path}"),
                old: Some(value.clone()),
                new: Some(value.clone()),
                effect: Effect::ConditionalReplacement,
                because_of: Some(source.clone()),
            });
            replaced.push(id.clone());
        }
    }
}

/// The first property at the top that cannot be changed and refers to a resource.
fn refers<'p>(known: &ResourceType, part: &'p Part, source: &str) -> Option<(&'p str, &'p Value)> {
    let Value::Map(properties) = &part.properties else { return None };
    let mut fixed = properties
        .iter()
        .filter(|(name, _)| known.create_only().iter().any(|path| path.split('.').next() == Some(name.as_str())));
    fixed.find_map(|(name, value)| {
        let mut found = false;
        each_text(value, &mut |text| found |= ids(text).any(|id| id == source));
        found.then_some((name.as_str(), value))
    })
}
