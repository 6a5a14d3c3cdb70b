use serde_json::{Map, Value as Json};

use crate::template::{MistakeKind, Place, Report, hint};

const ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];
const OF_TRANSFORMS: &[&str] = &["Connectors", "IgnoreGlobals"];
const DELETION_POLICIES: &[&str] = &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];
const UPDATE_REPLACE_POLICIES: &[&str] = &["Delete", "Retain", "Snapshot"];

/// What stands beside a resource's properties.
impl Report<'_> {
    pub(super) fn resource_attributes(&mut self, place: Place<'_>, resource: &Map<String, Json>) {
        for (name, value) in resource {
            let place = Place { path: name, ..place };
            match name.as_str() {
                "DeletionPolicy" => self.policy(place, value, DELETION_POLICIES),
                "UpdateReplacePolicy" => self.policy(place, value, UPDATE_REPLACE_POLICIES),
                "Condition" => self.condition(place, value),
                "DependsOn" => self.depends_on(place, value),
                "Properties" if !value.is_object() => {
                    self.add(place, MistakeKind::Form, "`Properties` must be a map");
                }
                name if ATTRIBUTES.contains(&name) || name.starts_with("Fn::") => {}
                name if OF_TRANSFORMS.contains(&name) && self.names.is_open => {}
                name => {
                    let message =
                        format!("unknown attribute `{name}` of a resource{}", hint(name, ATTRIBUTES.iter().copied()));
                    self.add(place, MistakeKind::ResourceAttribute, message);
                }
            }
        }
    }

    fn policy(&mut self, place: Place<'_>, value: &Json, allowed: &[&str]) {
        let found = match value {
            // functions are for the language extensions to resolve
            Json::Object(_) => return,
            Json::String(text) if allowed.contains(&text.as_str()) => return,
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let names = allowed.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let nearest = hint(&found, allowed.iter().copied());
        let message = format!("`{}` must be one of {names}, not `{found}`{nearest}", place.path);
        self.add(place, MistakeKind::ResourceAttribute, message);
    }

    /// A condition by its name.
    pub(super) fn condition(&mut self, place: Place<'_>, value: &Json) {
        match value.as_str() {
            Some(name) if self.names.is_condition(name) => {}
            Some(name) => {
                let message = format!("there is no condition `{name}`{}", hint(name, self.names.condition_names()));
                self.add(place, MistakeKind::UnknownName, message);
            }
            None => self.add(place, MistakeKind::Form, "a condition must be a name"),
        }
    }

    fn depends_on(&mut self, place: Place<'_>, value: &Json) {
        let one = std::slice::from_ref(value);
        for value in value.as_array().map_or(one, Vec::as_slice) {
            match value.as_str() {
                Some(id) if id == place.logical_id => {
                    self.add(place, MistakeKind::ResourceAttribute, "a resource cannot depend on itself");
                }
                Some(id) if self.names.is_resource(id) => {}
                Some(id) => {
                    let message = format!("there is no resource `{id}`{}", hint(id, self.names.resource_ids()));
                    self.add(place, MistakeKind::UnknownName, message);
                }
                None if value.is_object() => {}
                None => self.add(place, MistakeKind::ResourceAttribute, "`DependsOn` must name resources"),
            }
        }
    }
}
