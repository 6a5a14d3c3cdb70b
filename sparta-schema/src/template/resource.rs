//! One resource: its type and its properties.

use serde_json::{Map, Value as Json};

use crate::check::findings;
use crate::fault::{Fault, FaultKind};
use crate::node::Node;
use crate::resource_type::{ResourceType, types};
use crate::template::{CUSTOM, MistakeKind, Place, Report, SERVERLESS, described};

impl<'t> Report<'t> {
    pub(super) fn resource(&mut self, id: &'t str, resource: &'t Json) {
        let place = Place::new("Resources", id);
        self.name(place, id);
        if self.names.parameters.is_some_and(|it| it.contains_key(id)) {
            let message = format!("a parameter is called `{id}`, too: `Ref` would not know which is meant");
            self.add(place, MistakeKind::Form, message);
        }
        let Some(resource) = resource.as_object() else {
            return self.add(place, MistakeKind::Form, "a resource must be a map");
        };
        // a macro gives it, or a transform of this resource
        let is_made = self.names.has_macro || resource.keys().any(|key| key.starts_with("Fn::"));
        match resource.get("Type") {
            Some(Json::String(name)) => self.typed(place, name, resource, is_made),
            _ if is_made => {}
            _ => return self.add(place, MistakeKind::Form, "a resource needs a `Type`"),
        }
        for (key, value) in resource.iter().filter(|(key, _)| *key != "Type") {
            self.references(place.at(key), value);
        }
    }

    fn typed(&mut self, place: Place<'_>, name: &str, resource: &'t Map<String, Json>, is_made: bool) {
        let found = described(name);
        let is_private = !name.starts_with("AWS::") && !name.starts_with("Alexa::");
        if found.is_none() && !is_private && !name.ends_with("::MODULE") && !is_made {
            let nearest = self.hint(name, types());
            let message = format!("unknown resource type `{name}`{nearest}");
            self.add(place.at("Type"), MistakeKind::UnknownType, message);
        }
        if name.strip_prefix(CUSTOM).is_some_and(|kind| !is_custom_type(name, kind)) {
            let message =
                format!("the type `{name}` has to be `{CUSTOM}` with letters, digits and `_@-`, 60 characters in all");
            self.add(place.at("Type"), MistakeKind::UnknownType, message);
        }
        self.resource_attributes(place, name, resource);
        if let Some(found) = found.filter(|_| !is_made) {
            self.properties(place, found, resource);
        }
    }

    fn properties(&mut self, place: Place<'_>, found: &ResourceType, resource: &'t Map<String, Json>) {
        let none = Json::Object(Map::new());
        let node = Node::in_template(resource.get("Properties").unwrap_or(&none), &self.names);
        let condition = resource.get("Condition").and_then(Json::as_str);
        for fault in findings(found, &node) {
            let is_never_made = || condition.is_some_and(|it| self.names.is_never(it));
            let is_let_through = fault.kind == FaultKind::Required && is_never_made();
            if is_let_through || (found.name().starts_with(SERVERLESS) && !self.is_certain(&fault)) {
                continue;
            }
            let path =
                if fault.path.is_empty() { "Properties".to_owned() } else { format!("Properties.{}", fault.path) };
            let kind = MistakeKind::Property(fault.kind);
            match fault.kind.is_warning() {
                true => self.warn(place.at(&path), kind, fault.message),
                false => self.add(place.at(&path), kind, fault.message),
            }
        }
    }

    /// Whether a fault of a resource of SAM's is certain: SAM takes more than its schema says, and it grows. `Globals` may
    /// give what is missing.
    fn is_certain(&self, fault: &Fault) -> bool {
        // of these SAM's translator takes other forms than its schema has
        const LOOSE: [&str; 6] = ["Auth", "Definition", "DefinitionBody", "Events", "Globals", "ImageConfig"];
        let first = fault.path.split(['.', '[']).next().unwrap_or_default();
        let is_loose = LOOSE.contains(&first) || fault.message.contains("`null`");
        match fault.kind {
            FaultKind::DynamicReference => true,
            kind if kind.is_warning() => true,
            FaultKind::UnknownProperty => !is_loose && fault.message.contains("did you mean"),
            FaultKind::Required => !is_loose && !self.names.has_globals,
            FaultKind::Count
            | FaultKind::Enum
            | FaultKind::Length
            | FaultKind::Pattern
            | FaultKind::Range
            | FaultKind::Type => !is_loose,
            _ => false,
        }
    }
}

/// Whether CloudFormation takes the name of a custom resource's type, which ends in `kind`.
fn is_custom_type(name: &str, kind: &str) -> bool {
    let is_right = |byte: u8| byte.is_ascii_alphanumeric() || b"_@-".contains(&byte);
    !kind.is_empty() && name.len() <= 60 && kind.bytes().all(is_right)
}
