//! Whom a resource acts as or on: roles that it works with, functions that it invokes, identities that it names.

use std::{collections::BTreeSet, ptr, rc::Rc};

use super::{
    overrides,
    resolver::{Named, Resolver, is_unknown},
    values::alternatives,
};
use crate::{
    cfn::{Resource, Value},
    iam::{Arn, split_colon},
};

/// Roles and the like that a resource's properties refer to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Principals {
    pub(super) arns: BTreeSet<String>,
    /// The properties whose value is only known once it is deployed.
    pub(super) unknown: Vec<String>,
    /// The properties that name somebody who is not in the template.
    pub(super) foreign: Vec<String>,
}

impl Principals {
    fn add_unknown(&mut self, path: &str) {
        if !self.unknown.iter().any(|it| it == path) {
            self.unknown.push(path.to_owned());
        }
    }
}

/// The roles that a resource works with.
pub(super) fn roles<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> Rc<Principals> {
    resolver.roles.get(ptr::from_ref(resource), || Rc::new(find_roles(resolver, resource)))
}

fn find_roles<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> Principals {
    let mut principals = named(resolver, resource, "role");
    let (leaves, texts) = (resolver.leaves(resource), resolver.texts(resource));
    for (leaf, text) in leaves.iter().zip(&*texts).filter(|(leaf, _)| !leaf.user_keyed) {
        let mut own = own(resolver, &leaf.referred, &["AWS::IAM::Role"]);
        let profiles = leaf.referred.iter().filter(|(_, it)| it.resource_type() == "AWS::IAM::InstanceProfile");
        for (id, profile) in profiles {
            own.extend(resolver.guarded(id, || roles(resolver, profile)).unwrap_or_default().arns.clone());
        }
        if !own.is_empty() {
            principals.arns.extend(own);
        } else if overrides::is_role_property(leaf.name, leaf.parent) {
            let is_role = Arn::parse(text).is_some_and(|arn| arn.resource.starts_with("role/"));
            match is_role && !is_unknown(leaf.value, text) {
                true => _ = principals.arns.insert(text.to_string()),
                false if is_unknown(leaf.value, text) => principals.add_unknown(&leaf.path),
                false => {}
            }
        }
    }
    principals
}

/// The roles, users or groups, as IAM calls them, that a resource of IAM's own names besides itself.
pub(super) fn named<'a>(resolver: &Resolver<'a>, resource: &'a Resource, kind: &str) -> Principals {
    let mut principals = Principals::default();
    let Some((_, own_kind, properties)) = IDENTITIES.iter().find(|(name, ..)| *name == kind) else { return principals };
    if !resource.resource_type().starts_with("AWS::IAM::") || resource.resource_type() == *own_kind {
        return principals;
    }
    let (leaves, texts) = (resolver.leaves(resource), resolver.texts(resource));
    let leaves = leaves.iter().zip(&*texts);
    for (leaf, text) in leaves.filter(|(leaf, _)| leaf.parent.is_empty() && properties.contains(&leaf.name)) {
        let own = own(resolver, &leaf.referred, &[own_kind]);
        if !own.is_empty() {
            principals.arns.extend(own);
        } else if is_unknown(leaf.value, text) {
            principals.add_unknown(&leaf.path);
        } else if !text.is_empty() {
            principals.arns.insert(resolver.arn("iam", &format!("{kind}/{text}")));
            principals.foreign.push(leaf.path.clone());
        }
    }
    principals
}

/// What IAM and CloudFormation call those who have rights, and the properties that other resources name them in.
const IDENTITIES: [(&str, &str, [&str; 2]); 3] = [
    ("role", "AWS::IAM::Role", ["RoleName", "Roles"]),
    ("user", "AWS::IAM::User", ["UserName", "Users"]),
    ("group", "AWS::IAM::Group", ["GroupName", "Groups"]),
];

/// The functions that a resource of Lambda's is about.
pub(super) fn functions<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> Principals {
    let mut principals = Principals::default();
    for leaf in
        resolver.leaves(resource).iter().filter(|leaf| matches!(leaf.name, "FunctionName" | "TargetFunctionArn"))
    {
        match function(resolver, leaf.value, &leaf.referred) {
            Some(arns) => principals.arns.extend(arns),
            None => principals.add_unknown(&leaf.path),
        }
    }
    principals
}

/// What provides a custom resource.
pub(super) fn providers<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> Principals {
    let mut principals = Principals::default();
    for token in alternatives(resource.properties().get("ServiceToken")) {
        let referred = resolver.referred([token]);
        let topics = own(resolver, &referred, &["AWS::SNS::Topic"]);
        let text = resolver.text(token);
        match function(resolver, token, &referred) {
            _ if !topics.is_empty() => principals.arns.extend(topics),
            _ if Arn::parse(&text).is_some() && !is_unknown(token, &text) => _ = principals.arns.insert(text),
            Some(arns) => principals.arns.extend(arns),
            None => principals.add_unknown("ServiceToken"),
        }
    }
    principals
}

/// The ARNs of a function, and of its versions and aliases, by its name or any of these ARNs; `None` where only AWS knows
/// it.
fn function<'a>(resolver: &Resolver<'a>, value: &Value, referred: &[Named<'a>]) -> Option<BTreeSet<String>> {
    let own = own(resolver, referred, &["AWS::Lambda::Function"]);
    if !own.is_empty() {
        return Some(own);
    }
    for (id, part) in referred {
        if matches!(part.resource_type(), "AWS::Lambda::Alias" | "AWS::Lambda::Version") {
            let of_part = resolver.guarded(id, || functions(resolver, part))?;
            return of_part.unknown.is_empty().then_some(of_part.arns);
        }
    }
    let text = resolver.text(value);
    if is_unknown(value, &text) {
        return None;
    }
    let name = text.rsplit_once(":function:").map_or(text.as_str(), |(_, name)| name);
    let name = format!("function:{}", split_colon(name).map_or(name, |(name, _)| name));
    let arn = match Arn::parse(&text).filter(|arn| arn.service == "lambda") {
        Some(arn) => Arn { resource: &name, ..arn }.to_string(),
        None => resolver.arn("lambda", &name),
    };
    Some([format!("{arn}:*"), arn].into())
}

/// The ARNs of those of the template's resources that are of some types.
fn own<'a>(resolver: &Resolver<'a>, referred: &[Named<'a>], kinds: &[&str]) -> BTreeSet<String> {
    let found = referred.iter().filter(|(_, it)| kinds.contains(&it.resource_type()));
    found.flat_map(|(id, it)| resolver.own_arns(id, it)).collect()
}
