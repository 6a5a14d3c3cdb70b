//! The template, which gives each resource its logical id.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde::Serialize;

use super::{LogicalId, Output, Parameter, Resource, TemplateMistake, Value, placeholder::Resolver, section::Section};

/// A CloudFormation template.
///
/// Everything in it is ordered by name, so the same template is always the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    format_version: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(skip_serializing_if = "Section::is_empty")]
    pub(super) parameters: Section<Parameter>,
    #[serde(skip_serializing_if = "Section::is_empty")]
    pub(super) conditions: Section<Value>,
    pub(super) resources: Section<Resource>,
    #[serde(skip_serializing_if = "Section::is_empty")]
    pub(super) outputs: Section<Output>,
    /// Sections of a document that Sparta does not write: `Mappings`, `Rules`, `Transform`, `Metadata`, `Hooks`.
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
    #[serde(skip)]
    resolver: Resolver,
    #[serde(skip)]
    conflicts: Vec<TemplateMistake>,
}

impl Template {
    /// An empty template.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            format_version: "2010-09-09",
            description: description.into(),
            parameters: Section::new(),
            conditions: Section::new(),
            resources: Section::new(),
            outputs: Section::new(),
            others: BTreeMap::new(),
            resolver: Resolver::default(),
            conflicts: Vec::new(),
        }
    }

    /// Adds a parameter; the first one of a name stays.
    pub fn parameter(&mut self, id: LogicalId, parameter: Parameter) -> bool {
        vacant(self.parameters.entry(id), parameter)
    }

    /// Adds a condition; the first one of a name stays.
    pub fn condition(&mut self, id: LogicalId, mut condition: Value) -> bool {
        self.resolver.value(&mut condition);
        vacant(self.conditions.entry(id), condition)
    }

    /// Adds a resource; `false` if the name was taken: the first one of a name stays.
    ///
    /// What refers to it gets its logical id, wherever it is in this template.
    pub fn resource(&mut self, id: LogicalId, mut resource: Resource) -> bool {
        self.resolver.resource(&mut resource);
        if let Some(first) = self.resources.get(&id) {
            if *first != resource {
                let (first, second) = (first.resource_type().to_owned(), resource.resource_type().to_owned());
                self.conflicts.push(TemplateMistake::Conflict { what: "resource", id, first, second });
            }
            return false;
        }
        if self.resolver.name(&resource, &id) {
            self.resources.values_mut().for_each(|earlier| self.resolver.resource(earlier));
            self.outputs.values_mut().for_each(|earlier| self.resolver.output(earlier));
            self.conditions.values_mut().for_each(|earlier| self.resolver.value(earlier));
        }
        self.resources.insert(id, resource);
        true
    }

    /// Adds an output; the first one of a name stays.
    pub fn output(&mut self, id: LogicalId, mut output: Output) -> bool {
        self.resolver.output(&mut output);
        if let Some(first) = self.outputs.get(&id).filter(|first| first.value != output.value) {
            let described = |output: &Output| output.description.clone().unwrap_or_default();
            let (first, second) = (described(first), described(&output));
            self.conflicts.push(TemplateMistake::Conflict { what: "output", id: id.clone(), first, second });
        }
        vacant(self.outputs.entry(id), output)
    }

    /// Adds data for people and tools to the section `Metadata`, in place of what it was before.
    pub(crate) fn metadata(&mut self, name: &str, value: Value) {
        let section = self.others.entry("Metadata".to_owned()).or_insert_with(|| Value::Map(BTreeMap::new()));
        if let Value::Map(entries) = section {
            entries.insert(name.to_owned(), value);
        }
    }

    /// Adds everything that is in another template; of what has one name in both, the first stays.
    pub(crate) fn include(&mut self, other: Self) {
        let twice = |what, id: LogicalId| TemplateMistake::Twice { what, id };
        for (id, parameter) in other.parameters.iter() {
            if self.parameters.get(id).is_some_and(|first| first != parameter) {
                self.conflicts.push(twice("parameter", id.clone()));
            }
            self.parameter(id.clone(), parameter.clone());
        }
        for (id, condition) in other.conditions.iter() {
            if self.conditions.get(id).is_some_and(|first| first != condition) {
                self.conflicts.push(twice("condition", id.clone()));
            }
            self.condition(id.clone(), condition.clone());
        }
        other.resources.iter().for_each(|(id, resource)| _ = self.resource(id.clone(), resource.clone()));
        other.outputs.iter().for_each(|(id, output)| _ = self.output(id.clone(), output.clone()));
        self.parameters.include(other.parameters);
        self.conditions.include(other.conditions);
        self.resources.include(other.resources);
        self.outputs.include(other.outputs);
        for (section, value) in other.others {
            let names = merge(self.others.entry(section.clone()).or_insert(Value::Null), value);
            let what = if section == "Mappings" { "mapping" } else { "part of the metadata" };
            self.conflicts.extend(names.into_iter().map(|name| twice(what, LogicalId::as_read(name))));
        }
    }

    /// The parameters by name.
    pub fn parameters(&self) -> &BTreeMap<LogicalId, Parameter> {
        &self.parameters
    }

    /// The conditions by name.
    pub fn conditions(&self) -> &BTreeMap<LogicalId, Value> {
        &self.conditions
    }

    /// The resources by name.
    pub fn resources(&self) -> &BTreeMap<LogicalId, Resource> {
        &self.resources
    }

    /// The outputs by name.
    pub fn outputs(&self) -> &BTreeMap<LogicalId, Output> {
        &self.outputs
    }

    /// What was added under a name that something else had already.
    pub(crate) fn conflicts(&self) -> &[TemplateMistake] {
        &self.conflicts
    }

    /// Changes a resource; `false` where there is none. The id may be what stands for a resource: `LogicalId::from(&resource)`.
    pub fn change(&mut self, id: &LogicalId, change: impl FnOnce(Resource) -> Resource) -> bool {
        let id = self.resolver.known(id).unwrap_or(id).clone();
        let Some(resource) = self.resources.remove(&id) else { return false };
        let token = resource.token.clone();
        // It stays the resource that others refer to, whatever it was changed to.
        let mut changed = Resource { token, ..change(resource) };
        self.resolver.resource(&mut changed);
        self.resources.insert(id, changed);
        true
    }

    /// Changes a parameter, where there is one.
    pub(crate) fn change_parameter(&mut self, id: &LogicalId, change: impl FnOnce(&mut Parameter)) {
        if let Some(parameter) = self.parameters.get_mut(id) {
            change(parameter);
        }
    }

    /// Replaces placeholders in a value by logical ids, as far as their resources were added.
    pub(crate) fn resolve(&mut self, mut value: Value) -> Value {
        self.resolver.value(&mut value);
        value
    }

    /// Whether a resource or an output is there only where this condition holds.
    pub(crate) fn depends_on_condition(&self, id: &LogicalId) -> bool {
        let of_resources = self.resources.values().filter_map(|it| it.condition.as_ref());
        of_resources.chain(self.outputs.values().filter_map(|it| it.condition.as_ref())).any(|it| it == id)
    }

    /// Names that are referred to and not defined.
    pub fn dangling_references(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        for resource in self.resources.values() {
            resource.values().for_each(|value| value.references(&mut found));
            found.extend(resource.depends_on.iter().map(LogicalId::as_str));
        }
        self.conditions.values().for_each(|value| value.references(&mut found));
        self.outputs.values().flat_map(Output::values).for_each(|value| value.references(&mut found));
        found.into_iter().filter(|name| !self.is_defined(name)).map(str::to_owned).collect()
    }

    /// Whether `Ref` can name it.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        let defines = |id: LogicalId| self.parameters.contains_key(&id) || self.resources.contains_key(&id);
        name.starts_with("AWS::") || LogicalId::new(name).is_ok_and(defines)
    }

    /// The ids of a resource that has two of them, and to which something refers.
    pub(super) fn ambiguous(&self) -> impl Iterator<Item = (&LogicalId, &LogicalId)> {
        self.resolver.ambiguous()
    }

    /// The consent that CloudFormation needs of whoever deploys this: `CAPABILITY_NAMED_IAM` where a role or policy has
    /// a name of its own, `CAPABILITY_IAM` where there is one without.
    pub fn capability(&self) -> Option<&'static str> {
        const NAMES: [&str; 5] = ["RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"];
        let mut roles =
            self.resources.values().filter(|resource| resource.resource_type().starts_with("AWS::IAM::")).peekable();
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

