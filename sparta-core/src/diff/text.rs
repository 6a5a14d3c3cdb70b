//! Texts in normal form: what of them is known, and to which resources they refer.

use crate::cfn::Value;

/// A text that stands for itself, in the language of `Fn::Sub`.
pub(super) fn escaped(text: &str) -> String {
    text.replace("${", "${!")
}

/// What stands in a text for a value that only AWS knows.
pub(super) fn opaque(value: &Value) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    format!("${{{}}}", json.replace('{', "(").replace('}', ")"))
}

/// Whether nothing in a text is left to AWS.
pub(super) fn is_known(text: &str) -> bool {
    placeholders(text).next().is_none()
}

/// The names in `${Name}` and `${Name.Attribute}`, with the attribute.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let inside = rest.split_once('}')?.0;
        (!inside.starts_with('!')).then_some(inside)
    })
}

/// The logical ids that a text refers to.
pub(super) fn ids(text: &str) -> impl Iterator<Item = &str> {
    placeholders(text).map(|inside| inside.split('.').next().unwrap_or(inside))
}

/// The logical id that is all of a text, with or without an attribute: `${Table.Arn}`.
pub(super) fn only_id(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    let id = inside.split('.').next()?;
    (!id.is_empty() && id.chars().all(char::is_alphanumeric)).then_some(id)
}

/// Calls with each text in a value, in its order.
pub(super) fn each_text<'v>(value: &'v Value, with: &mut impl FnMut(&'v str)) {
    match value {
        Value::String(text) => with(text),
        Value::List(items) => items.iter().for_each(|item| each_text(item, with)),
        Value::Map(map) => map.values().for_each(|value| each_text(value, with)),
        _ => {}
    }
}
