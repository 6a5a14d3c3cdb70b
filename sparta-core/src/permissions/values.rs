//! What the properties of resources may come to.

use std::rc::Rc;

use super::resolver::Named;
use crate::cfn::{Resource, Value};

/// A text, a number or an intrinsic function in a resource's properties.
#[derive(Debug)]
pub(super) struct Leaf<'v> {
    /// `Targets[0].RoleArn`
    pub(super) path: String,
    /// The property that it is a value of: `RoleArn`. Items of a list have the list's.
    pub(super) name: &'v str,
    /// The property whose map that property is an entry of; empty at the top and in a list.
    pub(super) parent: &'v str,
    /// Whether it is below a map whose keys are the user's own, such as a function's variables.
    pub(super) user_keyed: bool,
    pub(super) value: &'v Value,
    /// A literal as text for `Fn::Sub`; `None` of a function.
    pub(super) literal: Option<Rc<str>>,
    /// The template's resources that the value refers to.
    pub(super) referred: Vec<Named<'v>>,
    listed: bool,
}

/// Properties whose keys are the user's, or another language's.
const USER_KEYED: [&str; 9] = [
    "DefaultArguments",
    "Definition",
    "DefinitionSubstitutions",
    "Metadata",
    "Parameters",
    "PolicyDocument",
    "Tags",
    "Variables",
    "AssumeRolePolicyDocument",
];

/// All that a resource's properties may come to, at any depth: both branches of a condition, and every item of a list.
pub(super) fn leaves<'v>(resource: &'v Resource, referred: &dyn Fn(&'v Value) -> Vec<Named<'v>>) -> Vec<Leaf<'v>> {
    let mut leaves = Vec::new();
    for (name, value) in resource.properties() {
        let user_keyed = USER_KEYED.contains(&name.as_str());
        let leaf = Leaf {
            path: name.clone(),
            name,
            parent: "",
            user_keyed,
            value,
            literal: None,
            referred: Vec::new(),
            listed: false,
        };
        add(leaf, &mut leaves);
    }
    for leaf in &mut leaves {
        match leaf.value.as_function() {
            Some(_) => leaf.referred = referred(leaf.value),
            None => leaf.literal = literal(leaf.value).map(Rc::from),
        }
    }
    leaves
}

fn add<'v>(leaf: Leaf<'v>, leaves: &mut Vec<Leaf<'v>>) {
    match (leaf.value.as_function(), leaf.value) {
        (Some(("Fn::If", Value::List(arguments))), _) => {
            for value in arguments.iter().skip(1) {
                add(Leaf { path: leaf.path.clone(), value, literal: None, referred: Vec::new(), ..leaf }, leaves);
            }
        }
        (None, Value::Map(map)) => {
            // What is in the maps of a list is named by these, not by the list.
            let parent = if leaf.listed { "" } else { leaf.name };
            for (name, value) in map {
                let (path, user_keyed) =
                    (format!("{}.{name}", leaf.path), leaf.user_keyed || USER_KEYED.contains(&name.as_str()));
                add(
                    Leaf { path, name, parent, user_keyed, value, literal: None, referred: Vec::new(), listed: false },
                    leaves,
                );
            }
        }
        (None, Value::List(items)) => {
            for (position, value) in items.iter().enumerate() {
                let path = format!("{}[{position}]", leaf.path);
                add(
                    Leaf { path, parent: "", value, literal: None, referred: Vec::new(), listed: true, ..leaf },
                    leaves,
                );
            }
        }
        _ => leaves.push(leaf),
    }
}

/// A text, number or boolean as text for `Fn::Sub`.
pub(super) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace("${", "${!")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// What a value may come to: both branches of a condition, and every item of a list.
pub(super) fn alternatives<'v>(value: impl IntoIterator<Item = &'v Value>) -> Vec<&'v Value> {
    let each = |value: &'v Value| match (value.as_function(), value) {
        (Some(("Fn::If", Value::List(arguments))), _) => alternatives(arguments.iter().skip(1)),
        (None, Value::List(items)) => alternatives(items),
        _ if is_no_value(value) => Vec::new(),
        _ => vec![value],
    };
    value.into_iter().flat_map(each).collect()
}

/// The same, each with its place: `Policies[1]`. Both branches of a condition are at the condition's place.
pub(super) fn each<'v>(place: &str, value: impl IntoIterator<Item = &'v Value>) -> Vec<(String, &'v Value)> {
    let at = |value: &'v Value| match (value.as_function(), value) {
        (Some(("Fn::If", Value::List(arguments))), _) => each(place, arguments.iter().skip(1)),
        (None, Value::List(items)) => {
            let items = items.iter().enumerate();
            items.flat_map(|(position, item)| each(&format!("{place}[{position}]"), [item])).collect()
        }
        _ if is_no_value(value) => Vec::new(),
        _ => vec![(place.to_owned(), value)],
    };
    value.into_iter().flat_map(at).collect()
}

/// Whether a property is left out, or may be: by a branch of a condition.
pub(super) fn is_optional(value: Option<&Value>) -> bool {
    value.is_none_or(|value| match value.as_function() {
        Some(("Fn::If", Value::List(arguments))) => arguments.iter().skip(1).any(|branch| is_optional(Some(branch))),
        _ => is_no_value(value),
    })
}

fn is_no_value(value: &Value) -> bool {
    value.as_function().is_some_and(|(function, name)| function == "Ref" && name.as_str() == Some("AWS::NoValue"))
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
                "Environment": {"Variables": {"RoleArn": "x"}},
                "One": {"Fn::If": ["Big", "a", {"Fn::If": ["Small", {"Ref": "AWS::NoValue"}, {"Two": "b"}]}]},
                "Roles": {"guest": "c", "user": "d"},
                "Sets": [{"Role": "e", "Other": {"Fn::Join": ["", ["f"]]}}, "g", {"Fn::If": ["Big", {"Name": "h"}, "i"]}],
                "Single": {"Ref": "R"},
            }),
        );
        let leaves = leaves(&resource, &|_| Vec::new());
        let found: Vec<_> =
            leaves.iter().map(|leaf| (leaf.path.as_str(), leaf.name, leaf.parent, leaf.user_keyed)).collect();
        assert_eq!(
            found,
            [
                ("Environment.Variables.RoleArn", "RoleArn", "Variables", true),
                ("One", "One", "", false),
                ("One", "One", "", false),
                ("One.Two", "Two", "One", false),
                ("Roles.guest", "guest", "Roles", false),
                ("Roles.user", "user", "Roles", false),
                ("Sets[0].Other", "Other", "", false),
                ("Sets[0].Role", "Role", "", false),
                ("Sets[1]", "Sets", "", false),
                ("Sets[2].Name", "Name", "", false),
                ("Sets[2]", "Sets", "", false),
                ("Single", "Single", "", false),
            ]
        );
    }

    #[test]
    fn what_a_branch_leaves_out_is_optional_and_no_alternative() {
        let value = Value::from(json!({"Fn::If": ["Big", ["a", {"Ref": "X"}], {"Ref": "AWS::NoValue"}]}));
        assert!(is_optional(Some(&value)) && is_optional(None));
        assert_eq!(alternatives([&value]).len(), 2);
        let plain = Value::from(json!({"Fn::If": ["Big", "a", "b"]}));
        assert!(!is_optional(Some(&plain)));
    }
}
