//! Names that are made of the stack's, which differs from one environment to the next.

use serde_json::{Map, Value as Json, json};

use super::LimitMistake;
use crate::{
    Mistake, Model, Subject,
    cfn::{Template, Value},
};

/// What the registry says of names in the stack whose own name is the longest.
pub(crate) fn check(model: &Model, template: &Template) -> Vec<Mistake> {
    let stack = longest_stack(model);
    let named = template.resources().iter().filter_map(|(id, resource)| {
        let texts = resource.properties().iter();
        let texts: Map<String, Json> =
            texts.filter_map(|(property, value)| Some((property.clone(), in_stack(value, &stack)?.into()))).collect();
        (!texts.is_empty()).then(|| (id.to_string(), json!({"Type": resource.resource_type(), "Properties": texts})))
    });
    let document = json!({"Resources": named.collect::<Map<String, Json>>()});
    let found = sparta_schema::check_template(&document).into_iter();
    found
        .filter_map(|found| {
            let property = found.path.strip_prefix("Properties.")?;
            let name = document["Resources"][&found.logical_id]["Properties"][property].as_str()?.to_owned();
            let (stack, resource, problem) = (stack.clone(), found.logical_id, found.message);
            Some(Mistake::new(Subject::Template, LimitMistake::Name { stack, resource, name, problem }))
        })
        .collect()
}

/// The stack with the longest name of all that the App is deployed to.
fn longest_stack(model: &Model) -> String {
    let of_environment = |environment| match model.pipeline() {
        Some(pipeline) => model.stack_name(environment, pipeline.source_branch()),
        None => model.direct_stack_name(Some(environment)),
    };
    let longest = model.environments().iter().map(of_environment).max_by_key(String::len);
    longest.unwrap_or_else(|| model.direct_stack_name(None))
}

/// What a text that the stack's name is part of becomes; `None` where more of it is known only when it is deployed.
fn in_stack(value: &Value, stack: &str) -> Option<String> {
    const REGION: &str = "ap-southeast-2";
    const ACCOUNT: &str = "123456789012";
    match value.as_function()? {
        ("Ref", Value::String(name)) if name == "AWS::StackName" => Some(stack.to_owned()),
        ("Fn::Sub", Value::String(text)) if text.contains("${AWS::StackName}") => {
            let known = [("${AWS::StackName}", stack), ("${AWS::Region}", REGION), ("${AWS::AccountId}", ACCOUNT)];
            let text = known.into_iter().fold(text.clone(), |text, (name, value)| text.replace(name, value));
            (!text.contains("${")).then_some(text)
        }
        _ => None,
    }
}
