//! Whom a resource acts as, or acts on, in IAM: the roles that it is given, and the roles and users that it names.

use std::collections::BTreeSet;

use super::{
    arns,
    place::{ANY, Place},
    values::{Leaf, leaves},
};
use crate::cfn::Resource;

/// Roles and the like that a resource's properties refer to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Given {
    pub(super) arns: BTreeSet<String>,
    /// The properties whose value is only known once it is deployed.
    pub(super) unknown: Vec<String>,
    /// The properties that name somebody who is not in the template.
    pub(super) foreign: Vec<String>,
}

/// The roles that a resource is given in order to work with them.
pub(super) fn roles(place: &Place<'_>, resource: &Resource) -> Given {
    let mut given = named(place, resource, "role");
    for leaf in leaves(resource).iter().filter(|leaf| leaf.name.contains("Role") || leaf.above.ends_with("Roles")) {
        let text = place.text(leaf.value);
        let own = own(place, leaf, "AWS::IAM::Role");
        if let Some((_, name)) = text.split_once(":role/")
            && (!name.contains(ANY) || own.iter().any(|arn| arn.ends_with(&format!(":role/{name}"))))
        {
            given.arns.insert(text);
        } else if !own.is_empty() {
            given.arns.extend(own);
        } else if is_unknown(&text) && !given.unknown.contains(&leaf.path) {
            given.unknown.push(leaf.path.clone());
        }
    }
    given
}

/// The roles, users or groups, as IAM calls them, that a resource of IAM's own names besides itself.
pub(super) fn named(place: &Place<'_>, resource: &Resource, kind: &str) -> Given {
    let mut given = Given::default();
    let Some((_, own_kind, properties)) = IDENTITIES.iter().find(|(name, ..)| *name == kind) else { return given };
    if !resource.kind().starts_with("AWS::IAM::") || resource.kind() == *own_kind {
        return given;
    }
    for leaf in leaves(resource).into_iter().filter(|leaf| leaf.above.is_empty() && properties.contains(&leaf.name)) {
        let own = own(place, &leaf, own_kind);
        let text = place.text(leaf.value);
        if !own.is_empty() {
            given.arns.extend(own);
        } else if is_unknown(&text) {
            given.unknown.push(leaf.path);
        } else if !text.is_empty() {
            given.arns.insert(format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{kind}/{text}"));
            given.foreign.push(leaf.path);
        }
    }
    given
}

/// What IAM and CloudFormation call those who have rights, and the properties that other resources name them in.
const IDENTITIES: [(&str, &str, [&str; 2]); 3] = [
    ("role", "AWS::IAM::Role", ["RoleName", "Roles"]),
    ("user", "AWS::IAM::User", ["UserName", "Users"]),
    ("group", "AWS::IAM::Group", ["GroupName", "Groups"]),
];

/// The ARNs of the template's resources of a type that a value is made from.
fn own(place: &Place<'_>, leaf: &Leaf<'_>, kind: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    leaf.value.references(&mut names);
    let found = names.into_iter().filter_map(|name| place.resource(name));
    found.filter(|(_, it)| it.kind() == kind).flat_map(|(id, it)| arns::own(place, id, it)).collect()
}

fn is_unknown(text: &str) -> bool {
    text.contains(ANY) || text.contains("{{resolve:")
}
