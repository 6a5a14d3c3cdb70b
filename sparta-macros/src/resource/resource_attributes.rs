//! What stands beside a resource's properties in a template, written among them.

use sparta_schema::ResourceType;

use super::{
    place::Mistakes,
    tree::{Entry, Node, Value},
};

/// Takes it out of the properties, where the type has none of that name, and says where it belongs.
pub(super) fn take_out(of: &ResourceType, properties: &mut Node, mistakes: &mut Mistakes) {
    let Value::Map(entries) = &mut properties.value else { return };
    let mut kept = Vec::new();
    for entry in std::mem::take(entries) {
        let meant = meant(&entry.key).filter(|_| of.properties().all(|name| name != entry.key));
        let Some(meant) = meant else {
            kept.push(entry);
            continue;
        };
        mistakes.push(entry.place, format!("`{}` is no property of {}: {meant}", entry.key, of.name()));
        if entry.key == "Properties" {
            kept.extend(entries_of(entry.value));
        }
    }
    *entries = kept;
}

fn meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "Condition" => "call `.condition(id)` on the resource",
        "CreationPolicy" => "call `.creation_policy(...)` on the resource",
        "DeletionPolicy" => "call `.retain()` or `.deletion_policy(...)` on the resource",
        "DependsOn" => "call `.depends_on(&other)` on the resource",
        "Metadata" => "call `.metadata(...)` on the resource",
        "UpdatePolicy" => "call `.update_policy(...)` on the resource",
        "UpdateReplacePolicy" => "call `.update_replace_policy(...)` on the resource",
        "Properties" => "the braces after the type are the properties",
        "Type" => "the type is what stands before the braces",
        _ => return None,
    })
}

fn entries_of(node: Node) -> Vec<Entry> {
    match node.value {
        Value::Map(entries) => entries,
        _ => Vec::new(),
    }
}
