use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    arns,
    given::{self, is_unknown},
    place::Place,
    reviewed,
    values::leaves,
};
use crate::cfn::{LogicalId, Resource, Value};

/// What an action is granted on.
pub(super) enum On {
    /// These, which may be none.
    These(BTreeSet<String>),
    /// It would be everything, and must not be.
    Unknown,
}

/// What an action of a resource's handlers is on: the resource itself, or what its properties refer to.
pub(super) fn of(place: &Place<'_>, id: &LogicalId, resource: &Resource, action: &str) -> On {
    match action {
        "iam:PassRole" => return On::These(given::roles(place, resource).arns),
        "iam:GetRole" if resource.resource_type() != "AWS::IAM::Role" => {
            return On::These(given::roles(place, resource).arns);
        }
        "iam:CreateServiceLinkedRole" => return On::These([SERVICE_LINKED.to_owned()].into()),
        "s3:GetObject" => return On::These(objects(place, resource, false)),
        "s3:GetObjectVersion" => return On::These(objects(place, resource, true)),
        _ => {}
    }
    let Some((service, found)) = iam::action(action) else { return On::These(BTreeSet::new()) };
    let types: Vec<&iam::Resource> = service.resources_of(found).collect();
    let everything = reviewed::ON_EVERYTHING.iter().any(|(name, _)| *name == action);
    if reviewed::bounding_key(action).is_some() && given::functions(place, resource).arns.is_empty() {
        return On::Unknown;
    }
    if types.is_empty() || everything {
        return On::These(["*".to_owned()].into());
    }
    if !reviewed::is_for_each_type(action) {
        return of_types(place, id, resource, action, &types);
    }
    let each = types.iter().map(|it| of_types(place, id, resource, action, &[it]));
    each.fold(On::These(BTreeSet::new()), |all, one| match (all, one) {
        (On::These(mut all), On::These(one)) => {
            all.extend(one);
            On::These(all)
        }
        _ => On::Unknown,
    })
}

const SERVICE_LINKED: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*";

/// The resource itself if it is of one of IAM's types, or else what is named of them, or else all of them.
fn of_types(place: &Place<'_>, id: &LogicalId, resource: &Resource, action: &str, types: &[&iam::Resource]) -> On {
    let among = |id: &LogicalId, resource: &Resource| -> BTreeSet<String> {
        let own = types.iter().filter(|it| arns::is_own(resource.resource_type(), it.name));
        own.flat_map(|it| arns::of(place, id, resource, it)).collect()
    };
    let own = among(id, resource);
    if !own.is_empty() {
        return On::These(own);
    }
    let others = match action.split_once(':').map(|(service, _)| service) {
        Some("iam") => types.iter().flat_map(|it| given::named(place, resource, it.name).arns).collect(),
        Some("lambda") if types.iter().any(|it| it.name == "function") => given::functions(place, resource).arns,
        _ => BTreeSet::new(),
    };
    let others = if others.is_empty() { named(place, resource, action, types, &among) } else { others };
    if !others.is_empty() || !reviewed::is_never_on_all(action) {
        let all = || types.iter().flat_map(|it| arns::all(resource.resource_type(), it)).collect();
        return On::These(if others.is_empty() { all() } else { others });
    }
    let is_identity =
        resource.resource_type().starts_with("AWS::IAM::") && resource.resource_type() != "AWS::IAM::ServiceLinkedRole";
    match action.starts_with("iam:") {
        // A policy without users gives rights to none.
        true if is_identity => On::These(BTreeSet::new()),
        // Other services' handlers are about roles that AWS makes for itself.
        true if types.iter().any(|it| it.name == "role") => On::These([SERVICE_LINKED.to_owned()].into()),
        _ => On::Unknown,
    }
}

/// What of IAM's types the properties refer to, have the ARN of, or name.
fn named(
    place: &Place<'_>,
    resource: &Resource,
    action: &str,
    types: &[&iam::Resource],
    among: &impl Fn(&LogicalId, &Resource) -> BTreeSet<String>,
) -> BTreeSet<String> {
    let mut found: BTreeSet<String> =
        place.neighbours(resource).into_iter().flat_map(|(id, resource)| among(id, resource)).collect();
    // The ARN of a role that a resource works with is no reason to change that role.
    let changes_identities = action.starts_with("iam:") && reviewed::is_never_on_all(action);
    for leaf in leaves(resource).iter().filter(|leaf| !leaf.free && !changes_identities) {
        let text = place.text(leaf.value);
        if types.iter().any(|it| arns::is_of(&text, it)) {
            found.insert(text);
        } else if matches!(leaf.name, "Bucket" | "BucketName")
            && !text.contains(':')
            && !is_unknown(leaf.value, &text)
            && types.iter().any(|it| it.name == "bucket")
        {
            found.insert(format!("arn:${{AWS::Partition}}:s3:::{text}"));
        }
    }
    found
}

/// The objects that a resource is made of: properties `S3Bucket` and `S3Key`, or `Bucket` and `Key`, beside each other.
fn objects(place: &Place<'_>, resource: &Resource, versioned: bool) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    each_map(resource.properties().values(), &mut |map| {
        for [bucket, key, version] in [["S3Bucket", "S3Key", "S3ObjectVersion"], ["Bucket", "Key", "Version"]] {
            let (Some(bucket), Some(key)) = (map.get(bucket), map.get(key)) else { continue };
            if !versioned || map.contains_key(version) {
                objects.insert(format!("arn:${{AWS::Partition}}:s3:::{}/{}", place.text(bucket), place.text(key)));
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
