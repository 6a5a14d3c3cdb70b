//! How much the resource of a statement is about: what it names, or all of a type.

use sparta_schema::iam::{ArnFormat, Service};

use crate::{
    iam::Arn,
    permissions::resolver::{UNKNOWN, UNNAMED},
};

/// What a resource is about, of one of IAM's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Something else.
    Other,
    /// What it names.
    Named,
    /// All of the type, or of an account that is not named.
    Open,
}

/// What leaves a name open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Openness {
    /// It begins with what only AWS knows.
    UnknownAtStart,
    /// A part of it is what only AWS knows, or its region.
    UnknownAnywhere,
    /// AWS makes it up.
    Unnamed,
    /// It begins with a wildcard, or with a variable of the policy's.
    Written,
}

impl Openness {
    /// Whether a text begins with what may stand for any other.
    fn begins(self, text: &str) -> bool {
        match self {
            Self::UnknownAtStart | Self::UnknownAnywhere => text.starts_with(UNKNOWN),
            Self::Unnamed => text.starts_with(UNNAMED),
            Self::Written => text.starts_with(['*', '?']) || text.starts_with("${!"),
        }
    }

    fn is_in(self, text: &str) -> bool {
        text.char_indices().any(|(at, _)| self.begins(&text[at..]))
    }

    fn opens(self, name: &str) -> bool {
        self.begins(name) || (self == Self::UnknownAnywhere && self.is_in(name))
    }
}

/// What a resource is about, of the type whose ARNs have this format.
pub(super) fn extent(service: &Service, format: ArnFormat, resource: &str, openness: Openness) -> Extent {
    let Some(of_type) = Arn::parse(format.as_str()) else { return Extent::Other };
    let Some(arn) = Arn::parse(resource) else {
        return if openness.is_in(resource) { Extent::Open } else { Extent::Other };
    };
    if arn.service != of_type.service {
        return if openness.is_in(arn.service) { Extent::Open } else { Extent::Other };
    }
    let of_resource = resource_extent(service, of_type.resource, arn.resource, openness);
    let has_open_account = !of_type.account.is_empty() && openness.is_in(arn.account);
    let has_open_region = openness == Openness::UnknownAnywhere && openness.is_in(arn.region);
    match of_resource {
        Extent::Named if has_open_account || has_open_region => Extent::Open,
        other => other,
    }
}

/// The same of the last part of an ARN: `function:${FunctionName}`, `table/${TableName}/index/${IndexName}`.
///
/// A name in the middle is enough where it is a resource of its own: a table, of which this is an index.
fn resource_extent(service: &Service, format: &str, resource: &str, openness: Openness) -> Extent {
    let mut parts = format.split("${");
    let start = parts.next().unwrap_or_default();
    let Some(mut rest) = resource.strip_prefix(start) else {
        let common = start.bytes().zip(resource.bytes()).take_while(|(one, other)| one == other).count();
        return if openness.begins(&resource[common..]) { Extent::Open } else { Extent::Other };
    };
    let mut head = start.to_owned();
    for part in parts {
        let Some((variable, text)) = part.split_once('}') else { return Extent::Other };
        let end = if text.is_empty() { Some(rest.len()) } else { rest.find(text) };
        let name = &rest[..end.unwrap_or(rest.len())];
        match (openness.opens(name), end) {
            (true, _) => return Extent::Open,
            _ if name.is_empty() => return Extent::Other,
            _ => head = format!("{head}${{{variable}}}"),
        }
        let is_resource = |it: &ArnFormat| Arn::parse(it.as_str()).is_some_and(|it| it.resource == head);
        if service.resources().iter().flat_map(|it| &it.arns).any(is_resource) {
            return Extent::Named;
        }
        let Some(end) = end else {
            return if openness.is_in(name) { Extent::Open } else { Extent::Other };
        };
        rest = &rest[end + text.len()..];
        head += text;
    }
    Extent::Named
}
