//! Intrinsic functions: what they make, and the form of what they are given, as far as it is certain.

use crate::dynamic;
use crate::fault::{Fault, FaultKind};
use crate::names::nearest;
use crate::node::{Entry, Kind, Node, Unknown, Value};

const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

impl Node {
    /// What an intrinsic function stands for: `Fn::If` is a choice, `AWS::NoValue` is absent, of others the kind of the
    /// result may be known.
    pub fn function(place: usize, name: &str, argument: Self) -> Self {
        let kind = match (name, argument.value) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => return Self::new(place, Value::Absent),
            ("Fn::If", Value::List(mut arguments)) if arguments.len() == 3 => {
                return Self::new(place, Value::Choice(arguments.split_off(1)));
            }
            // a macro of the account makes anything
            ("Fn::Transform", _) => return Self::expression(place),
            ("Fn::Base64" | "Fn::Join" | "Fn::Sub" | "Fn::ToJsonString", _) => Some(Kind::Text),
            ("Fn::Cidr" | "Fn::GetAZs" | "Fn::Split", _) => Some(Kind::List),
            _ => None,
        };
        Self::intrinsic(place, kind)
    }
}

/// The mistake in an intrinsic function with the place of its name and what it is given.
///
/// A value that an expression or another function makes may be anything, and a function that resembles none may be new.
///
/// # Example
///
/// ```
/// use sparta_schema::{Node, check_function};
///
/// let fault = check_function(0, "Fn::Joined", &Node::text(1, "x")).unwrap();
/// assert_eq!((fault.place, fault.message.as_str()), (0, "unknown function `Fn::Joined`; did you mean `Fn::Join`?"));
/// let fault = check_function(0, "Fn::Join", &Node::text(1, "x")).unwrap();
/// assert_eq!((fault.place, fault.message.as_str()), (1, "`Fn::Join` needs a list of a delimiter and a list"));
/// ```
pub fn check_function(place: usize, name: &str, argument: &Node) -> Option<Fault> {
    let fault = |place, kind, message| Some(Fault { place, path: String::new(), kind, message });
    let Some((expected, is_right)) = form(name, argument) else {
        let is_known = FUNCTIONS.contains(&name) || name.starts_with("Fn::ForEach");
        let meant = nearest(name, FUNCTIONS.iter().copied()).filter(|_| !is_known)?;
        let message = format!("unknown function `{name}`; did you mean `{meant}`?");
        return fault(place, FaultKind::UnknownFunction, message);
    };
    if !is_right {
        return fault(argument.place, FaultKind::Function, format!("`{name}` needs {expected}"));
    }
    if let Some(message) = substitution(name, argument) {
        return fault(argument.place, FaultKind::Function, message);
    }
    // the branches of `Fn::If` are values like others
    if name == "Fn::If" {
        return None;
    }
    let (place, message) = dynamic_reference(argument)?;
    fault(place, FaultKind::DynamicReference, message)
}

/// What a function needs in words, and whether it has it.
fn form(name: &str, argument: &Node) -> Option<(&'static str, bool)> {
    Some(match name {
        "Ref" => ("the name of a resource or a parameter", is_name(argument)),
        "Fn::GetAtt" => ("a resource and an attribute", is_attribute(argument)),
        "Fn::Sub" => ("a text, or a list of a text and a map", is_template(argument)),
        "Fn::If" => ("a condition and two values", has(argument, 3, 3, |it| is_name(&it[0]))),
        "Fn::FindInMap" => ("a mapping and two keys", has(argument, 3, 4, |it| it.iter().take(3).all(is_text))),
        "Fn::Join" => {
            ("a list of a delimiter and a list", has(argument, 2, 2, |it| is_text(&it[0]) && is_list(&it[1])))
        }
        "Fn::Select" => {
            ("a list of an index from 0 on and a list", has(argument, 2, 2, |it| is_index(&it[0]) && is_list(&it[1])))
        }
        "Fn::Split" => ("a list of a delimiter and a text", has(argument, 2, 2, |it| it.iter().all(is_text))),
        "Fn::Cidr" => {
            ("a list of a block, a count and a number of bits", has(argument, 2, 3, |it| it.iter().all(is_text)))
        }
        "Fn::Length" => ("a list", is_list(argument)),
        "Fn::ToJsonString" => ("a list or a map that is not empty", is_whole(argument)),
        "Fn::GetStackOutput" => ("a map with `StackName` and `OutputName`", is_output(argument)),
        "Fn::Base64" | "Fn::GetAZs" | "Fn::ImportValue" => ("a text", is_text(argument)),
        _ => return None,
    })
}

