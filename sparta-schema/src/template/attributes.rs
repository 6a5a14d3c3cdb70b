use serde_json::{Map, Value as Json};

use crate::json::function;
use crate::template::policies::WITH_SNAPSHOTS;
use crate::template::{MistakeKind, Place, Report, SERVERLESS};

const ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];
const OF_TRANSFORMS: &[&str] = &["Connectors", "IgnoreGlobals"];
const DELETION_POLICIES: &[&str] = &["Delete", "Retain", "RetainExceptOnCreate"];
const UPDATE_REPLACE_POLICIES: &[&str] = &["Delete", "Retain"];

/// Whether a resource of a type can have an attribute of this name, beside its properties. SAM leaves out those that it does
/// not know.
pub fn is_attribute(resource_type: &str, name: &str) -> bool {
    ATTRIBUTES.contains(&name) || OF_TRANSFORMS.contains(&name) || resource_type.starts_with(SERVERLESS)
}

/// A function that makes text.
fn is_resolved(map: &Map<String, Json>) -> bool {
    const FUNCTIONS: [&str; 6] = ["Fn::FindInMap", "Fn::If", "Fn::Select", "Fn::Sub", "Fn::Transform", "Ref"];
    function(map).is_some_and(|(name, _)| FUNCTIONS.contains(&name))
}

/// What stands beside a resource's properties.
impl<'t> Report<'t> {
    pub(super) fn resource_attributes(&mut self, place: Place<'_>, name: &str, resource: &'t Map<String, Json>) {
        for (key, value) in resource.iter().filter(|(_, value)| !value.is_null()) {
            let place = place.at(key);
            match key.as_str() {
                "DeletionPolicy" => self.policy(place, name, value, DELETION_POLICIES),
                "UpdateReplacePolicy" => self.policy(place, name, value, UPDATE_REPLACE_POLICIES),
                "Condition" => self.condition(place, value),
                "CreationPolicy" => self.creation_policy(place, name, value),
                "DependsOn" => self.depends_on(place, value),
                "Properties" if !value.is_object() => {
                    self.add(place, MistakeKind::Form, "`Properties` must be a map");
                }
                "UpdatePolicy" => self.update_policy(place, name, value),
                key if ATTRIBUTES.contains(&key) || key.starts_with("Fn::") => {}
                key if OF_TRANSFORMS.contains(&key) => {}
                _ if self.names.has_macro => {}
                key => {
                    let hint = self.hint(key, ATTRIBUTES.iter().copied());
                    if name.starts_with(SERVERLESS) {
                        let message = format!("SAM leaves out the attribute `{key}` of a resource{hint}");
                        self.warn(place, MistakeKind::ResourceAttribute, message);
                        continue;
                    }
                    let message = format!("unknown attribute `{key}` of a resource{hint}");
                    self.add(place, MistakeKind::ResourceAttribute, message);
                }
            }
        }
    }

    fn policy(&mut self, place: Place<'_>, name: &str, value: &Json, allowed: &[&str]) {
        // what AWS does not know may have snapshots
        let has_snapshots = WITH_SNAPSHOTS.contains(&name) || !name.starts_with("AWS::") || self.names.has_macro;
        let found = match value {
            // functions are for the language extensions to resolve
            Json::Object(map) if is_resolved(map) || self.names.has_macro => return,
            Json::String(text) if allowed.contains(&text.as_str()) || (text == "Snapshot" && has_snapshots) => return,
            Json::String(text) if text == "Snapshot" => {
                let message = format!("`{}` cannot be `Snapshot`: {name} has none", place.path);
                return self.add(place, MistakeKind::ResourceAttribute, message);
            }
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let allowed = allowed.iter().copied().chain(has_snapshots.then_some("Snapshot"));
        let names = allowed.clone().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let message = format!("`{}` must be one of {names}, not `{found}`{}", place.path, self.hint(&found, allowed));
        self.add(place, MistakeKind::ResourceAttribute, message);
    }

    /// A condition by its name.
    pub(super) fn condition(&mut self, place: Place<'_>, value: &Json) {
        match value.as_str() {
            Some(name) if self.names.is_condition(name) => {}
            Some(name) => {
                let message =
                    format!("there is no condition `{name}`{}", self.hint(name, self.names.condition_names()));
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
                Some(id) if self.names.is_resource(id) => self.circles.needs(place.logical_id, id, &[]),
                Some(id) => {
                    let message = format!("there is no resource `{id}`{}", self.hint(id, self.names.resource_ids()));
                    self.add(place, MistakeKind::UnknownName, message);
                }
                None if value.is_object() => {}
                None => self.add(place, MistakeKind::ResourceAttribute, "`DependsOn` must name resources"),
            }
        }
    }
}
