use serde_json::{Map, Value as Json};

/// What a template defines, and what it is given by CloudFormation.
pub(super) struct Names<'t> {
    pub(super) resources: Option<&'t Map<String, Json>>,
    pub(super) parameters: Option<&'t Map<String, Json>>,
    pub(super) conditions: Option<&'t Map<String, Json>>,
    pub(super) mappings: Option<&'t Map<String, Json>>,
    /// Whether a macro of the account changes the template before it is deployed.
    pub(super) has_macro: bool,
    /// Whether a macro, a transform or a loop adds mappings.
    pub(super) mappings_are_open: bool,
    /// Whether a transform adds resources that can be referred to.
    pub(super) is_open: bool,
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
        let transforms: Vec<&Json> = match sections.get("Transform") {
            None => Vec::new(),
            Some(Json::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
        };
        let is = |transform: &Json, names: &[&str]| transform.as_str().is_some_and(|it| names.contains(&it));
        let resources = section("Resources");
        let is_made = |section: Option<&Map<String, Json>>| {
            section.is_some_and(|it| it.keys().any(|key| key.starts_with("Fn::")))
        };
        let mappings = section("Mappings");
        let has_macro = transforms.iter().any(|it| !is(it, &["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]));
        Self {
            resources,
            parameters: section("Parameters"),
            conditions: section("Conditions"),
            mappings,
            has_macro,
            mappings_are_open: has_macro || is_made(mappings),
            is_open: is_made(resources) || transforms.iter().any(|it| !is(it, &["AWS::LanguageExtensions"])),
        }
    }

    pub(super) fn is_resource(&self, name: &str) -> bool {
        self.is_open || self.resources.is_some_and(|it| it.contains_key(name))
    }

    /// Whether `Ref` can name it.
    pub(super) fn is_value(&self, name: &str) -> bool {
        PSEUDO_PARAMETERS.contains(&name)
            || self.parameters.is_some_and(|it| it.contains_key(name))
            || self.is_resource(name)
    }

    pub(super) fn is_condition(&self, name: &str) -> bool {
        self.has_macro || self.conditions.is_some_and(|it| it.contains_key(name))
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

    pub(super) fn type_of(&self, id: &str) -> Option<&'t str> {
        self.resources?.get(id)?.get("Type")?.as_str()
    }
}
