//! What is wrong with a template: its form, its references, and what the CloudFormation registry says of its resources.

use std::collections::BTreeSet;

use super::{LogicalId, Template, Value, placeholder};

/// Something in a template that CloudFormation would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum TemplateMistake {
    #[error(
        "the properties of the resource `{id}` ({resource_type}) are given as JSON that is no object: `{{...}}` is expected"
    )]
    Properties { id: LogicalId, resource_type: String },
    #[error(
        "{from} refers to a resource of type {resource_type} that was never added: add it with `.resource(id, ...)`"
    )]
    ResourceNeverAdded { from: String, resource_type: String },
    #[error("{from} refers to `{name}`, but the template has no resource or parameter of this name: correct it")]
    UnknownName { from: String, name: String },
    #[error(
        "the resources `{first}` and `{second}` are clones, so that what refers to one could mean the other: make each with a `resource!` of its own"
    )]
    AmbiguousResource { first: LogicalId, second: LogicalId },
    #[error(
        "two {what}s of the template are called `{id}`, and only one can be there: {first}, and {second}: let a trigger add its own under another name, or rename the function"
    )]
    Conflict {
        /// What they are: `resource` or `output`.
        what: &'static str,
        id: LogicalId,
        /// The type of the resource that stayed, or the description of the output.
        first: String,
        second: String,
    },
    #[error("two templates that are included have a {what} `{id}`, and they differ: rename one")]
    Twice { what: &'static str, id: LogicalId },
    #[error("the parameter `{0}` of an included template has no default, and nothing gives it a value: give it one")]
    NoDefault(LogicalId),
    #[error("{0}")]
    Registry(sparta_schema::Mistake),
}

impl Template {
    /// Mistakes of form and of references, whatever the types of the resources are.
    pub(crate) fn mistakes(&self) -> Vec<TemplateMistake> {
        let malformed = self.resources().iter().filter(|(_, resource)| resource.malformed);
        let malformed = malformed.map(|(id, resource)| TemplateMistake::Properties {
            id: id.clone(),
            resource_type: resource.resource_type().to_owned(),
        });
        let ambiguous = self
            .ambiguous()
            .map(|(first, second)| TemplateMistake::AmbiguousResource { first: first.clone(), second: second.clone() });
        malformed.chain(self.never_added()).chain(ambiguous).collect()
    }

    fn never_added(&self) -> impl Iterator<Item = TemplateMistake> {
        let resources = self.resources().iter().map(|(id, resource)| {
            let mut names = names(resource.values());
            names.extend(resource.depends_on.iter().map(LogicalId::as_str));
            (format!("the resource `{id}`"), names)
        });
        let outputs = self.outputs().iter().map(|(id, output)| (format!("the output `{id}`"), names(output.values())));
        let conditions = self.conditions().iter().map(|(id, value)| (format!("the condition `{id}`"), names([value])));
        resources.chain(outputs).chain(conditions).flat_map(|(from, names)| {
            let missing = names.into_iter().filter_map(placeholder::resource_type);
            let missing = missing.map(|resource_type| TemplateMistake::ResourceNeverAdded {
                from: from.clone(),
                resource_type: resource_type.to_owned(),
            });
            missing.collect::<Vec<_>>()
        })
    }

    /// What is wrong with references to this template from outside of it.
    pub(crate) fn check_references<'v>(
        &self,
        from: &str,
        values: impl IntoIterator<Item = &'v Value>,
    ) -> Vec<TemplateMistake> {
        let unknown = names(values).into_iter().filter(|name| !self.is_defined(name));
        let mistake = |name: &str| match placeholder::resource_type(name) {
            Some(it) => TemplateMistake::ResourceNeverAdded { from: from.to_owned(), resource_type: it.to_owned() },
            None => TemplateMistake::UnknownName { from: from.to_owned(), name: name.to_owned() },
        };
        unknown.map(mistake).collect()
    }

    /// Whether a resource or output that is not called `id` itself refers to it.
    pub(crate) fn refers_to(&self, id: &LogicalId) -> bool {
        let resources = self.resources().iter().filter(|(other, _)| *other != id);
        let outputs = self.outputs().iter().filter(|(other, _)| *other != id);
        resources.map(|(_, it)| names(it.values())).any(|names| names.contains(id.as_str()))
            || outputs.map(|(_, it)| names(it.values())).any(|names| names.contains(id.as_str()))
    }

    /// What the CloudFormation registry says of its resources' types and properties, and of its references, without what
    /// [`mistakes`](Self::mistakes) has already.
    pub(crate) fn registry_mistakes(&self) -> Vec<TemplateMistake> {
        let document = serde_json::to_value(self).expect("a template is JSON");
        let is_known = |found: &sparta_schema::Mistake| {
            let id = LogicalId::new(found.logical_id.as_str()).ok();
            let resource = id.and_then(|id| self.resources().get(&id));
            resource.is_some_and(|resource| resource.malformed) || placeholder::is_in(&found.message)
        };
        let found = sparta_schema::check_template(&document).into_iter().filter(|found| !is_known(found));
        found.map(TemplateMistake::Registry).collect()
    }
}

/// What these refer to.
fn names<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeSet<&'v str> {
    let mut found = BTreeSet::new();
    values.into_iter().for_each(|value| value.references(&mut found));
    found
}
