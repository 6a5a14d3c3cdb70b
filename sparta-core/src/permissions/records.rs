//! The records that a resource changes in a hosted zone, where others have records too.

use super::{
    condition::Condition,
    resolver::{ANY, Resolver, is_unknown},
};
use crate::cfn::Resource;

/// What changes records of a zone.
pub(super) const CHANGE: &str = "route53:ChangeResourceRecordSets";

/// The condition that bounds a change of a zone to the resource's own records, where their names are known.
///
/// See <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html>.
pub(super) fn condition<'a>(resolver: &Resolver<'a>, resource: &'a Resource) -> Option<Condition> {
    // CloudFormation validates a certificate by a record whose name AWS makes up, below the domain's.
    let (property, start) = match resource.resource_type() {
        "AWS::Route53::RecordSet" => ("Name", ""),
        "AWS::CertificateManager::Certificate" => ("DomainName", "_*."),
        _ => return None,
    };
    let (leaves, texts) = (resolver.leaves(resource), resolver.texts(resource));
    let named = leaves.iter().zip(&*texts).filter(|(leaf, _)| leaf.name == property);
    let names = named.map(|(leaf, text)| {
        let is_known = !is_unknown(leaf.value, text) && !text.contains(ANY);
        is_known.then(|| format!("{start}{}", normalized(text)))
    });
    let names = names.collect::<Option<Vec<String>>>().filter(|names| !names.is_empty())?;
    Some(Condition::new("ForAllValues:StringLike", "route53:ChangeResourceRecordSetsNormalizedRecordNames", names))
}

/// A name as Route 53 compares it. What is substituted later stays as it is.
fn normalized(name: &str) -> String {
    let name = name.trim_end_matches('.');
    if name.contains("${") { name.to_owned() } else { name.to_ascii_lowercase() }
}
