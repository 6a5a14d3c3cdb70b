//! What all constructs of Sparta's have in common.

use super::{
    source::{Form, Source},
    words,
};
use crate::{
    cfn::{self, LogicalId, Resource, Value},
    mistake::Problem,
};

/// A name, whether it exists, and the user's changes of its resources.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) label: String,
    pub(super) kind: &'static str,
    source: Option<(Source, Form)>,
    changes: Vec<Change>,
    keep: bool,
}

/// A change of the resource with a role.
#[derive(Clone, Debug)]
struct Change {
    role: &'static str,
    change: cfn::Change,
}

/// What is wrong with a construct of any kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum ConstructMistake {
    #[error("`{name}` is not a name for a {kind}: a letter, then letters, digits, `-` and `_` are expected")]
    Name { kind: String, name: String },
    #[error("`{text}` is neither the name nor the ARN of a {kind}: {expected} is expected")]
    NotThere { kind: String, text: String, expected: String },
    #[error("a {kind} has no `{role}` to customize: it has {roles}")]
    NoSuchPart { kind: String, role: &'static str, roles: String },
}

impl Declared {
    pub(super) fn new(label: String, kind: &'static str) -> Self {
        Self { label, kind, source: None, changes: Vec::new(), keep: true }
    }

    pub(super) fn existing(source: Source, kind: &'static str, form: Form) -> Self {
        Self { source: Some((source.clone(), form)), ..Self::new(source.label(), kind) }
    }

    pub(super) fn id(&self) -> LogicalId {
        LogicalId::of_words([self.label.as_str(), self.kind])
    }

    /// What a construct that exists already has as its ARN.
    pub(super) fn existing_arn(&self) -> Option<Value> {
        self.source.as_ref().map(|(source, form)| source.arn(*form))
    }

    /// What a construct that exists already is called in AWS.
    pub(super) fn existing_name(&self) -> Option<Value> {
        self.source.as_ref().map(|(source, form)| source.name(*form))
    }

    /// The name or the ARN of a construct that exists already, as it was given.
    pub(super) fn existing_address(&self) -> Option<Value> {
        self.source.as_ref().map(|(source, _)| source.address())
    }

    pub(super) fn is_new(&self) -> bool {
        self.source.is_none()
    }

    pub(super) fn delete_with_stack(&mut self) {
        self.keep = false;
    }

    pub(super) fn customize(
        &mut self,
        role: &'static str,
        change: impl Fn(Resource) -> Resource + Send + Sync + 'static,
    ) {
        if !cfg!(sparta_serving) {
            self.changes.push(Change { role, change: cfn::Change::new(change) });
        }
    }

    /// A resource of a new construct as the user wants it.
    pub(super) fn customized(&self, role: &str, resource: Resource) -> Resource {
        let changes = self.changes.iter().filter(|change| change.role == role);
        changes.fold(resource, |resource, change| change.change.apply(resource))
    }

    /// With the policy that keeps data, or deletes it with the stack.
    pub(super) fn kept(&self, resource: Resource) -> Resource {
        if self.keep { resource.retain_except_on_create() } else { resource.delete() }
    }

    /// What is wrong with its name, its source and its changes.
    pub(super) fn check(&self, roles: &[&'static str]) -> Vec<Problem> {
        let mut mistakes = Vec::new();
        let kind = || words(self.kind);
        if let Some((source, form)) = &self.source {
            mistakes.extend(source.check(self.kind, *form));
        } else if !is_name(&self.label) {
            mistakes.push(ConstructMistake::Name { kind: kind(), name: self.label.clone() });
        }
        let unknown = self.changes.iter().map(|change| change.role).filter(|role| !roles.contains(role));
        mistakes.extend(unknown.map(|role| {
            let roles = roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ");
            ConstructMistake::NoSuchPart { kind: kind(), role, roles }
        }));
        mistakes.into_iter().map(Problem::from).collect()
    }
}

fn is_name(label: &str) -> bool {
    label.starts_with(|c: char| c.is_ascii_alphabetic())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// The methods that every construct has, for a struct with a field `declared`.
macro_rules! construct {
    ($type:ident, $what:literal, $form:expr) => {
        impl $type<crate::construct::Existing> {
            #[doc = concat!("A ", $what, " that is there already: its ARN, its name in the stack's own account and region, or a")]
            #[doc = "value of the template that is its ARN, such as a setting."]
            pub fn existing(source: impl Into<crate::construct::Source>) -> Self {
                Self::of(crate::construct::declared::Declared::existing(source.into(), stringify!($type), $form))
            }

            #[doc = concat!("What the ", $what, " is called here, in the names of the variable and of resources; by default the")]
            #[doc = "last word of its name in AWS."]
            pub fn named(mut self, name: impl Into<String>) -> Self {
                self.declared.label = name.into();
                self
            }
        }

        impl $type {
            #[doc = concat!("Changes the ", $what, "'s resource, after everything else was set.")]
            pub fn customize(
                self,
                change: impl Fn(crate::cfn::Resource) -> crate::cfn::Resource + Send + Sync + 'static,
            ) -> Self {
                self.customize_part(stringify!($type), change)
            }

            #[doc = concat!("Changes one of the resources that belong to the ", $what, ", by its role in it.")]
            pub fn customize_part(
                mut self,
                role: &'static str,
                change: impl Fn(crate::cfn::Resource) -> crate::cfn::Resource + Send + Sync + 'static,
            ) -> Self {
                self.declared.customize(role, change);
                self
            }
        }
    };
}
pub(super) use construct;

/// What [`Construct`](super::Construct) asks of a struct with a field `declared`, whose resources are its `parts`.
macro_rules! forwards {
    ($type:ident) => {
        fn label(&self) -> &str {
            &self.declared.label
        }

        fn kind(&self) -> &'static str {
            stringify!($type)
        }

        fn resources(&self) -> Vec<(&'static str, crate::cfn::Resource)> {
            if self.declared.is_new() { self.parts() } else { Vec::new() }
        }

        fn customized(&self, role: &str, resource: crate::cfn::Resource) -> crate::cfn::Resource {
            self.declared.customized(role, resource)
        }
    };
}
pub(super) use forwards;
