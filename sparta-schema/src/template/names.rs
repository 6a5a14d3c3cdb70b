use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::json::Known;
use crate::node::{Kind, Source, Unknown};
use crate::resource_type::ResourceType;
use crate::schema::Id;
use crate::template::logic::Logic;
use crate::template::{SERVERLESS, described, parameters};

/// What a template defines, and what it is given by CloudFormation.
pub(super) struct Names<'t> {
    pub(super) resources: Option<&'t Map<String, Json>>,
    pub(super) parameters: Option<&'t Map<String, Json>>,
    pub(super) conditions: Option<&'t Map<String, Json>>,
    pub(super) mappings: Option<&'t Map<String, Json>>,
    pub(super) logic: Logic<'t>,
    /// The logical ids of modules, which the ids of their resources begin with.
    modules: Vec<&'t str>,
    /// Whether a macro of the account changes the template before it is deployed.
    pub(super) has_macro: bool,
    /// Whether `AWS::LanguageExtensions`, or a macro that may do the same, reads the template.
    pub(super) has_extensions: bool,
    /// Whether a macro, a transform or a loop adds mappings.
    pub(super) mappings_are_open: bool,
    /// Whether a macro, a transform or a loop adds conditions.
    conditions_are_open: bool,
    /// Whether a transform adds resources or parameters that can be referred to.
    pub(super) is_open: bool,
    /// Whether what SAM's resources lack may come from `Globals`.
    pub(super) has_globals: bool,
}

const PSEUDO_PARAMETERS: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl<'t> Names<'t> {
    pub(super) fn new(sections: &'t Map<String, Json>) -> Self {
        let section = |name| sections.get(name).and_then(Json::as_object);
        let transforms = transforms(sections);
        let resources = section("Resources");
        let is_made = |section: Option<&Map<String, Json>>| {
            section.is_some_and(|it| it.keys().any(|key| key.starts_with("Fn::")))
        };
        let (conditions, parameters, mappings) = (section("Conditions"), section("Parameters"), section("Mappings"));
        let has_macro = has_macro(sections);
        Self {
            resources,
            parameters,
            conditions,
            mappings,
            logic: Logic::new(conditions, parameters),
            modules: resources
                .into_iter()
                .flatten()
                .filter(|(_, it)| is_module(it))
                .map(|(id, _)| id.as_str())
                .collect(),
            has_macro,
            has_extensions: has_extensions(sections),
            mappings_are_open: has_macro || is_made(mappings),
            conditions_are_open: has_macro || is_made(conditions),
            has_globals: sections.contains_key("Globals"),
            is_open: has_macro
                || resources.is_some_and(|it| it.values().any(is_of_sam))
                || is_made(resources)
                || is_made(parameters)
                || transforms.iter().any(|it| it.as_str() != Some(EXTENSIONS)),
        }
    }

    pub(super) fn is_resource(&self, name: &str) -> bool {
        self.is_open || self.resources.is_some_and(|it| it.contains_key(name)) || self.is_of_module(name)
    }

    /// Whether it is a part of a module: `Network.Subnet` or `NetworkSubnet`.
    fn is_of_module(&self, name: &str) -> bool {
        self.modules.iter().any(|module| name.starts_with(module))
    }

    /// Whether `Ref` can name it.
    pub(super) fn is_value(&self, name: &str) -> bool {
        PSEUDO_PARAMETERS.contains(&name)
            || self.parameters.is_some_and(|it| it.contains_key(name))
            || self.is_resource(name)
    }

    /// Whether a name is certainly one of the template's own, with or without an attribute.
    pub(super) fn is_certain_value(&self, name: &str) -> bool {
        let is_one = |it: &str| self.parameters.is_some_and(|all| all.contains_key(it)) || self.is_written(it);
        PSEUDO_PARAMETERS.contains(&name)
            || is_one(name)
            || name.split_once('.').is_some_and(|(id, attribute)| {
                let found = self.type_of(id).and_then(described);
                found.is_some_and(|it| it.has_attribute(attribute))
            })
    }

    pub(super) fn is_condition(&self, name: &str) -> bool {
        self.conditions_are_open || self.conditions.is_some_and(|it| it.contains_key(name))
    }

    /// Whether a condition is false in every stack.
    pub(super) fn is_never(&self, condition: &str) -> bool {
        !self.may_be(condition, true)
    }

    pub(super) fn resource_ids(&self) -> impl Iterator<Item = &'t str> {
        self.resources.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &'t str> {
        let parameters = self.parameters.into_iter().flatten().map(|(name, _)| name.as_str());
        self.resource_ids().chain(parameters).chain(PSEUDO_PARAMETERS.iter().copied())
    }

    pub(super) fn condition_names(&self) -> impl Iterator<Item = &'t str> {
        self.conditions.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// A resource with its type, where both are certain.
    fn made(&self, id: &str) -> Option<(&'static ResourceType, &'t Json)> {
        let resource = self.resources.filter(|_| !self.has_macro)?.get(id)?;
        let found = described(resource.get("Type")?.as_str()?)?;
        (!found.name().starts_with(SERVERLESS)).then_some((found, resource))
    }

    /// Whether the template itself has a resource.
    pub(super) fn is_written(&self, id: &str) -> bool {
        self.resources.is_some_and(|it| it.contains_key(id))
    }

    pub(super) fn type_of(&self, id: &str) -> Option<&'t str> {
        self.resources?.get(id)?.get("Type")?.as_str()
    }
}

