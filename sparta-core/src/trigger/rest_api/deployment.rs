//! What of a REST API its stage serves.

use std::collections::{BTreeMap, BTreeSet};

use super::{API, STAGE};
use crate::{
    Environment,
    cfn::{LogicalId, Resource, Template, Value},
    pipeline::fnv1a,
    resource,
    settings::parameter_name,
    stack::Stack,
};

/// Adds the deployment of the API, as it is after all changes.
///
/// A stage serves what the API was when its deployment was made. CloudFormation makes another one when the resource has another
/// logical id: it has the fingerprint of all that the API is, also of the settings in it, since their values change without the
/// template. The one before is deleted after the stage has left it.
pub(crate) fn deploy(environments: &[Environment], stack: &mut Stack) {
    let [api, stage] = [API, STAGE].map(|name| LogicalId::of_words([name]));
    let has_own = |stage: &Resource| stage.properties().contains_key("DeploymentId");
    let resources = stack.template().resources();
    let is_api = resources.get(&api).is_some_and(|api| api.resource_type() == "AWS::ApiGateway::RestApi");
    if !is_api || resources.get(&stage).is_none_or(has_own) {
        return;
    }
    let parts = parts(stack.template(), &api);
    let fingerprint = fingerprint(stack.template(), &api, &parts, environments);
    let id = LogicalId::of_words(["RestApiDeployment", &format!("{fingerprint:016x}")]);
    let deployment = resource!(AWS::ApiGateway::Deployment { RestApiId: (api.reference()) });
    stack.resource(id.clone(), parts.into_iter().fold(deployment, Resource::depends_on));
    _ = stack.change(&stage, |stage| stage.property("DeploymentId", id.reference()));
}

/// What else defines the API: methods, gateway responses and the like that the service adds itself.
fn parts(template: &Template, api: &LogicalId) -> Vec<LogicalId> {
    // What is made for a deployment, or after one.
    const APART: [&str; 3] =
        ["AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"];
    let reference = api.reference();
    let is_part = |resource: &Resource| {
        resource.resource_type().starts_with("AWS::ApiGateway::")
            && !APART.contains(&resource.resource_type())
            && resource.properties().get("RestApiId") == Some(&reference)
    };
    let parts = template.resources().iter().filter(|(_, resource)| is_part(resource));
    parts.map(|(id, _)| id.clone()).collect()
}

fn fingerprint(template: &Template, api: &LogicalId, parts: &[LogicalId], environments: &[Environment]) -> u64 {
    let definition: BTreeMap<&LogicalId, &BTreeMap<String, Value>> = std::iter::once(api)
        .chain(parts)
        .filter_map(|id| Some((id, template.resources().get(id)?.properties())))
        .collect();
    let mut named = BTreeSet::new();
    definition.values().flat_map(|it| it.values()).for_each(|value| value.references(&mut named));
    let mut text = serde_json::to_vec(&definition).unwrap_or_default();
    // What a condition chooses is up to what it compares.
    if text.windows(6).any(|part| part == b"Fn::If") {
        template.conditions().values().for_each(|condition| condition.references(&mut named));
    }
    for environment in environments {
        let values = environment.settings.values.iter();
        let values = values.filter(|(variable, _)| named.contains(parameter_name(variable).as_str()));
        let values: BTreeMap<&String, &Option<String>> = values.map(|(variable, value)| (variable, value)).collect();
        if !values.is_empty() {
            text.extend(serde_json::to_vec(&(environment.name(), values)).unwrap_or_default());
        }
    }
    fnv1a(&text)
}
