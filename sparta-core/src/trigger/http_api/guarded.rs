//! The routes of an API that its authorizer guards, and the preflights that nobody guards.

use super::{Authorizer, path::without_names};
use crate::{
    cfn::{LogicalId, Resource, Value},
    resource,
    stack::Stack,
};

/// Guards the routes that say nothing of who may come.
pub(super) fn guard(authorizer: &Authorizer, stack: &mut Stack, api: &LogicalId) {
    for (id, route) in routes(stack, api) {
        if !route.properties().contains_key("AuthorizationType") {
            let guarded = authorizer.guard(route, stack, api);
            _ = stack.change(&id, |_| guarded);
        }
    }
}

/// Browsers send nothing that proves who they are with a preflight, which a guarded route of any method would refuse.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>, for `$default`.
pub(super) fn open_preflights(stack: &mut Stack, api: &LogicalId) {
    for (_, route) in routes(stack, api) {
        let is = |name: &str| route.properties().get(name).and_then(Value::as_str);
        if is("AuthorizationType").is_none_or(|kind| kind == "NONE") {
            continue;
        }
        let key = is("RouteKey").unwrap_or_default();
        let paths = match key.strip_prefix("ANY ") {
            Some(path) => vec![path],
            None if key == "$default" => vec!["/", "/{proxy+}"],
            None => vec![],
        };
        for path in paths {
            let key = format!("OPTIONS {path}");
            let has_key = |(_, route): &(LogicalId, Resource)| {
                let other = route.properties().get("RouteKey").and_then(Value::as_str);
                other.is_some_and(|other| without_names(other) == without_names(&key))
            };
            if !routes(stack, api).iter().any(has_key) {
                let open = resource!(AWS::ApiGatewayV2::Route {
                    ApiId: (api.reference()),
                    AuthorizationType: "NONE",
                    RouteKey: (&key),
                    Target: (route.properties().get("Target").cloned()),
                });
                stack.numbered(&LogicalId::of_words(["OPTIONS", path, "Route"]), open);
            }
        }
    }
}

/// The routes of an API.
fn routes(stack: &Stack, api: &LogicalId) -> Vec<(LogicalId, Resource)> {
    let of_api = |resource: &Resource| {
        resource.resource_type() == "AWS::ApiGatewayV2::Route"
            && resource.properties().get("ApiId") == Some(&api.reference())
    };
    let resources = stack.template().resources().iter().filter(|(_, resource)| of_api(resource));
    resources.map(|(id, resource)| (id.clone(), resource.clone())).collect()
}
