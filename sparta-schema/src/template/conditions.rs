//! The forms of conditions and mappings.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::json::{DEPTH, function};
use crate::names::nearest;
use crate::node::Node;
use crate::template::outputs::not_text;
use crate::template::{MistakeKind, Place, Report};

const FUNCTIONS: &[&str] = &["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];

impl<'t> Report<'t> {
    pub(super) fn conditions(&mut self, conditions: &'t Map<String, Json>) {
        for (name, condition) in conditions.iter().filter(|(name, _)| !name.starts_with("Fn::")) {
            let place = Place::new("Conditions", name);
            if !self.names.has_macro {
                self.condition_form(place, condition);
            }
            self.references(place, condition);
        }
        self.condition_circles(conditions);
    }

    fn condition_form(&mut self, place: Place<'_>, value: &'t Json) {
        if value.is_boolean() {
            return;
        }
        let only = value.as_object().filter(|it| it.len() == 1).and_then(|it| it.iter().next());
        let Some((name, argument)) = only else {
            let message = "a condition is one of `Fn::And`, `Fn::Equals`, `Fn::Not`, `Fn::Or` or `Condition`";
            return self.add(place, MistakeKind::Form, message);
        };
        let items = argument.as_array().map(Vec::as_slice);
        let place = place.key(name);
        match (name.as_str(), items) {
            ("Condition" | "Fn::Transform", _) => {}
            ("Fn::Equals", Some([a, b])) => {
                for (index, side) in [a, b].into_iter().enumerate() {
                    let is_map = side.as_object().is_some_and(|it| it.len() != 1);
                    let found = not_text(&Node::in_template(side, &self.names)).or(is_map.then_some("a map"));
                    if let Some(found) = found {
                        let message = format!("`Fn::Equals` compares texts, not {found}");
                        self.add(place.item(index), MistakeKind::Function, message);
                    }
                }
            }
            ("Fn::Not", Some([_])) | ("Fn::And" | "Fn::Or", Some([_, _, ..]))
                if items.is_some_and(|it| it.len() <= 10) =>
            {
                if place.depth < DEPTH {
                    let items = items.into_iter().flatten().enumerate();
                    items.for_each(|(index, it)| self.condition_form(place.item(index), it));
                }
            }
            ("Fn::Equals", _) => self.add(place, MistakeKind::Function, "`Fn::Equals` needs a list of two values"),
            ("Fn::Not", _) => self.add(place, MistakeKind::Function, "`Fn::Not` needs a list of one condition"),
            ("Fn::And" | "Fn::Or", _) => {
                let message = format!("`{name}` needs a list of 2 to 10 conditions");
                self.add(place, MistakeKind::Function, message);
            }
            // a misspelt function is reported as one
            (other, _) if nearest(other, FUNCTIONS.iter().copied()).is_some() => {}
            (other, _) => self.add(place, MistakeKind::Function, format!("`{other}` makes no condition")),
        }
    }

    /// Conditions that refer to one another in a circle are reported once.
    fn condition_circles(&mut self, conditions: &'t Map<String, Json>) {
        let ids: Vec<&str> = conditions.keys().map(String::as_str).collect();
        let indices: HashMap<&str, usize> = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        let mut edges = Vec::new();
        for (from, condition) in conditions.values().enumerate() {
            named(condition, 0, &mut |name| edges.extend(indices.get(name).map(|to| (from, *to))));
        }
        for group in crate::template::circle::groups(ids.len(), edges.into_iter()) {
            let names: Vec<_> = group.iter().take(12).map(|it| format!("`{}`", ids[*it])).collect();
            let place = Place::new("Conditions", ids[*group.first().expect("a group has members")]);
            let message = format!("{} refer to one another in a circle", names.join(", "));
            self.add(place, MistakeKind::Form, message);
        }
    }

    pub(super) fn mappings(&mut self, mappings: &Map<String, Json>) {
        for (name, mapping) in mappings.iter().filter(|(name, _)| !name.starts_with("Fn::")) {
            let place = Place::new("Mappings", name);
            self.name(place, name);
            let Some(mapping) = mapping.as_object().filter(|it| !it.is_empty()) else {
                self.add(place, MistakeKind::Form, "a mapping needs keys, each with a map of values");
                continue;
            };
            for (key, values) in mapping.iter().filter(|(key, _)| !key.starts_with("Fn::")) {
                let place = place.key(key);
                let Some(values) = values.as_object().filter(|it| !it.is_empty()) else {
                    self.add(place, MistakeKind::Form, "a key of a mapping needs a map of values");
                    continue;
                };
                for (key, value) in values.iter().filter(|(key, _)| !key.starts_with("Fn::")) {
                    self.mapped(place.key(key), value);
                }
            }
        }
    }

    fn mapped(&mut self, place: Place<'_>, value: &Json) {
        let is_scalar = |it: &Json| !it.is_object() && !it.is_array();
        let is_right = is_scalar(value) || value.as_array().is_some_and(|it| it.iter().all(is_scalar));
        let is_made = value.as_object().is_some_and(|it| it.keys().any(|key| key.starts_with("Fn::Transform")));
        if !is_right && !is_made {
            let message = "a value of a mapping must be text or a list of texts, without functions";
            self.add(place, MistakeKind::Form, message);
        }
    }

    /// What `Fn::FindInMap` looks up has to be there.
    pub(super) fn find_in_map(&mut self, place: Place<'_>, arguments: &[Json]) {
        let [mapping, keys @ ..] = arguments else { return };
        let Some(name) = mapping.as_str().filter(|_| keys.len() == 2 && !self.names.mappings_are_open) else { return };
        let mappings = self.names.mappings;
        let Some(mapping) = mappings.and_then(|it| it.get(name)) else {
            let known = mappings.into_iter().flatten().map(|(name, _)| name.as_str());
            let message = format!("there is no mapping `{name}`{}", self.hint(name, known));
            return self.add(place, MistakeKind::UnknownName, message);
        };
        let Some(mapping) = mapping.as_object().filter(|it| !it.keys().any(|key| key.starts_with("Fn::"))) else {
            return;
        };
        let (Some(first), second) = (keys[0].as_str(), keys[1].as_str()) else { return };
        let Some(values) = mapping.get(first) else {
            let message = format!(
                "the mapping `{name}` has no key `{first}`{}",
                self.hint(first, mapping.keys().map(String::as_str))
            );
            return self.add(place, MistakeKind::UnknownName, message);
        };
        let (Some(second), Some(values)) = (second, values.as_object()) else { return };
        if !values.contains_key(second) && !values.contains_key("Fn::Transform") {
            let hint = self.hint(second, values.keys().map(String::as_str));
            let message = format!("`{first}` of the mapping `{name}` has no value `{second}`{hint}");
            self.add(place, MistakeKind::UnknownName, message);
        }
    }
}

/// Every condition that a definition refers to.
fn named<'t>(value: &'t Json, depth: usize, found: &mut dyn FnMut(&'t str)) {
    match value {
        _ if depth == DEPTH => {}
        Json::Array(items) => items.iter().for_each(|it| named(it, depth + 1, found)),
        Json::Object(map) => match (map.get("Condition"), function(map)) {
            (Some(Json::String(name)), _) => found(name),
            (_, Some((_, argument))) => named(argument, depth + 1, found),
            _ => {}
        },
        _ => {}
    }
}
