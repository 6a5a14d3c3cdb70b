//! Which service a web ACL is associated with, whose permissions that takes.

use crate::cfn::{Resource, Value};

/// What stands among the names of a resource's properties where its web ACL may be for any service.
pub(super) const OF_ANY_SERVICE: &str = "of any service";

/// A name for the rules where the ARN of what a web ACL is for does not say that it is a stage of API Gateway.
pub(in crate::permissions) fn names_of_what_it_is_about(resource: &Resource) -> Option<&'static str> {
    let is_association = resource.resource_type() == "AWS::WAFv2::WebACLAssociation";
    let is_of_stage = |arn: &Value| {
        let text = match arn.as_function() {
            Some(("Fn::Sub", text)) => text,
            _ => arn,
        };
        text.as_str().is_some_and(|text| text.contains(":apigateway:") && text.contains("/restapis/"))
    };
    let is_known = resource.properties().get("ResourceArn").is_some_and(is_of_stage);
    (is_association && !is_known).then_some(OF_ANY_SERVICE)
}
