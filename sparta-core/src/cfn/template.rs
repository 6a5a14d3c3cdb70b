use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde::Serialize;

use super::{LogicalId, Parameter, Value};

/// A CloudFormation template.
///
/// Everything in it is ordered by name, so the same template is always the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    format_version: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<LogicalId, Parameter>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    conditions: BTreeMap<LogicalId, Value>,
    resources: BTreeMap<LogicalId, Resource>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<LogicalId, Output>,
}

impl Template {
    /// A template of nothing yet.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            format_version: "2010-09-09",
            description: description.into(),
            parameters: BTreeMap::new(),
            conditions: BTreeMap::new(),
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
        }
    }

    /// Adds a parameter; the first one of a name stays.
    pub fn parameter(&mut self, id: LogicalId, parameter: Parameter) -> bool {
        vacant(self.parameters.entry(id), parameter)
    }

    /// Adds a condition; the first one of a name stays.
    pub fn condition(&mut self, id: LogicalId, condition: Value) -> bool {
        vacant(self.conditions.entry(id), condition)
    }

    /// Adds a resource, and says whether the name was free; the first one of a name stays.
    pub fn resource(&mut self, id: LogicalId, resource: Resource) -> bool {
        vacant(self.resources.entry(id), resource)
    }

    /// Adds an output; the first one of a name stays.
    pub fn output(&mut self, id: LogicalId, output: Output) -> bool {
        vacant(self.outputs.entry(id), output)
    }

    /// The parameters by name.
    pub fn parameters(&self) -> &BTreeMap<LogicalId, Parameter> {
        &self.parameters
    }

    /// The resources by name.
    pub fn resources(&self) -> &BTreeMap<LogicalId, Resource> {
        &self.resources
    }

    /// The outputs by name.
    pub fn outputs(&self) -> &BTreeMap<LogicalId, Output> {
        &self.outputs
    }

    /// The names that something here refers to and nothing here defines.
    pub fn dangling_references(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        for resource in self.resources.values() {
            resource.properties.values().for_each(|value| value.references(&mut found));
            found.extend(resource.depends_on.iter().map(LogicalId::as_str));
        }
        self.conditions.values().for_each(|value| value.references(&mut found));
        self.outputs.values().for_each(|output| output.value.references(&mut found));
        let defined = |name: &str| {
            let id = LogicalId::new(name);
            id.is_ok_and(|id| self.parameters.contains_key(&id) || self.resources.contains_key(&id))
        };
        found.into_iter().filter(|name| !name.starts_with("AWS::") && !defined(name)).map(str::to_owned).collect()
    }

    /// The consent that CloudFormation needs of whoever deploys this: `CAPABILITY_NAMED_IAM` where a role or policy has
    /// a name of its own, `CAPABILITY_IAM` where there is one without.
    pub fn capability(&self) -> Option<&'static str> {
        const NAMES: [&str; 5] = ["RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"];
        let mut roles = self.resources.values().filter(|resource| resource.kind().starts_with("AWS::IAM::")).peekable();
        roles.peek()?;
        let named = roles.any(|role| NAMES.iter().any(|name| role.properties().contains_key(*name)));
        Some(if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" })
    }

    /// The document as indented JSON, for files and people.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a template is JSON");
        json.push('\n');
        json
    }

    /// The document in as few bytes as it takes, for the API.
    pub fn to_compact_json(&self) -> String {
        serde_json::to_string(self).expect("a template is JSON")
    }
}

fn vacant<T>(entry: Entry<'_, LogicalId, T>, value: T) -> bool {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(value);
            true
        }
        Entry::Occupied(_) => false,
    }
}

/// A resource: a type, its properties and CloudFormation's attributes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<LogicalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, Value>,
}

impl Resource {
    /// A resource of a type such as `AWS::SQS::Queue`, with its properties as a JSON object.
    pub fn new(kind: impl Into<String>, properties: serde_json::Value) -> Self {
        let properties = match Value::from(properties) {
            Value::Map(map) => map,
            _ => BTreeMap::new(),
        };
        Self {
            kind: kind.into(),
            depends_on: Vec::new(),
            condition: None,
            deletion_policy: None,
            update_replace_policy: None,
            properties,
        }
    }

    /// Creates this resource only after another one.
    #[must_use]
    pub fn depends_on(mut self, id: LogicalId) -> Self {
        self.depends_on.push(id);
        self
    }

    /// Creates this resource only where a condition of the template holds.
    #[must_use]
    pub fn condition(mut self, id: LogicalId) -> Self {
        self.condition = Some(id);
        self
    }

    /// Keeps the resource when its stack is deleted or it is replaced: `DeletionPolicy: Retain`.
    #[must_use]
    pub fn retain(mut self) -> Self {
        self.deletion_policy = Some("Retain".to_owned());
        self.update_replace_policy = Some("Retain".to_owned());
        self
    }

    /// Keeps the resource like [`retain`](Self::retain), but not where the creation of its stack fails.
    #[must_use]
    pub fn retain_once_created(mut self) -> Self {
        self.deletion_policy = Some("RetainExceptOnCreate".to_owned());
        self.update_replace_policy = Some("Retain".to_owned());
        self
    }

    /// Deletes the resource with its stack, and says so: `DeletionPolicy: Delete`.
    #[must_use]
    pub fn delete(mut self) -> Self {
        self.deletion_policy = Some("Delete".to_owned());
        self.update_replace_policy = Some("Delete".to_owned());
        self
    }

    /// The type, such as `AWS::SQS::Queue`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The properties by name.
    pub fn properties(&self) -> &BTreeMap<String, Value> {
        &self.properties
    }
}

/// A value that a stack shows once it is deployed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    description: String,
    value: Value,
}

impl Output {
    /// An output with what it is for.
    pub fn new(description: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { description: description.into(), value: value.into() }
    }
}