/// Adds a section to one that is there already, and returns the names of what is in both and differs.
fn merge(section: &mut Value, other: Value) -> Vec<String> {
    let mut twice = Vec::new();
    *section = match (std::mem::replace(section, Value::Null), other) {
        (Value::Null, other) => other,
        (Value::Map(mut first), Value::Map(second)) => {
            for (name, value) in second {
                if first.get(&name).is_some_and(|there| *there != value) {
                    twice.push(name.clone());
                }
                first.entry(name).or_insert(value);
            }
            Value::Map(first)
        }
        // transforms are run one after another
        (first, other) => {
            let list = |value| if let Value::List(items) = value { items } else { vec![value] };
            let mut all = list(first);
            all.extend(list(other));
            all.dedup();
            Value::List(all)
        }
    };
    twice
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

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::{attribute, cfn::join, resource};

    fn id(name: &str) -> LogicalId {
        LogicalId::of_words([name])
    }

    fn written(template: &Template) -> Json {
        serde_json::from_str(&template.to_json()).unwrap()
    }

    /// A bucket, and a policy that refers to it in every way there is.
    fn pair() -> (Resource, Resource) {
        let bucket = resource!(AWS::S3::Bucket { BucketName: "hello" });
        let token = LogicalId::from(&bucket);
        let policy = resource!(AWS::S3::BucketPolicy {
            Bucket: (bucket.reference()),
            PolicyDocument: {
                Statement: [{
                    Effect: "Allow",
                    Principal: "*",
                    Action: "s3:GetObject",
                    Resource: [
                        (attribute!(AWS::S3::Bucket, bucket, "Arn")),
                        (join("", [bucket.attribute("Arn"), "/*".into()])),
                        { "Fn::Sub": (format!("${{{token}.Arn}}/${{Other}}/${{{token}}}")) },
                        { "Fn::Sub": [(format!("${{{token}.Arn}}/${{Own}}")), { Own: (bucket.reference()) }] },
                    ],
                }],
            },
        });
        (bucket, policy)
    }

    #[test]
    fn references_are_to_the_logical_id_whichever_resource_is_added_first() {
        let expected = json!([
            {"Fn::GetAtt": ["Files", "Arn"]},
            {"Fn::Join": ["", [{"Fn::GetAtt": ["Files", "Arn"]}, "/*"]]},
            {"Fn::Sub": "${Files.Arn}/${Other}/${Files}"},
            {"Fn::Sub": ["${Files.Arn}/${Own}", {"Own": {"Ref": "Files"}}]},
        ]);
        for first in [true, false] {
            let (bucket, policy) = pair();
            let policy = policy.depends_on(&bucket);
            let mut template = Template::new("");
            template.output(id("Name"), Output::new("Name", bucket.reference()).export(bucket.reference()));
            if first {
                template.resource(id("Files"), bucket.clone());
            }
            template.resource(id("Policy"), policy);
            template.resource(id("Files"), bucket);
            let json = written(&template);
            let policy = &json["Resources"]["Policy"];
            assert_eq!(policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"], expected);
            assert_eq!(policy["Properties"]["Bucket"], json!({"Ref": "Files"}));
            assert_eq!(policy["DependsOn"], json!(["Files"]));
            assert_eq!(json["Outputs"]["Name"]["Value"], json!({"Ref": "Files"}));
            assert_eq!(json["Outputs"]["Name"]["Export"], json!({"Name": {"Ref": "Files"}}));
            assert_eq!(template.mistakes(), []);
        }
    }

    #[test]
    fn a_reference_survives_json() {
        let bucket = resource!(AWS::S3::Bucket);
        let condition = json!({"ArnEquals": {"aws:SourceArn": bucket.attribute("Arn")}});
        let mut template = Template::new("");
        template.resource(id("Policy"), Resource::raw("Custom::Policy", json!({"Condition": condition})));
        template.resource(id("Files"), bucket);
        let arn = &written(&template)["Resources"]["Policy"]["Properties"]["Condition"]["ArnEquals"]["aws:SourceArn"];
        assert_eq!(arn, &json!({"Fn::GetAtt": ["Files", "Arn"]}));
    }

    #[test]
    fn a_reference_to_what_was_never_added_names_its_type() {
        let (_, policy) = pair();
        let mut template = Template::new("");
        template.resource(id("Policy"), policy);
        let from = "the resource `Policy`".to_owned();
        assert_eq!(
            template.mistakes(),
            [TemplateMistake::ResourceNeverAdded { from, resource_type: "AWS::S3::Bucket".into() }]
        );
    }

    #[test]
    fn a_reference_to_a_resource_with_two_ids_could_mean_either() {
        let (bucket, policy) = pair();
        let mut template = Template::new("");
        template.resource(id("First"), bucket.clone());
        template.resource(id("Second"), bucket);
        assert_eq!(template.mistakes(), []);
        template.resource(id("Policy"), policy);
        let mistake = TemplateMistake::AmbiguousResource { first: id("First"), second: id("Second") };
        assert_eq!(template.mistakes(), [mistake]);
    }

    #[test]
    fn a_resource_that_was_made_twice_is_the_same_twice() {
        let template = || {
            let (bucket, policy) = pair();
            let mut template = Template::new("");
            template.resource(id("Files"), bucket);
            template.resource(id("Policy"), policy);
            template
        };
        assert_eq!(template(), template());
        assert_eq!(template().to_json(), template().to_json());
    }

    #[test]
    fn properties_that_are_no_object_are_a_mistake() {
        let mut template = Template::new("");
        template.resource(id("Orders"), Resource::raw("AWS::SQS::Queue", json!(["orders"])));
        let mistake = TemplateMistake::Properties { id: id("Orders"), resource_type: "AWS::SQS::Queue".into() };
        assert_eq!(template.mistakes(), [mistake]);
    }

    #[test]
    fn attributes_of_a_resource_are_written_beside_its_properties() {
        let mut template = Template::new("");
        let group = resource!(AWS::AutoScaling::AutoScalingGroup { MinSize: "1", MaxSize: "1", InstanceId: "i" })
            .creation_policy(json!({"ResourceSignal": {"Count": 1}}))
            .update_policy(json!({"AutoScalingRollingUpdate": {"MinInstancesInService": 1}}))
            .metadata(json!({"Owner": "greetings"}))
            .condition(id("Big"))
            .depends_on(id("Other"))
            .retain_except_on_create();
        template.resource(id("Group"), group);
        let expected = json!({
            "Type": "AWS::AutoScaling::AutoScalingGroup",
            "DependsOn": ["Other"],
            "Condition": "Big",
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "CreationPolicy": {"ResourceSignal": {"Count": 1}},
            "UpdatePolicy": {"AutoScalingRollingUpdate": {"MinInstancesInService": 1}},
            "Metadata": {"Owner": "greetings"},
            "Properties": {"MinSize": "1", "MaxSize": "1", "InstanceId": "i"},
        });
        assert_eq!(written(&template)["Resources"]["Group"], expected);
    }
}
