//! The resources that an action is required on.

use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam;

use super::{
    actions::Listed,
    binding::{self, By, Target},
    overrides, principals,
    resolver::{ANY, Resolver, is_of, is_own, is_unknown},
    values::alternatives,
};
use crate::{
    cfn::{LogicalId, Resource, Value},
    iam::PARTITION,
};

/// What an action is required on.
pub(super) enum Targets {
    /// These, which may be none.
    Known(BTreeSet<Target>),
    /// It would be everything, and must not be.
    Unknown,
}

impl Targets {
    /// What can only be what it is called.
    fn certain(arns: BTreeSet<String>) -> Self {
        Self::Known(arns.into_iter().map(|arn| Target { arn, by: By::Arn }).collect())
    }
}

/// What an action of a resource's handlers is on: the resource itself, or what its properties refer to.
pub(super) fn of<'a>(resolver: &Resolver<'a>, id: &'a LogicalId, resource: &'a Resource, listed: &Listed) -> Targets {
    let action = listed.action.as_str();
    match action {
        "iam:PassRole" => return Targets::certain(principals::roles(resolver, resource).arns.clone()),
        "iam:GetRole" if resource.resource_type() != "AWS::IAM::Role" => {
            return Targets::certain(principals::roles(resolver, resource).arns.clone());
        }
        "iam:CreateServiceLinkedRole" => return Targets::certain([resolver.arn("iam", SERVICE_LINKED)].into()),
        "s3:GetObject" => return Targets::certain(objects(resolver, resource, false)),
        "s3:GetObjectVersion" => return Targets::certain(objects(resolver, resource, true)),
        // What describes all there is.
        _ if action.contains(ANY) => return Targets::certain([ANY.to_owned()].into()),
        _ => {}
    }
    let Some(found) = listed.found else { return Targets::certain(BTreeSet::new()) };
    let types = &listed.types;
    let everything = overrides::ON_EVERYTHING.iter().any(|(name, _)| *name == action);
    let is_bounded = overrides::bounding_key(action).is_some();
    if is_bounded && principals::functions(resolver, resource).arns.is_empty() {
        return Targets::Unknown;
    }
    if types.is_empty() || everything {
        let by = if is_bounded { By::Arn } else { binding::of_everything(found.1) };
        return Targets::Known([Target { arn: ANY.to_owned(), by }].into());
    }
    let asked = Asked { resolver, id, resource, action, found, is_bounded };
    if overrides::is_with_named(action) {
        let own = asked.among(id, resource, types).into_iter();
        return Targets::Known(own.chain(asked.named(types)).collect());
    }
    if !overrides::is_for_each_type(action) {
        return asked.of_types(types);
    }
    let own = asked.among(id, resource, types);
    let is_bound = !own.is_empty() && own.iter().all(|target| target.by != By::Nothing);
    let each = types.iter().map(|it| asked.of_types(&[it]));
    each.fold(Targets::Known(BTreeSet::new()), |all, one| match (all, one) {
        (Targets::Known(mut all), Targets::Known(one)) => {
            // Each resource that a call is about has to be allowed, so that what binds one of them binds the call.
            all.extend(one.into_iter().map(|it| if is_bound && it.by == By::Nothing { it.bound() } else { it }));
            Targets::Known(all)
        }
        _ => Targets::Unknown,
    })
}

const SERVICE_LINKED: &str = "role/aws-service-role/*";

/// An action of a resource's handlers that can be granted on some of IAM's types.
struct Asked<'r, 'a> {
    resolver: &'r Resolver<'a>,
    id: &'a LogicalId,
    resource: &'a Resource,
    action: &'r str,
    found: (&'static iam::Service, &'static iam::Action),
    /// Whether a condition of its own bounds it.
    is_bounded: bool,
}

