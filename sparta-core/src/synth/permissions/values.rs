use crate::cfn::{Resource, Value};

/// A text, a number or an intrinsic function in a resource's properties.
pub(super) struct Leaf<'v> {
    /// `Targets[0].RoleArn`
    pub(super) path: String,
    /// The property that it is a value of: `RoleArn`. Items of a list have the list's.
    pub(super) name: &'v str,
    /// The property whose map that property is an entry of; empty at the top and in a list.
    pub(super) above: &'v str,
    pub(super) value: &'v Value,
}

/// All that a resource's properties may come to, at any depth: both branches of a condition, and every item of a list.
pub(super) fn leaves(resource: &Resource) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    for (name, value) in resource.properties() {
        add(Leaf { path: name.clone(), name, above: "", value }, &mut leaves);
    }
    leaves
}

/// What a value may come to: both branches of a condition, and every item of a list.
pub(super) fn alternatives<'v>(value: impl IntoIterator<Item = &'v Value>) -> Vec<&'v Value> {
    let each = |value: &'v Value| match (value.as_function(), value) {
        (Some(("Fn::If", Value::List(arguments))), _) => alternatives(arguments.iter().skip(1)),
        (Some(("Ref", Value::String(name))), _) if name == "AWS::NoValue" => Vec::new(),
        (None, Value::List(items)) => alternatives(items),
        _ => vec![value],
    };
    value.into_iter().flat_map(each).collect()
}

fn add<'v>(leaf: Leaf<'v>, leaves: &mut Vec<Leaf<'v>>) {
    match (leaf.value.as_function(), leaf.value) {
        (Some(("Fn::If", Value::List(arguments))), _) => {
            for value in arguments.iter().skip(1) {
                add(Leaf { path: leaf.path.clone(), value, ..leaf }, leaves);
            }
        }
        (None, Value::Map(map)) => {
            for (name, value) in map {
                add(Leaf { path: format!("{}.{name}", leaf.path), name, above: leaf.name, value }, leaves);
            }
        }
        (None, Value::List(items)) => {
            for (position, value) in items.iter().enumerate() {
                // What is in the list's maps is named by these, not by the list.
                let name = if matches!(value, Value::Map(_)) && value.as_function().is_none() { "" } else { leaf.name };
                add(Leaf { path: format!("{}[{position}]", leaf.path), name, above: "", value }, leaves);
            }
        }
        _ => leaves.push(leaf),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_item_and_both_branches_are_leaves_and_what_a_function_takes_is_not() {
        let resource = Resource::raw(
            "Custom::Any",
            json!({
                "One": {"Fn::If": ["Big", "a", {"Fn::If": ["Small", {"Ref": "AWS::NoValue"}, {"Two": "b"}]}]},
                "Roles": {"guest": "c", "user": "d"},
                "Sets": [{"Role": "e", "Other": {"Fn::Join": ["", ["f"]]}}, "g"],
                "Single": {"Ref": "R"},
            }),
        );
        let leaves = leaves(&resource);
        let found: Vec<_> = leaves.iter().map(|leaf| (leaf.path.as_str(), leaf.name, leaf.above)).collect();
        assert_eq!(
            found,
            [
                ("One", "One", ""),
                ("One", "One", ""),
                ("One.Two", "Two", "One"),
                ("Roles.guest", "guest", "Roles"),
                ("Roles.user", "user", "Roles"),
                ("Sets[0].Other", "Other", ""),
                ("Sets[0].Role", "Role", ""),
                ("Sets[1]", "Sets", ""),
                ("Single", "Single", ""),
            ]
        );
    }
}
