//! What a template returns: outputs and their exports.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::json::function;
use crate::node::{Kind, Node, Value};
use crate::template::logic::Case;
use crate::template::{MistakeKind, Place, Report};

const KEYS: [&str; 4] = ["Condition", "Description", "Export", "Value"];
const DESCRIPTION: usize = 1_024;

impl<'t> Report<'t> {
    pub(super) fn outputs(&mut self, outputs: &'t Map<String, Json>) {
        let mut exports = HashMap::<String, Vec<(&str, Case<'t>)>>::new();
        for (name, output) in outputs.iter().filter(|(name, _)| !name.starts_with("Fn::")) {
            self.output(name, output);
            let Some(export) = output.get("Export").and_then(|it| it.get("Name")) else { continue };
            let case: Case<'t> =
                output.get("Condition").and_then(Json::as_str).map(|it| (it, true)).into_iter().collect();
            let others = exports.entry(parts(export)).or_default();
            let both = |other: &Case<'t>| self.names.logic.is_possible(&other.union(&case).copied().collect());
            if let Some((other, _)) = others.iter().take(20).find(|(_, other)| both(other) == Some(true)) {
                let message = format!("`{other}` has the same name of an export: names are unique in a region");
                self.add(Place::new("Outputs", name).at("Export.Name"), MistakeKind::Form, message);
            }
            others.push((name, case));
        }
    }

    fn output(&mut self, name: &str, output: &'t Json) {
        let place = Place::new("Outputs", name);
        self.name(place, name);
        let Some(output) = output.as_object().filter(|it| it.contains_key("Value") || it.contains_key("Fn::Transform"))
        else {
            return self.add(place, MistakeKind::Form, "an output needs a `Value`");
        };
        for key in output.keys().filter(|key| !KEYS.contains(&key.as_str()) && !key.starts_with("Fn::")) {
            let message = format!("unknown key `{key}` of an output{}", self.hint(key, KEYS));
            self.add(place.at(key), MistakeKind::Form, message);
        }
        for (key, value) in output {
            let place = place.at(key);
            match key.as_str() {
                "Condition" => self.condition(place, value),
                "Value" => self.text(place, value, "an output"),
                "Description" => self.output_description(place, value),
                "Export" => self.export(place, value),
                _ => {}
            }
            if key != "Condition" {
                self.references(place, value);
            }
        }
    }

    fn output_description(&mut self, place: Place<'_>, value: &Json) {
        if !value.is_null() && value.as_str().is_none_or(|it| it.chars().count() > DESCRIPTION) {
            let message = "`Description` of an output must be text of at most 1,024 characters, without functions";
            self.add(place, MistakeKind::Form, message);
        }
    }

    fn export(&mut self, place: Place<'_>, value: &'t Json) {
        let Some(export) = value.as_object().filter(|it| it.contains_key("Name")) else {
            if !value.is_null() {
                self.add(place, MistakeKind::Form, "`Export` needs a `Name`");
            }
            return;
        };
        for key in export.keys().filter(|key| *key != "Name") {
            let message = format!("unknown key `{key}` of `Export`, which has a `Name` alone");
            self.add(place.key(key), MistakeKind::Form, message);
        }
        let name = &export["Name"];
        self.text(place.key("Name"), name, "the name of an export");
        if let Some(found) = self.depends(name, 0) {
            let message =
                format!("the name of an export cannot depend on {found}: use parameters and `AWS::StackName`");
            self.add(place.key("Name"), MistakeKind::Form, message);
        }
    }

    /// What of a value is known only after resources were made.
    fn depends(&self, value: &Json, depth: usize) -> Option<String> {
        if depth == crate::json::DEPTH {
            return None;
        }
        match value {
            Json::Array(items) => items.iter().find_map(|it| self.depends(it, depth + 1)),
            Json::Object(map) => match function(map) {
                Some(("Ref", Json::String(id))) if self.names.is_written(id) => Some(format!("the resource `{id}`")),
                Some((name @ ("Fn::GetAtt" | "Fn::ImportValue"), _)) => Some(format!("`{name}`")),
                _ => map.values().find_map(|it| self.depends(it, depth + 1)),
            },
            _ => None,
        }
    }

    /// A value that has to be text.
    pub(super) fn text(&mut self, place: Place<'_>, value: &Json, what: &str) {
        let node = Node::in_template(value, &self.names);
        let Some(found) = not_text(&node) else { return };
        let message = format!("the value of {what} must be text, not {found}; `Fn::Join` makes text of a list");
        self.add(place, MistakeKind::Form, message.replace("the value of the", "the"));
    }
}

/// A text in one form, however it is written: `Fn::Sub` and `Fn::Join` make the same of the same parts.
fn parts(value: &Json) -> String {
    let whole = || format!("{value}");
    match value {
        Json::String(text) => text.clone(),
        Json::Object(map) => match function(map) {
            Some(("Ref", Json::String(name))) => format!("${{{name}}}"),
            Some(("Fn::Sub", Json::String(text))) => text.clone(),
            Some(("Fn::Join", Json::Array(arguments))) => match arguments.as_slice() {
                [Json::String(between), Json::Array(items)] => {
                    items.iter().map(parts).collect::<Vec<_>>().join(between)
                }
                _ => whole(),
            },
            _ => whole(),
        },
        _ => whole(),
    }
}

/// What a value is that is certainly no text.
pub(super) fn not_text(node: &Node) -> Option<&'static str> {
    match &node.value {
        Value::List(_) => Some("a list"),
        Value::Map(_) => Some("a map"),
        Value::Unknown(unknown) if unknown.kind == Some(Kind::List) => Some("a list"),
        Value::Choice(branches) => branches.iter().find_map(not_text),
        _ => None,
    }
}
