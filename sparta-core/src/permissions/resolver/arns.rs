//! The ARNs of a template's resources, in the forms that IAM lists.

use std::rc::Rc;

use sparta_schema::iam::{self, ArnFormat, ArnPart};

use super::{ANY, Resolver};
use crate::{
    cfn::{LogicalId, Resource},
    iam::{Arn, PARTITION},
    permissions::overrides,
};

impl<'a> Resolver<'a> {
    /// The ARNs of a resource itself; none where the registry does not tell which kind of ARN it has.
    pub(in crate::permissions) fn own_arns(&self, id: &'a LogicalId, resource: &'a Resource) -> Vec<String> {
        let types = self.own_types(resource.resource_type());
        let mut arns: Vec<String> = types.iter().flat_map(|it| self.arns_as(id, resource, it)).collect();
        arns.dedup();
        arns
    }

    /// What IAM calls a type's resources, looked up once for each type.
    fn own_types(&self, kind: &'a str) -> Rc<[&'static iam::Resource]> {
        let look = || {
            let handlers = sparta_schema::resource_type(kind).and_then(|kind| kind.handlers());
            let actions = handlers.into_iter().flat_map(|it| it.create.iter().chain(&it.delete));
            let mut services = actions.filter_map(|action| Some(action.split_once(':')?.0)).collect::<Vec<_>>();
            services.dedup();
            let resources = services.iter().filter_map(|service| iam::service(service)).flat_map(|it| it.resources());
            resources.filter(|it| is_own(kind, it.name)).collect()
        };
        self.own_types.borrow_mut().entry(kind).or_insert_with(look).clone()
    }

    /// The ARNs of a resource as one of IAM's types.
    pub(in crate::permissions) fn arns_as(
        &self,
        id: &'a LogicalId,
        resource: &'a Resource,
        kind: &iam::Resource,
    ) -> Vec<String> {
        let names = self.names(id, resource);
        let formats = formats(resource.resource_type(), kind);
        formats.flat_map(|format| names.iter().map(move |name| self.filled(format, name))).collect()
    }

    /// All resources of one of IAM's types, as far as they can concern CloudFormation's type `of`.
    pub(in crate::permissions) fn all_arns(&self, of: &str, kind: &iam::Resource) -> impl Iterator<Item = String> {
        formats(of, kind).map(|format| self.filled(format, ANY))
    }

    /// An ARN with a name where its format ends with a variable.
    fn filled(&self, format: ArnFormat, name: &str) -> String {
        let last = match format.parts().last() {
            Some(ArnPart::Variable(name)) => Some(name),
            _ => None,
        };
        format.fill(|variable| match variable {
            "Partition" => PARTITION,
            "Region" => self.region,
            "Account" => self.account,
            variable if Some(variable) == last => name,
            _ => ANY,
        })
    }
}

fn formats(of: &str, kind: &iam::Resource) -> impl Iterator<Item = ArnFormat> {
    kind.arns.iter().copied().filter(move |format| !overrides::is_foreign_format(of, format.as_str()))
}

/// Whether resources of a type are what IAM calls so.
pub(in crate::permissions) fn is_own(kind: &str, resource: &str) -> bool {
    if let Some(own) = overrides::own_resources(kind) {
        return own.iter().any(|own| own.eq_ignore_ascii_case(resource));
    }
    let mut rest = plain(resource);
    let begins = plain(kind.rsplit(':').next().unwrap_or_default()).all(|byte| rest.next() == Some(byte));
    begins && rest.next().is_none_or(|byte| byte == b's' && rest.next().is_none())
}

fn plain(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// Whether an ARN is one of IAM's type.
pub(in crate::permissions) fn is_of(arn: &str, kind: &iam::Resource) -> bool {
    let Some(arn) = Arn::parse(arn) else { return false };
    kind.arns.iter().filter_map(|format| Arn::parse(format.as_str())).any(|format| {
        let start = format.resource.split("${").next().unwrap_or_default();
        format.service == arn.service && arn.resource.starts_with(start)
    })
}
