//! The resources that an action is required on.

use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    overrides, principals,
    resolver::{Resolver, is_of, is_own, is_unknown},
    values::leaves,
};
use crate::cfn::{LogicalId, Resource, Value};

/// What an action is required on.
pub(super) enum Targets {
    /// These, which may be none.
    Known(BTreeSet<String>),
    /// It would be everything, and must not be.
    Unknown,
}

/// What an action of a resource's handlers is on: the resource itself, or what its properties refer to.
pub(super) fn of<'a>(resolver: &Resolver<'a>, id: &'a LogicalId, resource: &'a Resource, action: &str) -> Targets {
    match action {
        "iam:PassRole" => return Targets::Known(principals::roles(resolver, resource).arns),
        "iam:GetRole" if resource.resource_type() != "AWS::IAM::Role" => {
            return Targets::Known(principals::roles(resolver, resource).arns);
        }
        "iam:CreateServiceLinkedRole" => return Targets::Known([resolver.arn("iam", SERVICE_LINKED)].into()),
        "s3:GetObject" => return Targets::Known(objects(resolver, resource, false)),
        "s3:GetObjectVersion" => return Targets::Known(objects(resolver, resource, true)),
        _ => {}
    }
    let Some((service, found)) = iam::action(action) else { return Targets::Known(BTreeSet::new()) };
    let types: Vec<&iam::Resource> = service.resources_of(found).collect();
    let everything = overrides::ON_EVERYTHING.iter().any(|(name, _)| *name == action);
    if overrides::bounding_key(action).is_some() && principals::functions(resolver, resource).arns.is_empty() {
        return Targets::Unknown;
    }
    if types.is_empty() || everything {
        return Targets::Known(["*".to_owned()].into());
    }
    if !overrides::is_for_each_type(action) {
        return of_types(resolver, id, resource, action, &types);
    }
    let each = types.iter().map(|it| of_types(resolver, id, resource, action, &[it]));
    each.fold(Targets::Known(BTreeSet::new()), |all, one| match (all, one) {
        (Targets::Known(mut all), Targets::Known(one)) => {
            all.extend(one);
            Targets::Known(all)
        }
        _ => Targets::Unknown,
    })
}

const SERVICE_LINKED: &str = "role/aws-service-role/*";

/// The resource itself if it is of one of IAM's types, or else what is named of them, or else all of them.
fn of_types<'a>(
    resolver: &Resolver<'a>,
    id: &'a LogicalId,
    resource: &'a Resource,
    action: &str,
    types: &[&iam::Resource],
) -> Targets {
    let among = |id: &'a LogicalId, resource: &'a Resource| -> BTreeSet<String> {
        let own = types.iter().filter(|it| is_own(resource.resource_type(), it.name));
        own.flat_map(|it| resolver.arns_as(id, resource, it)).collect()
    };
    let own = among(id, resource);
    if !own.is_empty() {
        return Targets::Known(own);
    }
    let others = match action.split_once(':').map(|(service, _)| service) {
        Some("iam") => types.iter().flat_map(|it| principals::named(resolver, resource, it.name).arns).collect(),
        Some("lambda") if types.iter().any(|it| it.name == "function") => {
            principals::functions(resolver, resource).arns
        }
        _ => BTreeSet::new(),
    };
    let others = if others.is_empty() { named(resolver, resource, action, types, &among) } else { others };
    if !others.is_empty() || !overrides::is_never_on_all(action) {
        let all = || types.iter().flat_map(|it| resolver.all_arns(resource.resource_type(), it)).collect();
        return Targets::Known(if others.is_empty() { all() } else { others });
    }
    let is_identity =
        resource.resource_type().starts_with("AWS::IAM::") && resource.resource_type() != "AWS::IAM::ServiceLinkedRole";
    match action.starts_with("iam:") {
        // A policy without users gives rights to none.
        true if is_identity => Targets::Known(BTreeSet::new()),
        // Other services' handlers are about roles that AWS makes for itself.
        true if types.iter().any(|it| it.name == "role") => {
            Targets::Known([resolver.arn("iam", SERVICE_LINKED)].into())
        }
        _ => Targets::Unknown,
    }
}

/// What of IAM's types the properties refer to, have the ARN of, or name.
fn named<'a>(
    resolver: &Resolver<'a>,
    resource: &'a Resource,
    action: &str,
    types: &[&iam::Resource],
    among: &impl Fn(&'a LogicalId, &'a Resource) -> BTreeSet<String>,
) -> BTreeSet<String> {
    let neighbours = resolver.referred(resource.properties().values());
    let mut found: BTreeSet<String> = neighbours.into_iter().flat_map(|(id, resource)| among(id, resource)).collect();
    // The ARN of a role that a resource works with is no reason to change that role.
    let changes_identities = action.starts_with("iam:") && overrides::is_never_on_all(action);
    for leaf in leaves(resource).iter().filter(|leaf| !leaf.user_keyed && !changes_identities) {
        let text = resolver.text(leaf.value);
        if types.iter().any(|it| is_of(&text, it)) {
            found.insert(text);
        } else if matches!(leaf.name, "Bucket" | "BucketName")
            && !text.contains(':')
            && !is_unknown(leaf.value, &text)
            && types.iter().any(|it| it.name == "bucket")
        {
            found.insert(resolver.arn("s3", &text));
        }
    }
    found
}

/// The objects that a resource is made of: properties `S3Bucket` and `S3Key`, or `Bucket` and `Key`, beside each other.
fn objects(resolver: &Resolver<'_>, resource: &Resource, versioned: bool) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    each_map(resource.properties().values(), &mut |map| {
        for [bucket, key, version] in [["S3Bucket", "S3Key", "S3ObjectVersion"], ["Bucket", "Key", "Version"]] {
            let (Some(bucket), Some(key)) = (map.get(bucket), map.get(key)) else { continue };
            if !versioned || map.contains_key(version) {
                let object = format!("{}/{}", resolver.text(bucket), resolver.text(key));
                objects.insert(resolver.arn("s3", &object));
            }
        }
    });
    objects
}

fn each_map<'v>(values: impl Iterator<Item = &'v Value>, look: &mut impl FnMut(&BTreeMap<String, Value>)) {
    for value in values {
        match value {
            Value::Map(map) => {
                look(map);
                each_map(map.values(), look);
            }
            Value::List(list) => each_map(list.iter(), look),
            _ => {}
        }
    }
}
