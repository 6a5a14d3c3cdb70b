//! What API Gateway keeps tags under: `/tags/` and the ARN of what has them, encoded.

use sparta_schema::iam::{self, ArnPart};

use super::{ANY, Resolver, arns::formats};
use crate::{
    cfn::{LogicalId, Resource},
    iam::PARTITION,
    permissions::overrides,
};

/// What IAM calls the encoded ARN.
pub(super) const VARIABLE: &str = "UrlEncodedResourceARN";

impl<'a> Resolver<'a> {
    /// The encoded ARNs of a resource: of the API that it is or is a part of, where the id is known, or of all of its type.
    ///
    /// An ARN of the second version is checked as `/v2/apis/<id>`. What is made with tags has none yet: it is checked as
    /// `/v2/apis/*`.
    pub(super) fn encoded(&self, id: &'a LogicalId, resource: &'a Resource) -> Vec<String> {
        let kind = resource.resource_type();
        let own = overrides::own_resources(kind).and_then(|names| iam::service("apigateway")?.resource(names.first()?));
        let format = own.and_then(|own| formats(kind, own).next());
        let Some(format) = format else { return vec![ANY.to_owned()] };
        let mut parts = format.parts().filter(|part| !matches!(part, ArnPart::Variable("Partition" | "Region")));
        let start = parts.find_map(|part| match part {
            ArnPart::Text(text) => text.rsplit_once("::").map(|(_, path)| path),
            ArnPart::Variable(_) => None,
        });
        let parent = parts.next();
        let ids = match (self.pins.get(id), parent) {
            (Some(parameter), _) => vec![format!("${{{parameter}}}")],
            (None, Some(ArnPart::Variable(name))) if parts.next().is_some() => {
                self.of_variable("apigateway", resource, name)
            }
            _ => vec![String::new()],
        };
        let versions: &[&str] = if kind.starts_with("AWS::ApiGatewayV2::") { &["", "%2Fv2"] } else { &[""] };
        let start = start.unwrap_or_default().replace('/', "%2F");
        let arn = |version: &str, id: &str| {
            let end = id.trim_end_matches(ANY);
            format!("arn%3A{PARTITION}%3Aapigateway%3A{}%3A%3A{version}{start}{end}*", self.region)
        };
        versions.iter().flat_map(|version| ids.iter().map(move |id| arn(version, id))).collect()
    }
}
