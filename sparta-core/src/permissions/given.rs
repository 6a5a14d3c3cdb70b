//! Whom a resource acts as, or acts on: the roles that it is given, the functions that it invokes, and the roles, users and
//! groups that a resource of IAM's names.

use std::collections::BTreeSet;

use super::{
    arns,
    place::{ANY, Place},
    reviewed,
    values::{alternatives, leaves},
};
use crate::cfn::{LogicalId, Resource, Value};

/// Roles and the like that a resource's properties refer to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Given {
    pub(super) arns: BTreeSet<String>,
    /// The properties whose value is only known once it is deployed.
    pub(super) unknown: Vec<String>,
    /// The properties that name somebody who is not in the template.
    pub(super) foreign: Vec<String>,
}

impl Given {
    fn is_unknown(&mut self, path: &str) {
        if !self.unknown.iter().any(|it| it == path) {
            self.unknown.push(path.to_owned());
        }
    }
}

/// The roles that a resource is given in order to work with them.
pub(super) fn roles(place: &Place<'_>, resource: &Resource) -> Given {
    let mut given = named(place, resource, "role");
    for leaf in leaves(resource).iter().filter(|leaf| !leaf.free) {
        let mut own = own(place, leaf.value, &["AWS::IAM::Role"]);
        for (_, profile) in
            referred(place, leaf.value).filter(|(_, it)| it.resource_type() == "AWS::IAM::InstanceProfile")
        {
            own.extend(roles(place, profile).arns);
        }
        let text = place.text(leaf.value);
        if !own.is_empty() {
            given.arns.extend(own);
        } else if reviewed::is_role_property(leaf.name, leaf.above) {
            match text.starts_with("arn:") && text.contains(":role/") && !is_unknown(leaf.value, &text) {
                true => _ = given.arns.insert(text),
                false if is_unknown(leaf.value, &text) => given.is_unknown(&leaf.path),
                false => {}
            }
        }
    }
    given
}

/// The roles, users or groups, as IAM calls them, that a resource of IAM's own names besides itself.
pub(super) fn named(place: &Place<'_>, resource: &Resource, kind: &str) -> Given {
    let mut given = Given::default();
    let Some((_, own_kind, properties)) = IDENTITIES.iter().find(|(name, ..)| *name == kind) else { return given };
    if !resource.resource_type().starts_with("AWS::IAM::") || resource.resource_type() == *own_kind {
        return given;
    }
    for leaf in leaves(resource).into_iter().filter(|leaf| leaf.above.is_empty() && properties.contains(&leaf.name)) {
        let own = own(place, leaf.value, &[own_kind]);
        let text = place.text(leaf.value);
        if !own.is_empty() {
            given.arns.extend(own);
        } else if is_unknown(leaf.value, &text) {
            given.is_unknown(&leaf.path);
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

/// The functions that a resource of Lambda's is about.
pub(super) fn functions(place: &Place<'_>, resource: &Resource) -> Given {
    let mut given = Given::default();
    for leaf in leaves(resource).iter().filter(|leaf| matches!(leaf.name, "FunctionName" | "TargetFunctionArn")) {
        match function(place, leaf.value) {
            Some(arns) => given.arns.extend(arns),
            None => given.is_unknown(&leaf.path),
        }
    }
    given
}

/// What provides a custom resource.
pub(super) fn providers(place: &Place<'_>, resource: &Resource) -> Given {
    let mut given = Given::default();
    for token in alternatives(resource.properties().get("ServiceToken")) {
        let topics = own(place, token, &["AWS::SNS::Topic"]);
        let text = place.text(token);
        match function(place, token) {
            _ if !topics.is_empty() => given.arns.extend(topics),
            _ if text.starts_with("arn:") && !is_unknown(token, &text) => _ = given.arns.insert(text),
            Some(arns) => given.arns.extend(arns),
            None => given.is_unknown("ServiceToken"),
        }
    }
    given
}

/// The ARNs of a function, and of its versions and aliases, by its name or any of these ARNs; `None` where only AWS knows
/// it.
fn function(place: &Place<'_>, value: &Value) -> Option<BTreeSet<String>> {
    let own = own(place, value, &["AWS::Lambda::Function"]);
    if !own.is_empty() {
        return Some(own);
    }
    for (_, part) in referred(place, value) {
        if matches!(part.resource_type(), "AWS::Lambda::Alias" | "AWS::Lambda::Version") {
            return Some(functions(place, part)).filter(|given| given.unknown.is_empty()).map(|given| given.arns);
        }
    }
    let text = place.text(value);
    if is_unknown(value, &text) {
        return None;
    }
    let name = text.rsplit_once(":function:").map_or(text.as_str(), |(_, name)| name);
    let name = name.split(':').next().unwrap_or_default();
    let start = match text.split_once(":function:") {
        Some((start, _)) if start.starts_with("arn:") => start,
        _ => "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}",
    };
    let arn = format!("{start}:function:{name}");
    Some([format!("{arn}:*"), arn].into())
}

/// The ARNs of the template's resources of some types that a value is made from.
fn own(place: &Place<'_>, value: &Value, kinds: &[&str]) -> BTreeSet<String> {
    let found = referred(place, value).filter(|(_, it)| kinds.contains(&it.resource_type()));
    found.flat_map(|(id, it)| arns::own(place, id, it)).collect()
}

fn referred<'a>(place: &Place<'a>, value: &Value) -> impl Iterator<Item = (&'a LogicalId, &'a Resource)> {
    let mut names = BTreeSet::new();
    value.references(&mut names);
    names.into_iter().filter_map(|name| place.resource(name)).collect::<Vec<_>>().into_iter()
}

/// Whether only AWS knows a value, of which `text` is what is known. A `*` in a plain text is one.
pub(super) fn is_unknown(value: &Value, text: &str) -> bool {
    text.contains("{{resolve:") || (value.as_function().is_some() && text.contains(ANY))
}