fn may_be_anything(node: &Node) -> bool {
    matches!(node.value, Value::Unknown(_) | Value::Choice(_) | Value::Absent)
}

fn has(node: &Node, min: usize, max: usize, right: impl Fn(&[Node]) -> bool) -> bool {
    match &node.value {
        Value::List(items) => (min..=max).contains(&items.len()) && right(items),
        _ => may_be_anything(node),
    }
}

/// Names are never numbers.
fn is_name(node: &Node) -> bool {
    matches!(node.value, Value::String(_)) || may_be_anything(node)
}

/// Text that no function makes.
fn is_written(node: &Node) -> bool {
    matches!(node.value, Value::String(_) | Value::Unknown(Unknown { optional: true, .. }))
}

/// Text, as which CloudFormation also takes numbers and booleans.
fn is_text(node: &Node) -> bool {
    !matches!(node.value, Value::List(_) | Value::Map(_) | Value::Null)
}

fn is_list(node: &Node) -> bool {
    matches!(node.value, Value::List(_)) || may_be_anything(node)
}

fn is_index(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => {
            text.trim().parse::<f64>().is_ok_and(is_count) || text.contains("{{") || text.contains("${")
        }
        Value::Number(number) => is_count(*number),
        _ => may_be_anything(node),
    }
}

fn is_count(number: f64) -> bool {
    number >= 0.0 && number.fract() == 0.0
}

fn is_attribute(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => text.contains('.'),
        _ => has(node, 2, 2, |it| it.iter().all(is_name)),
    }
}

fn is_template(node: &Node) -> bool {
    let is_map = |node: &Node| matches!(node.value, Value::Map(_)) || may_be_anything(node);
    match &node.value {
        Value::List(_) => has(node, 2, 2, |it| is_written(&it[0]) && is_map(&it[1])),
        _ => is_written(node),
    }
}

fn is_whole(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => may_be_anything(node),
    }
}

fn is_output(node: &Node) -> bool {
    let Value::Map(entries) = &node.value else { return may_be_anything(node) };
    let has = |name: &str| entries.iter().any(|it| it.key == name && is_text(&it.value));
    let is_known = |it: &Entry| ["OutputName", "Region", "RoleArn", "StackName"].contains(&it.key.as_str());
    has("StackName") && has("OutputName") && entries.iter().all(is_known)
}

/// What is wrong in the text of `Fn::Sub`.
fn substitution(name: &str, argument: &Node) -> Option<String> {
    let (text, own): (_, &[Entry]) = match &argument.value {
        Value::String(text) if name == "Fn::Sub" => (text, &[]),
        Value::List(arguments) if name == "Fn::Sub" => match (&arguments[0].value, &arguments[1].value) {
            (Value::String(text), Value::Map(own)) => (text, own),
            _ => return None,
        },
        _ => return None,
    };
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "_.:".contains(it);
    text.split("${").skip(1).find_map(|rest| match rest.split_once('}') {
        Some((name, _)) => {
            let name = name.trim();
            let is_right = name.starts_with('!') || name.chars().all(is_letter) || own.iter().any(|it| it.key == name);
            (!is_right).then(|| format!("`Fn::Sub` takes no name `{name}`; `${{!{name}}}` is left as `${{{name}}}`"))
        }
        // text of another language may have a lone brace
        None => {
            let is_name = !rest.is_empty() && rest.chars().all(is_letter);
            is_name.then(|| format!("`${{{rest}` in `Fn::Sub` must end with `}}`"))
        }
    })
}

fn dynamic_reference(node: &Node) -> Option<(usize, String)> {
    match &node.value {
        Value::String(text) => dynamic::mistake_in_part(text).map(|message| (node.place, message)),
        Value::List(items) => items.iter().find_map(dynamic_reference),
        Value::Map(entries) => entries.iter().find_map(|it| dynamic_reference(&it.value)),
        _ => None,
    }
}
