use serde_json::Value as Json;

use crate::fault::FaultKind;
use crate::function::check_function;
use crate::json::function;
use crate::names::nearest;
use crate::node::Node;
use crate::template::{MistakeKind, Place, Report, described, hint};

/// What intrinsic functions refer to.
impl Report<'_> {
    pub(super) fn references(&mut self, place: Place<'_>, value: &Json) {
        match value {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.references(Place { path: &format!("{}[{index}]", place.path), ..place }, item);
                }
            }
            Json::Object(map) => match function(map) {
                Some((name, argument)) => self.function(place, name, argument),
                None => {
                    for (key, value) in map {
                        if key == "Condition" && place.section == "Conditions" && value.is_string() {
                            self.condition(place, value);
                            continue;
                        }
                        self.references(Place { path: &joined(place.path, key), ..place }, value);
                    }
                }
            },
            _ => {}
        }
    }

    fn function(&mut self, place: Place<'_>, name: &str, argument: &Json) {
        if self.function_form(place, name, argument) {
            return self.references(Place { path: &joined(place.path, name), ..place }, argument);
        }
        match (name, argument) {
            ("Ref", Json::String(name)) => self.value(place, name, "resource or parameter"),
            ("Fn::GetAtt", Json::String(text)) => {
                if let Some((id, attribute)) = text.split_once('.') {
                    self.get_att(place, id, Some(attribute));
                }
            }
            ("Fn::GetAtt", Json::Array(arguments)) => {
                if let [Json::String(id), attribute] = arguments.as_slice() {
                    self.get_att(place, id, attribute.as_str());
                }
                arguments.iter().for_each(|it| self.references(place, it));
            }
            ("Fn::Sub", Json::String(text)) => self.substitutions(place, text, &Json::Null),
            ("Fn::Sub", Json::Array(arguments)) => {
                if let [Json::String(text), names] = arguments.as_slice() {
                    self.substitutions(place, text, names);
                }
                arguments.iter().for_each(|it| self.references(place, it));
            }
            ("Fn::If", Json::Array(arguments)) => {
                if let Some((condition, branches)) = arguments.split_first() {
                    self.condition(place, condition);
                    branches.iter().for_each(|it| self.references(place, it));
                }
            }
            ("Fn::FindInMap", Json::Array(arguments)) => self.find_in_map(place, arguments),
            // a macro has parameters of its own
            ("Fn::Transform", _) => {}
            (name, argument) => self.references(Place { path: &joined(place.path, name), ..place }, argument),
        }
    }

    /// Whether a function is malformed, which is then reported.
    fn function_form(&mut self, place: Place<'_>, name: &str, argument: &Json) -> bool {
        // a transform may read what CloudFormation does not
        if self.names.is_open {
            return false;
        }
        let Some(fault) = check_function(0, name, &Node::from_json(argument)) else { return false };
        // nothing reads all of a resource's metadata
        if fault.kind == FaultKind::UnknownFunction && place.path.starts_with("Metadata") {
            return false;
        }
        self.add(place, MistakeKind::Function, fault.message);
        true
    }

    fn value(&mut self, place: Place<'_>, name: &str, what: &str) {
        if !self.names.is_value(name) {
            let message = format!("there is no {what} `{name}`{}", hint(name, self.names.values()));
            self.add(place, MistakeKind::UnknownName, message);
        }
    }

    fn get_att(&mut self, place: Place<'_>, id: &str, attribute: Option<&str>) {
        if !self.names.is_resource(id) {
            let message = format!("there is no resource `{id}`{}", hint(id, self.names.resource_ids()));
            return self.add(place, MistakeKind::UnknownName, message);
        }
        let Some(found) = self.names.type_of(id).and_then(described) else { return };
        let Some(attribute) = attribute.filter(|it| !found.has_attribute(it) && !self.names.has_macro) else { return };
        let meant = match nearest(attribute, found.attributes().iter().copied()) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None if found.attributes().is_empty() => "; it returns none".to_owned(),
            None => format!("; it returns `{}`", found.attributes().join("`, `")),
        };
        let message = format!("{} (`{id}`) returns no attribute `{attribute}`{meant}", found.name());
        self.add(place, MistakeKind::UnknownAttribute, message);
    }

    fn substitutions(&mut self, place: Place<'_>, text: &str, own: &Json) {
        for rest in text.split("${").skip(1) {
            let Some((name, _)) = rest.split_once('}') else { continue };
            let name = name.trim();
            if name.is_empty() || name.starts_with('!') || own.get(name).is_some() {
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => self.get_att(place, id, Some(attribute)),
                None => self.value(place, name, "resource or parameter"),
            }
        }
    }

    fn find_in_map(&mut self, place: Place<'_>, arguments: &[Json]) {
        let known = self.names.mappings.into_iter().flatten().map(|(name, _)| name.as_str());
        match arguments.first().and_then(Json::as_str) {
            Some(name)
                if arguments.len() == 3 && !self.names.mappings_are_open && !known.clone().any(|it| it == name) =>
            {
                let message = format!("there is no mapping `{name}`{}", hint(name, known));
                self.add(place, MistakeKind::UnknownName, message);
            }
            _ => {}
        }
        arguments.iter().for_each(|it| self.references(place, it));
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
