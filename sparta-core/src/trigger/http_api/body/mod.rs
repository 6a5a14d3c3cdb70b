//! The routes of an HTTP API in its OpenAPI document, where they are no resources of the template.

mod document;

use std::collections::{BTreeMap, BTreeSet};

use super::{API, API_WITH_ROUTES};
use crate::{
    cfn::{LogicalId, Resource, Template, Value, sub},
    mistake::{Mistake, Subject},
    stack::Stack,
};
use document::Document;

/// What an API's document has no place for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyMistake {
    /// A property that was set on a route, an integration, an authorizer or the API.
    #[error(
        "`{property}` of `{resource}` has no place in the OpenAPI document that the routes of the HTTP API are in: remove it, or \
         declare fewer routes and remove `.routes_in_body()`"
    )]
    Property {
        /// The resource's logical id.
        resource: LogicalId,
        /// The property.
        property: String,
    },
    /// A condition or a policy of a resource that is none in the template.
    #[error(
        "`{0}` is no resource of its own where the routes of the HTTP API are in its OpenAPI document, and can have no condition or \
         deletion policy: remove it"
    )]
    Attribute(LogicalId),
    /// A route to what is no integration of the API.
    #[error("the target of `{0}` is no integration of the HTTP API, and its OpenAPI document can name no other")]
    Target(LogicalId),
    /// A route with what is no authorizer of the API.
    #[error("the authorizer of `{0}` is none of the HTTP API, and its OpenAPI document can name no other")]
    Authorizer(LogicalId),
}

type Parts = BTreeMap<LogicalId, Resource>;

const ROUTE: &str = "AWS::ApiGatewayV2::Route";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";

/// Puts what the HTTP API is made of into its own document, whose import makes it.
///
/// Such an API has a logical id of its own: a stack that had its routes as resources gets a new API beside the old one, which
/// CloudFormation deletes when all is moved. The old API could not take the document: its import makes routes anew that
/// CloudFormation would then delete, as resources that are no longer in the template.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html>.
pub(crate) fn put_routes_into_body(stack: &mut Stack) {
    let [api, full] = [API, API_WITH_ROUTES].map(|name| LogicalId::of_words([name]));
    let is_part = |resource: &Resource| {
        [ROUTE, INTEGRATION, AUTHORIZER].contains(&resource.resource_type())
            && resource.properties().get("ApiId") == Some(&api.reference())
    };
    let resources = stack.template().resources().iter();
    let ids: BTreeSet<LogicalId> = resources.filter(|(_, it)| is_part(it)).map(|(id, _)| id.clone()).collect();
    let parts = stack.template_mut().take(&ids);
    let Some(resource) = stack.template_mut().take(&[api.clone()].into()).remove(&api) else { return };
    let mut document = Document { parts, mistakes: Vec::new() };
    let resource = document.of_api(&api, resource);
    document.mistakes.into_iter().for_each(|it| stack.report(Mistake::new(Subject::Template, it)));
    stack.resource(full.clone(), resource);
    stack.template_mut().rename(&api, &full);
    let authorizers = document.parts.iter().filter(|(_, it)| it.resource_type() == AUTHORIZER);
    authorizers.for_each(|(id, _)| let_any_authorizer_invoke(id, stack));
}

/// The id of an authorizer that an import makes is not known in the template.
fn let_any_authorizer_invoke(authorizer: &LogicalId, stack: &mut Stack) {
    let one = format!("/authorizers/${{{authorizer}}}");
    stack.change_all("AWS::Lambda::Permission", |permission| {
        let source = permission.properties().get("SourceArn").and_then(Value::as_function);
        let text = source.and_then(|(_, text)| text.as_str()).filter(|text| text.ends_with(&one));
        let any = text.map(|text| sub(text.replace(&one, "/authorizers/*")));
        any.into_iter().fold(permission, |permission, any| permission.property("SourceArn", any))
    });
}

/// Whether a template has an API whose routes are in its own document.
pub(crate) fn has_body(template: &Template) -> bool {
    template.resources().contains_key(&LogicalId::of_words([API_WITH_ROUTES]))
}

/// Whether a template has an API whose routes are resources.
pub(crate) fn has_routes(template: &Template) -> bool {
    template.resources().contains_key(&LogicalId::of_words([API]))
}