impl Known for Names<'_> {
    fn reference(&self, name: &str) -> Unknown {
        let text = Unknown { kind: Some(Kind::Text), ..Unknown::default() };
        match name {
            "AWS::NotificationARNs" => return Unknown { kind: Some(Kind::List), ..text },
            name if PSEUDO_PARAMETERS.contains(&name) => return text,
            _ => {}
        }
        if let Some(parameter) = self.parameters.and_then(|it| it.get(name)) {
            return Unknown { kind: parameters::kind(parameter), ..text };
        }
        match self.made(name) {
            Some((found, resource)) => Unknown { source: source(found, found.reference(), resource), ..text },
            None => Unknown::default(),
        }
    }

    fn attribute(&self, id: &str, attribute: &str) -> Unknown {
        let Some((found, _)) = self.made(id) else { return Unknown::default() };
        let is_open =
            OF_ANY_KIND.contains(&found.name()) || (found.name(), attribute) == ("AWS::SSM::Parameter", "Value");
        let Some(schema) = found.attribute(attribute).filter(|_| !is_open) else { return Unknown::default() };
        let source = Source { resource_type: found, schema: Some(schema), format: None, is_reference: false };
        Unknown { kind: found.kind(schema), source: Some(source), optional: false }
    }

    fn may_be(&self, condition: &str, value: bool) -> bool {
        let Some((name, _)) = self.conditions.and_then(|it| it.get_key_value(condition)) else { return true };
        self.logic.is_possible(&BTreeSet::from([(name.as_str(), value)])) != Some(false)
    }

    fn leaves_out_null(&self) -> bool {
        self.has_extensions
    }
}

const EXTENSIONS: &str = "AWS::LanguageExtensions";
const SAM: &str = "AWS::Serverless-2016-10-31";

fn transforms(sections: &Map<String, Json>) -> &[Json] {
    match sections.get("Transform") {
        None | Some(Json::Null) => &[],
        Some(Json::Array(all)) => all,
        Some(one) => std::slice::from_ref(one),
    }
}

/// Whether a macro of the account changes the template before it is deployed, so that it may have any form.
pub fn has_macro(sections: &Map<String, Json>) -> bool {
    let is_own = |it: &Json| !matches!(it.as_str(), Some(EXTENSIONS | SAM));
    sections.contains_key("Fn::Transform") || transforms(sections).iter().any(is_own)
}

/// Whether `AWS::LanguageExtensions`, or a macro that may do the same, reads the template.
pub(super) fn has_extensions(sections: &Map<String, Json>) -> bool {
    has_macro(sections) || transforms(sections).iter().any(|it| it.as_str() == Some(EXTENSIONS))
}

/// Types of which attributes may be anything.
const OF_ANY_KIND: &[&str] = &[
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// What `Ref` returns: a security group's id, or its name where it has no VPC.
fn source(found: &'static ResourceType, schema: Option<Id>, resource: &Json) -> Option<Source> {
    let format = match found.name() {
        "AWS::CloudFormation::CustomResource" => return None,
        "AWS::EC2::SecurityGroup" => {
            let properties = resource.get("Properties")?;
            match properties.get("VpcId") {
                Some(id) if id.get("Fn::If").is_none() => Some("AWS::EC2::SecurityGroup.Id"),
                None if properties.get("Fn::Transform").is_none() && properties.get("Fn::If").is_none() => {
                    Some("AWS::EC2::SecurityGroup.Name")
                }
                _ => return None,
            }
        }
        _ => None,
    };
    Some(Source { resource_type: found, schema, format, is_reference: true })
}

/// Whether SAM makes other resources of it, which can be referred to.
fn is_of_sam(resource: &Json) -> bool {
    resource.get("Type").and_then(Json::as_str).is_some_and(|it| it.starts_with(SERVERLESS))
}

fn is_module(resource: &Json) -> bool {
    resource.get("Type").and_then(Json::as_str).is_some_and(|it| it.ends_with("::MODULE"))
}
