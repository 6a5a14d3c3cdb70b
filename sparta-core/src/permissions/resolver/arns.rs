//! The ARNs of a template's resources, in the forms that IAM lists.

use std::{ptr, rc::Rc};

use sparta_schema::iam::{self, ArnFormat, ArnPart};

use super::{ANY, Resolver, generated::Naming, tags, variables};
use crate::{
    cfn::{LogicalId, Resource, Value},
    iam::{Arn, PARTITION},
    permissions::{
        overrides,
        values::{alternatives, is_optional},
    },
};

impl<'a> Resolver<'a> {
    /// The ARNs of a resource itself; none where the registry does not tell which kind of ARN it has.
    pub(in crate::permissions) fn own_arns(&self, id: &'a LogicalId, resource: &'a Resource) -> Vec<String> {
        let types = self.looked.own_types(resource.resource_type());
        let mut arns: Vec<String> = types.iter().flat_map(|it| self.named(id, resource, it).to_vec()).collect();
        arns.dedup();
        arns
    }

    /// The ARNs that an action on a resource is about: more than one where a condition decides, or for its parts.
    pub(in crate::permissions) fn arns_as(
        &self,
        id: &'a LogicalId,
        resource: &'a Resource,
        kind: &iam::Resource,
    ) -> Vec<String> {
        let mut arns = self.named(id, resource, kind).to_vec();
        let service = arns.first().and_then(|arn| Arn::parse(arn)).map_or("", |arn| arn.service).to_owned();
        if let Some(end) = variables::of_parts(&service, kind.name) {
            let whole = arns.iter().filter(|arn| !arn.ends_with(ANY));
            arns.extend(whole.map(|arn| format!("{arn}{end}")).collect::<Vec<_>>());
        }
        arns
    }

    fn named(&self, id: &'a LogicalId, resource: &'a Resource, kind: &iam::Resource) -> Rc<[String]> {
        self.arns.get((ptr::from_ref(resource), ptr::from_ref(kind)), || {
            let formats = formats(resource.resource_type(), kind).filter(|it| self.is_possible(resource, *it));
            formats.flat_map(|format| self.filled(Some(id), resource, format)).collect()
        })
    }

    /// All resources of one of IAM's types that can concern a resource, as far as its properties tell which.
    pub(in crate::permissions) fn all_arns(
        &self,
        resource: &'a Resource,
        kind: &iam::Resource,
    ) -> impl Iterator<Item = String> {
        formats(resource.resource_type(), kind).flat_map(|format| self.filled(None, resource, format))
    }

    /// All resources of one of IAM's types.
    pub(in crate::permissions) fn any_arns(&self, kind: &iam::Resource) -> impl Iterator<Item = String> {
        kind.arns.iter().map(|format| format.fill(|variable| self.of_place(variable).unwrap_or(ANY)))
    }

    fn of_place(&self, variable: &str) -> Option<&'a str> {
        match variable {
            "Partition" => Some(PARTITION),
            "Region" => Some(self.region),
            "Account" => Some(self.account),
            _ => None,
        }
    }

    /// A format with what is known of each variable; `id` is the resource's own where it is one of these itself.
    fn filled(&self, id: Option<&'a LogicalId>, resource: &'a Resource, format: ArnFormat) -> Vec<String> {
        let service = format.as_str().split(':').nth(2).unwrap_or_default();
        // What comes behind the name of a stack is random.
        let is_name = |variable: &&str| self.of_place(variable).is_none() && *variable != "Id";
        let own = format.variables().filter(is_name).last();
        let mut arns = vec![String::new()];
        for part in format.parts() {
            let values = match part {
                ArnPart::Text(text) => vec![text.to_owned()],
                ArnPart::Variable(variable) => match (self.of_place(variable), id) {
                    (Some(place), _) => vec![place.to_owned()],
                    (None, Some(id)) if own == Some(variable) && Naming::of(resource.resource_type()).is_some() => {
                        self.names(id, resource).to_vec()
                    }
                    (None, Some(id)) if variable == tags::VARIABLE => self.encoded(id, resource),
                    (None, _) => self.of_variable(service, resource, variable),
                },
            };
            arns = arns.iter().flat_map(|arn| values.iter().map(move |value| format!("{arn}{value}"))).collect();
        }
        arns
    }

    /// What a resource's properties say of a variable: its parent's name or its own.
    pub(super) fn of_variable(&self, service: &str, resource: &'a Resource, variable: &str) -> Vec<String> {
        let any = || vec![ANY.to_owned()];
        let kind = resource.resource_type();
        let Some((property, default)) = variables::property(kind, variable) else { return any() };
        let value = resource.properties().get(property);
        let mut values: Vec<Option<String>> = alternatives(value)
            .into_iter()
            .map(|it| self.pin(it).or_else(|| self.in_arn(service, kind, variable, it)))
            .collect();
        if is_optional(value) {
            values.push(default.map(str::to_owned));
        }
        values.into_iter().collect::<Option<Vec<_>>>().unwrap_or_else(any)
    }

    fn in_arn(&self, service: &str, kind: &str, variable: &str, value: &Value) -> Option<String> {
        variables::in_arn(service, kind, variable, &self.text(value))
    }

    /// A rule is on the default bus or on another one.
    fn is_possible(&self, resource: &Resource, format: ArnFormat) -> bool {
        if resource.resource_type() != "AWS::Events::Rule" {
            return true;
        }
        let bus = resource.properties().get("EventBusName");
        let names: Vec<String> = alternatives(bus).into_iter().map(|it| self.text(it)).collect();
        let is_default = |name: &String| name == "default" || name.ends_with("event-bus/default");
        match format.variables().any(|it| it == "EventBusName") {
            false => is_optional(bus) || names.iter().any(|it| is_default(it) || it.contains(ANY)),
            true => names.iter().any(|it| !is_default(it)),
        }
    }
}

pub(super) fn formats(of: &str, kind: &iam::Resource) -> impl Iterator<Item = ArnFormat> {
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
