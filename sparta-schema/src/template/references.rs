use serde_json::Value as Json;

use crate::fault::FaultKind;
use crate::function::check_function;
use crate::json::{DEPTH, function};
use crate::names::nearest;
use crate::node::Node;
use crate::template::expand::{self, LOOP};
use crate::template::{MistakeKind, Place, Report, SERVERLESS, described};

/// What intrinsic functions refer to.
impl<'t> Report<'t> {
    pub(super) fn references(&mut self, place: Place<'_>, value: &'t Json) {
        match value {
            _ if place.depth == DEPTH => {}
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.references(place.item(index), item);
                }
            }
            Json::Object(map) => match function(map) {
                Some((name, argument)) => self.function(place, name, argument),
                None => {
                    for (key, value) in map {
                        if key.starts_with(LOOP) {
                            self.loop_form(place.key(key), key, value);
                            continue;
                        }
                        if key == "Condition" && place.section == "Conditions" && value.is_string() {
                            self.condition(place, value);
                            continue;
                        }
                        self.references(place.key(key), value);
                    }
                }
            },
            _ => {}
        }
    }

    fn function(&mut self, place: Place<'_>, name: &'t str, argument: &'t Json) {
        if self.function_form(place, name, argument) {
            return self.references(place.key(name), argument);
        }
        match (name, argument) {
            ("Ref", Json::String(name)) => self.value(place, name),
            ("Fn::GetAtt", Json::String(text)) => {
                if let Some((id, attribute)) = text.split_once('.') {
                    self.get_att(place, id, Some(attribute));
                }
            }
            ("Fn::GetAtt", Json::Array(arguments)) => {
                if let [Json::String(id), attribute] = arguments.as_slice() {
                    self.get_att(place, id, attribute.as_str());
                }
                self.all(place, arguments);
            }
            ("Fn::Sub", Json::String(text)) => self.substitutions(place, text, &Json::Null),
            ("Fn::Sub", Json::Array(arguments)) => {
                if let [Json::String(text), names] = arguments.as_slice() {
                    self.substitutions(place, text, names);
                }
                self.all(place, arguments);
            }
            ("Fn::If", Json::Array(arguments)) => self.choice(place, arguments),
            ("Fn::FindInMap", Json::Array(arguments)) => {
                self.find_in_map(place, arguments);
                self.all(place, arguments);
            }
            // a macro has parameters of its own
            ("Fn::Transform", _) => {}
            (name, argument) => self.references(place.key(name), argument),
        }
    }

    fn all(&mut self, place: Place<'_>, values: &'t [Json]) {
        values.iter().for_each(|it| self.references(place.inside(), it));
    }

    /// What a branch of `Fn::If` refers to is needed only where its condition is so.
    fn choice(&mut self, place: Place<'_>, arguments: &'t [Json]) {
        let Some((condition, branches)) = arguments.split_first() else { return };
        self.condition(place, condition);
        for (value, branch) in [true, false].into_iter().zip(branches) {
            let before = self.case.len();
            self.case.extend(condition.as_str().map(|name| (name, value)));
            self.references(place.inside(), branch);
            self.case.truncate(before);
        }
    }

    /// A loop over what is not known, whose body nobody can read.
    pub(super) fn loop_form(&mut self, place: Place<'_>, name: &str, argument: &Json) {
        if !self.names.has_extensions {
            let message = format!("`{name}` needs `Transform: AWS::LanguageExtensions`");
            return self.add(place, MistakeKind::Function, message);
        }
        if expand::parts(argument).is_none() {
            let message = format!("`{name}` needs a list of a variable, a collection and a map");
            self.add(place, MistakeKind::Function, message);
        }
    }

    /// Whether a function is malformed, which is then reported.
    fn function_form(&mut self, place: Place<'_>, name: &str, argument: &Json) -> bool {
        // a transform may read what CloudFormation does not
        if self.names.is_open {
            return false;
        }
        if place.section == "Conditions" && ["Fn::GetAtt", "Fn::ImportValue", "Fn::GetStackOutput"].contains(&name) {
            let message = format!("a condition cannot have `{name}`: it is read before anything is there");
            self.add(place, MistakeKind::Function, message);
            return true;
        }
        if ["Fn::Length", "Fn::ToJsonString"].contains(&name) && !self.names.has_extensions {
            let message = format!("`{name}` needs `Transform: AWS::LanguageExtensions`");
            self.add(place, MistakeKind::Function, message);
            return true;
        }
        let Some(fault) = check_function(0, name, &Node::in_template(argument, &self.names)) else { return false };
        // nothing reads all of a resource's metadata
        if fault.kind == FaultKind::UnknownFunction && place.path.first() == "Metadata" {
            return false;
        }
        self.add(place, MistakeKind::Function, fault.message);
        true
    }

    fn value(&mut self, place: Place<'_>, name: &str) {
        if !self.names.is_value(name) {
            let message = format!("there is no resource or parameter `{name}`{}", self.hint(name, self.names.values()));
            return self.add(place, MistakeKind::UnknownName, message);
        }
        self.needs(place, name);
    }

    /// Remembers that a resource needs another one; a condition cannot.
    fn needs(&mut self, place: Place<'_>, id: &str) {
        if place.section == "Conditions" && self.names.is_written(id) && !self.names.is_open {
            let message = format!("a condition cannot refer to the resource `{id}`: it is read before there is one");
            return self.add(place, MistakeKind::UnknownName, message);
        }
        let Place { section: "Resources", logical_id, path, .. } = place else { return };
        // what is in a resource's own metadata is read when it is there
        if logical_id != id || path.first() != "Metadata" {
            self.circles.needs(logical_id, id, &self.case);
        }
    }

    fn get_att(&mut self, place: Place<'_>, id: &str, attribute: Option<&str>) {
        if !self.names.is_resource(id) {
            let message = format!("there is no resource `{id}`{}", self.hint(id, self.names.resource_ids()));
            return self.add(place, MistakeKind::UnknownName, message);
        }
        self.needs(place, id);
        let Some(found) = self.names.type_of(id).and_then(described) else { return };
        // what SAM makes of it returns more
        if found.name().starts_with(SERVERLESS) {
            return;
        }
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
                None => self.value(place, name),
            }
        }
    }
}
