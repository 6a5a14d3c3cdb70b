use sparta_schema::iam;

use super::{
    names,
    place::{ANY, Place},
    reviewed,
};
use crate::cfn::{LogicalId, Resource};

/// The ARNs of a resource itself; none where the registry does not tell which kind of ARN it has.
pub(super) fn own(place: &Place<'_>, id: &LogicalId, resource: &Resource) -> Vec<String> {
    let handlers = sparta_schema::resource_type(resource.resource_type()).and_then(|kind| kind.handlers());
    let actions = handlers.into_iter().flat_map(|it| it.create.iter().chain(&it.delete));
    let mut services = actions.filter_map(|action| Some(action.split_once(':')?.0)).collect::<Vec<_>>();
    services.dedup();
    let resources = services.iter().filter_map(|service| iam::service(service)).flat_map(|it| it.resources());
    let types = resources.filter(|it| is_own(resource.resource_type(), it.name));
    let mut arns: Vec<String> = types.flat_map(|it| of(place, id, resource, it)).collect();
    arns.dedup();
    arns
}

/// The ARNs of a resource as one of IAM's types.
pub(super) fn of(place: &Place<'_>, id: &LogicalId, resource: &Resource, kind: &iam::Resource) -> Vec<String> {
    let names = names::names(place, id, resource);
    formats(resource.resource_type(), kind).flat_map(|format| names.iter().map(|name| fill(format, name))).collect()
}

/// All resources of one of IAM's types, as far as they can concern CloudFormation's type `of`.
pub(super) fn all(of: &str, kind: &iam::Resource) -> impl Iterator<Item = String> {
    formats(of, kind).map(|format| fill(format, ANY))
}

fn formats(of: &str, kind: &iam::Resource) -> impl Iterator<Item = &'static str> {
    kind.arns.iter().copied().filter(move |format| !reviewed::is_foreign_format(of, format))
}

/// Whether resources of a type are what IAM calls so.
pub(super) fn is_own(kind: &str, resource: &str) -> bool {
    if let Some(own) = reviewed::own_resources(kind) {
        return own.iter().any(|own| own.eq_ignore_ascii_case(resource));
    }
    let (last, resource) = (plain(kind.rsplit("::").next().unwrap_or_default()), plain(resource));
    resource == last || resource.strip_suffix('s') == Some(&last)
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `arn:${Partition}:lambda:${Region}:${Account}:function:.*` with a name where `.*` stands.
fn fill(format: &str, name: &str) -> String {
    let pseudo =
        [("${Partition}", "${AWS::Partition}"), ("${Region}", "${AWS::Region}"), ("${Account}", "${AWS::AccountId}")];
    let arn = pseudo.iter().fold(format.to_owned(), |arn, (from, to)| arn.replace(from, to));
    match arn.strip_suffix(".*") {
        Some(start) => start.replace(".*", ANY) + name,
        None => arn.replace(".*", ANY),
    }
}

/// Whether an ARN is one of IAM's type.
pub(super) fn is_of(arn: &str, kind: &iam::Resource) -> bool {
    let parts = |arn: &str| -> Option<(String, String)> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, resource) = (parts.next()?.to_owned(), parts.nth(2)?.to_owned());
        Some((service, resource))
    };
    let Some((service, resource)) = arn.starts_with("arn:").then(|| parts(&plain_arn(arn))).flatten() else {
        return false;
    };
    kind.arns.iter().any(|format| {
        parts(&plain_arn(format)).is_some_and(|(of, start)| {
            of == service && resource.starts_with(start.split(".*").next().unwrap_or_default())
        })
    })
}

/// Without the colons of pseudo parameters.
fn plain_arn(arn: &str) -> String {
    arn.replace("AWS::", "")
}
