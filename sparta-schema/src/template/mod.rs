//! The check of a whole template.

mod attributes;
mod between;
mod circle;
mod conditions;
mod expand;
mod logic;
mod names;
mod outputs;
mod parameters;
mod place;
mod policies;
mod references;
mod resource;
mod sections;
mod texts;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde_json::{Map, Value as Json};

use crate::fault::FaultKind;
use crate::json::in_order;
use crate::names::nearest;
use crate::resource_type::{ResourceType, resource_type};
use circle::Circles;
use names::Names;
use place::Place;

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
    /// Resources that wait for one another.
    Circle,
}

impl Mistake {
    /// Where it is in the template: `Resources.Files.Properties.Tags[0].Key`.
    pub fn place(&self) -> String {
        let parts = [&self.section, &self.logical_id, &self.path];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
        parts.join(".")
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

/// All mistakes in a template, in the order of its parameters, resources, mappings, outputs and conditions.
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
    found(template).0
}

/// What CloudFormation takes in a template although it is hardly meant: IAM actions that are not known.
///
/// # Example
///
/// ```
/// use serde_json::json;
///
/// let statement = json!({ "Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*" });
/// let template = json!({ "Resources": { "Policy": {
///     "Type": "AWS::IAM::ManagedPolicy",
///     "Properties": { "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } },
/// } } });
/// assert!(sparta_schema::check_template(&template).is_empty());
/// assert_eq!(
///     sparta_schema::template_warnings(&template)[0].to_string(),
///     "Resources.Policy.Properties.PolicyDocument.Statement[0].Action: `s3:GetObjekt` is no IAM action that is known; \
///      did you mean `s3:GetObject`?"
/// );
/// ```
pub fn template_warnings(template: &Json) -> Vec<Mistake> {
    found(template).1
}

/// Mistakes and warnings.
#[inline(never)]
fn found(template: &Json) -> (Vec<Mistake>, Vec<Mistake>) {
    if cfg!(sparta_serving) {
        return (Vec::new(), Vec::new());
    }
    let template = in_order(expand::expanded(template).map_or(Cow::Borrowed(template), Cow::Owned));
    let Some(sections) = template.as_object() else {
        let mistake = Mistake::new(Place::new("", ""), MistakeKind::Form, "a template must be a map");
        return (vec![mistake], Vec::new());
    };
    let mut report = Report::new(sections);
    report.sections(sections);
    (report.mistakes, report.warnings)
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

/// The template with its loops (`Fn::ForEach`) unrolled, as far as it is known what they go through; `None` where it has none,
/// or where they make more than anybody can deploy.
#[inline(never)]
pub fn unrolled(template: &Json) -> Option<Json> {
    if cfg!(sparta_serving) {
        return None;
    }
    expand::unrolled(template)
}

/// What a template can have.
pub mod form {
    pub use super::attributes::is_attribute;
    pub use super::names::has_macro;

    /// Whether a template has a section of this name.
    pub fn is_section(name: &str) -> bool {
        super::SECTIONS.contains(&name)
    }
}

/// What is found while a template is read.
struct Report<'t> {
    names: Names<'t>,
    circles: Circles<'t>,
    /// The conditions of the branches of `Fn::If` that a value is in.
    case: Vec<(&'t str, bool)>,
    /// How many more times the name is looked for that was meant.
    hints: Cell<usize>,
    /// How many names were compared for that.
    compared: Cell<usize>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
}

// each is compared with every other name: without an end that is quadratic
const HINTS: usize = 50;
const COMPARED: usize = 150_000;

impl Mistake {
    fn new(place: Place<'_>, kind: MistakeKind, message: impl Into<String>) -> Self {
        Self {
            section: place.section.to_owned(),
            logical_id: place.logical_id.to_owned(),
            path: place.path.to_string(),
            kind,
            message: message.into(),
        }
    }
}

impl<'t> Report<'t> {
    fn new(sections: &'t Map<String, Json>) -> Self {
        let names = Names::new(sections);
        Self {
            circles: Circles::new(names.resources),
            names,
            case: Vec::new(),
            hints: Cell::new(HINTS),
            compared: Cell::new(0),
            mistakes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn add(&mut self, place: Place<'_>, kind: MistakeKind, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(place, kind, message));
    }

    fn warn(&mut self, place: Place<'_>, kind: MistakeKind, message: impl Into<String>) {
        self.warnings.push(Mistake::new(place, kind, message));
    }

    /// The end of a message that says what was probably meant.
    fn hint<'a>(&self, name: &str, among: impl IntoIterator<Item = &'a str>) -> String {
        let Some(left) = self.hints.get().checked_sub(1).filter(|_| self.compared.get() < COMPARED) else {
            return String::new();
        };
        self.hints.set(left);
        let among = among.into_iter().inspect(|_| self.compared.set(self.compared.get() + 1));
        nearest(name, among).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
    }

    fn sections(&mut self, sections: &'t Map<String, Json>) {
        let is_unknown = |name: &str| !SECTIONS.contains(&name) && !name.starts_with("Fn::") && !self.names.has_macro;
        let unknown: Vec<_> = sections.keys().filter(|name| is_unknown(name)).collect();
        for name in unknown {
            let message =
                format!("unknown section `{name}` of a template{}", self.hint(name, SECTIONS.iter().copied()));
            self.add(Place::new(name, ""), MistakeKind::Form, message);
        }
        self.heads(sections);
        for (name, parameter) in
            self.names.parameters.into_iter().flatten().filter(|(name, _)| !name.starts_with("Fn::"))
        {
            self.parameter(name, parameter);
        }
        match self.names.resources {
            Some(resources) if !resources.is_empty() => {
                for (id, resource) in resources.iter().filter(|(id, _)| !id.starts_with("Fn::")) {
                    self.resource(id, resource);
                }
                self.between(resources);
                self.circles();
            }
            _ if self.names.has_macro => {}
            _ => self.add(Place::new("Resources", ""), MistakeKind::Form, "a template needs resources"),
        }
        if let Some(mappings) = self.names.mappings {
            self.mappings(mappings);
        }
        if let Some(outputs) = sections.get("Outputs").and_then(Json::as_object) {
            self.outputs(outputs);
        }
        if let Some(conditions) = self.names.conditions {
            self.conditions(conditions);
        }
        self.loops(sections);
        self.all_texts(sections);
    }

    /// The name of a parameter, resource, mapping or output.
    fn name(&mut self, place: Place<'_>, name: &str) {
        let is_right = (1..=255).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_right && !self.names.has_macro {
            self.add(place, MistakeKind::Form, "a name has 1 to 255 letters and digits");
        }
    }
}

const SERVERLESS: &str = "AWS::Serverless::";
const CUSTOM: &str = "Custom::";

/// What is known of a type; all custom resources are described by one.
fn described(name: &str) -> Option<&'static ResourceType> {
    let name = if name.starts_with(CUSTOM) { "AWS::CloudFormation::CustomResource" } else { name };
    resource_type(name)
}
