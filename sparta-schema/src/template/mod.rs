//! The check of a whole template.

mod attributes;
mod names;
mod references;

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::check::check;
use crate::fault::FaultKind;
use crate::names::{nearest, nearest_type};
use crate::node::Node;
use crate::resource_type::{ResourceType, resource_type};
use names::Names;

/// One mistake in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The section of the template: `Resources`, `Outputs`, `Conditions`.
    pub section: String,
    /// The logical id of the resource, or the name of the output or condition; empty for the section as a whole.
    pub logical_id: String,
    /// Where it is below that, such as `Properties.Tags[0].Key`; empty for the whole.
    pub path: String,
    /// What sort of mistake it is.
    pub kind: MistakeKind,
    /// What is wrong and what was expected, as a sentence without a capital and a full stop.
    pub message: String,
}

/// What sort of mistake a [`Mistake`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MistakeKind {
    /// In a resource's properties.
    Property(FaultKind),
    /// A type that does not exist.
    UnknownType,
    /// An attribute of a resource that does not exist or has the wrong value: `DeletionPolicy`, `DependsOn`.
    ResourceAttribute,
    /// A name that nothing in the template has.
    UnknownName,
    /// A `Fn::GetAtt` of something that the type does not return.
    UnknownAttribute,
    /// An intrinsic function with arguments that it does not take.
    Function,
    /// A section, parameter or output of the wrong form.
    Form,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.section, &self.logical_id, &self.path];
        let path: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
        write!(f, "{}: {}", path.join("."), self.message)
    }
}

/// All mistakes in a template, in the order of its resources, outputs and conditions.
///
/// Intrinsic functions, dynamic references and conditions are taken for right where their values are not known; custom
/// resources, modules, private types and what a transform makes are let through. A type below `AWS::` that is not known
/// is a mistake.
///
/// # Example
///
/// ```
/// use serde_json::json;
///
/// let mistakes = sparta_schema::check_template(&json!({
///     "Resources": { "Files": { "Type": "AWS::S3::Buket" } },
///     "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["File", "Arn"] } } },
/// }));
/// assert_eq!(
///     mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(),
///     [
///         "Resources.Files.Type: unknown resource type `AWS::S3::Buket`; did you mean `AWS::S3::Bucket`?",
///         "Outputs.Arn.Value: there is no resource `File`; did you mean `Files`?",
///     ]
/// );
/// ```
pub fn check_template(template: &Json) -> Vec<Mistake> {
    let Some(sections) = template.as_object() else {
        return vec![Mistake::new("", "", "", MistakeKind::Form, "a template must be a map")];
    };
    let mut report = Report { names: Names::new(sections), mistakes: Vec::new() };
    report.sections(sections);
    report.mistakes
}

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// What is found while a template is read.
struct Report<'t> {
    names: Names<'t>,
    mistakes: Vec<Mistake>,
}

/// Where a value is: its section, logical id and path.
#[derive(Clone, Copy)]
struct Place<'p> {
    section: &'p str,
    logical_id: &'p str,
    path: &'p str,
}

impl Mistake {
    fn new(section: &str, logical_id: &str, path: &str, kind: MistakeKind, message: impl Into<String>) -> Self {
        Self {
            section: section.to_owned(),
            logical_id: logical_id.to_owned(),
            path: path.to_owned(),
            kind,
            message: message.into(),
        }
    }
}

impl<'t> Report<'t> {
    fn add(&mut self, place: Place<'_>, kind: MistakeKind, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(place.section, place.logical_id, place.path, kind, message));
    }

    fn sections(&mut self, sections: &'t Map<String, Json>) {
        for name in sections.keys().filter(|name| !SECTIONS.contains(&name.as_str())) {
            let message = format!("unknown section `{name}` of a template{}", hint(name, SECTIONS.iter().copied()));
            self.mistakes.push(Mistake::new(name, "", "", MistakeKind::Form, message));
        }
        match sections.get("Resources").and_then(Json::as_object) {
            Some(resources) if !resources.is_empty() => {
                for (id, resource) in resources.iter().filter(|(id, _)| !id.starts_with("Fn::")) {
                    self.resource(id, resource);
                }
            }
            _ => self.mistakes.push(Mistake::new("Resources", "", "", MistakeKind::Form, "a template needs resources")),
        }
        let outputs = sections.get("Outputs").and_then(Json::as_object);
        for (name, output) in outputs.into_iter().flatten().filter(|(name, _)| !name.starts_with("Fn::")) {
            self.output(name, output);
        }
        let conditions = sections.get("Conditions").and_then(Json::as_object);
        for (name, condition) in conditions.into_iter().flatten() {
            self.references(Place { section: "Conditions", logical_id: name, path: "" }, condition);
        }
    }

    fn resource(&mut self, id: &str, resource: &'t Json) {
        let place = Place { section: "Resources", logical_id: id, path: "" };
        let Some(resource) = resource.as_object() else {
            return self.add(place, MistakeKind::Form, "a resource must be a map");
        };
        let Some(name) = resource.get("Type").and_then(Json::as_str) else {
            return self.add(place, MistakeKind::Form, "a resource needs a `Type`");
        };
        let found = described(name);
        let is_private = !name.starts_with("AWS::") && !name.starts_with("Alexa::");
        if found.is_none() && !is_private && !name.ends_with("::MODULE") {
            let nearest = nearest_type(name).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
            let message = format!("unknown resource type `{name}`{nearest}");
            self.add(Place { path: "Type", ..place }, MistakeKind::UnknownType, message);
        }
        self.resource_attributes(place, resource);
        if let Some(found) = found.filter(|_| !self.names.has_macro) {
            self.properties(place, found, resource.get("Properties"));
        }
        for (key, value) in resource.iter().filter(|(key, _)| *key != "Type") {
            self.references(Place { path: key, ..place }, value);
        }
    }

    fn properties(&mut self, place: Place<'_>, found: &ResourceType, properties: Option<&Json>) {
        let none = Json::Object(Map::new());
        let node = Node::from_json(properties.unwrap_or(&none));
        for fault in check(found, &node) {
            // `Globals` of the template give them
            if fault.kind == FaultKind::Required && found.name().starts_with("AWS::Serverless::") {
                continue;
            }
            let path =
                if fault.path.is_empty() { "Properties".to_owned() } else { format!("Properties.{}", fault.path) };
            self.add(Place { path: &path, ..place }, MistakeKind::Property(fault.kind), fault.message);
        }
    }

    fn output(&mut self, name: &str, output: &'t Json) {
        let place = Place { section: "Outputs", logical_id: name, path: "" };
        let Some(output) = output.as_object().filter(|it| it.contains_key("Value")) else {
            return self.add(place, MistakeKind::Form, "an output needs a `Value`");
        };
        const KEYS: [&str; 4] = ["Condition", "Description", "Export", "Value"];
        for key in output.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let message = format!("unknown key `{key}` of an output{}", hint(key, KEYS));
            self.add(Place { path: key, ..place }, MistakeKind::Form, message);
        }
        if let Some(condition) = output.get("Condition") {
            self.condition(Place { path: "Condition", ..place }, condition);
        }
        for (key, value) in output.iter().filter(|(key, _)| *key != "Condition") {
            self.references(Place { path: key, ..place }, value);
        }
    }
}

/// What is known of a type; all custom resources are described by one.
fn described(name: &str) -> Option<&'static ResourceType> {
    let name = if name.starts_with("Custom::") { "AWS::CloudFormation::CustomResource" } else { name };
    resource_type(name)
}

/// The end of a message that says what was probably meant.
fn hint<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, among).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}
