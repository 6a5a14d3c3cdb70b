//! The outputs of other stacks that a deployment looks up.

use super::{
    PermissionsMistake,
    required::Required,
    resolver::{ANY, Resolver},
};
use crate::{cfn::Value, iam::Arn};

/// What `Fn::GetStackOutput` takes: to describe the stack, or to assume the role that may.
///
/// # Errors
///
/// The stacks and roles that only AWS knows.
pub(super) fn of_imports(resolver: &Resolver<'_>) -> Result<Required, Vec<PermissionsMistake>> {
    let template = resolver.template();
    let properties = template.resources().values().flat_map(|resource| resource.properties().values());
    let outputs = template.outputs().values().map(|output| &output.value);
    let mut imports = Vec::new();
    properties.chain(outputs).for_each(|value| find(value, &mut imports));

    let (mut required, mut unknown) = (Required::default(), Vec::new());
    for import in imports {
        let text = |name: &str| import.get(name).map(|value| resolver.text(value));
        let stack = text("StackName").unwrap_or_default();
        let role = text("RoleArn");
        if role.as_ref().unwrap_or(&stack).contains(ANY) {
            unknown.push(PermissionsMistake::UnknownImport { stack, output: text("OutputName").unwrap_or_default() });
        } else if let Some(role) = role {
            required.insert("sts:AssumeRole", None, [role].into());
        } else {
            let region = text("Region").unwrap_or_else(|| resolver.region.to_owned());
            let resource = format!("stack/{stack}/*");
            let arn = Arn { region: &region, account: resolver.account, ..Arn::new("cloudformation", &resource) };
            required.insert("cloudformation:DescribeStacks", None, [arn.to_string()].into());
        }
    }
    if unknown.is_empty() { Ok(required) } else { Err(unknown) }
}

type Arguments = std::collections::BTreeMap<String, Value>;

/// All imports in a value, at any depth.
fn find<'v>(value: &'v Value, found: &mut Vec<&'v Arguments>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| find(item, found)),
        Value::Map(map) => {
            for (name, value) in map {
                match value {
                    Value::Map(arguments) if name == "Fn::GetStackOutput" => found.push(arguments),
                    value => find(value, found),
                }
            }
        }
        _ => {}
    }
}