impl<'a> Asked<'_, 'a> {
    /// The resource itself if it is of one of IAM's types, or else what is named of them, or else all of them.
    fn of_types(&self, types: &[&'static iam::Resource]) -> Targets {
        let (resource, action) = (self.resource, self.action);
        let own = match overrides::is_on_others(resource.resource_type(), action) {
            true => BTreeSet::new(),
            false => self.among(self.id, resource, types),
        };
        if !own.is_empty() {
            return Targets::Known(own);
        }
        let others: BTreeSet<String> = match action.split_once(':').map(|(service, _)| service) {
            Some("iam") => {
                types.iter().flat_map(|it| principals::named(self.resolver, resource, it.name).arns).collect()
            }
            Some("lambda") if types.iter().any(|it| it.name == "function") => {
                principals::functions(self.resolver, resource).arns
            }
            _ => BTreeSet::new(),
        };
        if !others.is_empty() {
            return Targets::certain(others);
        }
        let others = self.named(types);
        if !others.is_empty() {
            return Targets::Known(others);
        }
        if !overrides::is_never_on_all(action) {
            return Targets::Known(self.all(types));
        }
        let kind = resource.resource_type();
        let is_identity = kind.starts_with("AWS::IAM::") && kind != "AWS::IAM::ServiceLinkedRole";
        match action.starts_with("iam:") {
            // A policy without users gives rights to none.
            true if is_identity => Targets::Known(BTreeSet::new()),
            // Other services' handlers are about roles that AWS makes for itself.
            true if types.iter().any(|it| it.name == "role") => {
                Targets::certain([self.resolver.arn("iam", SERVICE_LINKED)].into())
            }
            _ => Targets::Unknown,
        }
    }

    /// A resource of the template as those of IAM's types that it is.
    fn among(&self, id: &'a LogicalId, resource: &'a Resource, types: &[&'static iam::Resource]) -> BTreeSet<Target> {
        let own = types.iter().filter(|it| is_own(resource.resource_type(), it.name));
        let arns = own.flat_map(|it| self.resolver.arns_as(id, resource, it).into_iter().map(move |arn| (*it, arn)));
        arns.map(|(kind, arn)| {
            self.target(kind, Some(resource.resource_type()), id == self.id || self.makes_apart(), arn)
        })
        .collect()
    }

    /// Whether what the action makes, if it makes something, is no part of what is there: it is of another service, or the
    /// resource itself.
    fn makes_apart(&self) -> bool {
        let kind = self.resource.resource_type();
        let is_own_service = sparta_schema::resource_type(kind).and_then(|it| it.handlers()).is_some_and(|handlers| {
            let own = kind.split("::").nth(1).unwrap_or_default();
            let prefix = self.found.0.prefix();
            own.eq_ignore_ascii_case(prefix)
                || handlers.create.first().is_some_and(|it| it.starts_with(&format!("{prefix}:")))
        });
        let mut on = self.found.0.resources_of(self.found.1);
        !is_own_service || on.any(|it| is_own(kind, it.name))
    }

    fn all(&self, types: &[&'static iam::Resource]) -> BTreeSet<Target> {
        let kind = self.resource.resource_type();
        // A part of an API has its tags, or is bound by its id.
        let of = (overrides::inherits_tags(kind) || overrides::is_in_parent(kind, "")).then_some(kind);
        let makes = self.makes_apart();
        let mut found = BTreeSet::new();
        for it in types {
            for arn in self.resolver.all_arns(self.resource, it) {
                if of.is_some() && !arn.ends_with(ANY) {
                    found.insert(self.target(it, of, makes, format!("{arn}/*")));
                }
                found.insert(self.target(it, of, makes, arn));
            }
        }
        found
    }

    fn target(&self, kind: &iam::Resource, of: Option<&'a str>, makes: bool, arn: String) -> Target {
        let by = match self.is_bounded {
            true => By::Arn,
            false => binding::of(self.resolver, self.found, kind, of, makes, &arn),
        };
        Target { arn, by }
    }

    /// What of IAM's types the properties refer to, have the ARN of, or name.
    fn named(&self, types: &[&'static iam::Resource]) -> BTreeSet<Target> {
        let (resolver, resource) = (self.resolver, self.resource);
        let neighbours = resolver.neighbours(resource);
        let mut found: BTreeSet<Target> = neighbours.iter().flat_map(|(id, it)| self.among(id, it, types)).collect();
        let certain = |arn: String| Target { arn, by: By::Arn };
        if types.iter().any(|it| it.name == "hostedzone") {
            found.extend(self.zones().unwrap_or_default().into_iter().map(certain));
        }
        // The ARN of a role that a resource works with is no reason to change that role.
        let changes_identities = self.action.starts_with("iam:") && overrides::is_never_on_all(self.action);
        let (leaves, texts) = (resolver.leaves(resource), resolver.texts(resource));
        for (leaf, text) in leaves.iter().zip(&*texts).filter(|(leaf, _)| !leaf.user_keyed && !changes_identities) {
            if types.iter().any(|it| is_of(text, it)) {
                // An ARN with the id of a resource of the template is that resource.
                let is_there = is_unknown(leaf.value, text) && found.iter().any(|it| iam::is_like(text, &it.arn));
                if !is_there {
                    found.insert(certain(text.to_string()));
                }
            } else if types.iter().any(|it| it.name == "key") && is_key(leaf.name, text) {
                found.insert(certain(resolver.arn("kms", &format!("key/{text}"))));
            } else if matches!(leaf.name, "Bucket" | "BucketName")
                && !text.contains(':')
                && !is_unknown(leaf.value, text)
                && types.iter().any(|it| it.name == "bucket")
            {
                found.insert(certain(resolver.arn("s3", text)));
            }
        }
        found
    }

    /// The zones that the properties name, where all of them are known. The zone of an alias's target is AWS's.
    fn zones(&self) -> Option<Vec<String>> {
        let leaves = self.resolver.leaves(self.resource);
        let zones = leaves.iter().filter(|leaf| leaf.name == "HostedZoneId" && leaf.parent != "AliasTarget");
        // Zones are in no region and in no account.
        let arn = |text: String| format!("arn:{PARTITION}:route53:::hostedzone/{text}");
        zones
            .map(|leaf| {
                let text = self.resolver.text(leaf.value);
                (!is_unknown(leaf.value, &text)).then(|| arn(text.trim_start_matches("/hostedzone/").to_owned()))
            })
            .collect()
    }
}

/// Whether a property's value is the id of a key of KMS: a UUID, or that of a key of several regions.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-id>.
fn is_key(property: &str, text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let is_id = match text.strip_prefix("mrk-") {
        Some(id) => id.len() == 32 && is_hex(id),
        None => text.len() == 36 && is_hex(text),
    };
    property.contains("Key") && is_id
}

/// The objects that a resource is made of: properties `S3Bucket` and `S3Key`, or `Bucket` and `Key`, beside each other, or the
/// address of one.
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
        if let Some(truststore) = map.get("TruststoreUri") {
            let text = resolver.text(truststore);
            let object = text.strip_prefix("s3://").map_or_else(|| format!("{ANY}/{ANY}"), str::to_owned);
            objects.insert(resolver.arn("s3", &object));
        }
    });
    objects
}

/// The objects that a nested stack's template is in, as far as its address is known.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>.
pub(super) fn templates(resolver: &Resolver<'_>, resource: &Resource) -> BTreeSet<String> {
    let addresses = alternatives(resource.properties().get("TemplateURL")).into_iter();
    let objects = addresses.filter_map(|address| {
        let text = resolver.text(address);
        let (host, path) = text.strip_prefix("https://")?.split_once('/')?;
        let object = match host.split_once(".s3.").or_else(|| host.split_once(".s3-")) {
            Some((bucket, _)) => format!("{bucket}/{path}"),
            None => path.to_owned(),
        };
        let bucket = object.split('/').next()?;
        (!bucket.contains(ANY) && !text.contains("{{resolve:")).then(|| resolver.arn("s3", &object))
    });
    objects.collect()
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
