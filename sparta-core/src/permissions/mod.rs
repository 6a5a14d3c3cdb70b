//! What deploying a template takes: the IAM actions that the registry lists for its resource types, on the names that
//! its stack gives its resources.

mod actions;
mod binding;
mod boundary;
mod condition;
mod imports;
mod mistake;
mod overrides;
mod principals;
mod records;
mod references;
mod required;
mod resolver;
mod size;
mod targets;
#[cfg(test)]
mod tests;
mod values;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use boundary::Boundary;
use imports::of_imports;
use references::of_references;
use required::Required;
use sparta_schema::iam;

pub use mistake::PermissionsMistake;
pub(crate) use resolver::{Looked, Resolver};
pub(crate) use size::{INLINE, MANAGED, chunks, size};

use crate::{Mistake, Mistakes, Subject, Synthesis, iam::Statement, settings::is_fetched, synth::only_serves};

/// The permissions for a deployment.
#[derive(Debug, Default)]
pub(crate) struct Permissions {
    /// What CloudFormation has to be allowed.
    pub(crate) required: Vec<Statement>,
    /// The most that the roles of the service may ever do, where it has any.
    pub(crate) boundary: Option<Vec<Statement>>,
    /// The actions that nothing binds to the stack, by the resource type that takes them.
    pub(crate) shared: BTreeMap<String, BTreeSet<String>>,
}

impl Permissions {
    /// What deploying a template takes, as far as it is known, and what keeps the rest from being known.
    ///
    /// `boundary` is the text for the policy that bounds the service's roles, where they are bound. `declared` holds what the
    /// App says of types itself. `values` may refer to secrets and parameters, as the template may.
    pub(crate) fn of<'v>(
        resolver: &Resolver<'_>,
        boundary: Option<&str>,
        declared: &[(String, Statement)],
        values: impl IntoIterator<Item = &'v str>,
    ) -> (Self, Vec<PermissionsMistake>) {
        let mut mistakes = Vec::new();
        let bounds = boundary.map_or(Ok(None), |_| Boundary::of(resolver));
        let bounds = found(bounds, &mut mistakes);
        let required = Required::of(resolver, boundary.filter(|_| bounds.is_some()), declared);
        let required = found(required, &mut mistakes);
        let (required, mut shared) = (required.statements(), required.shared);
        for (kind, actions) in bounds.iter().flat_map(|it| &it.shared) {
            shared.entry(kind.clone()).or_default().extend(actions.iter().cloned());
        }
        let references = found(of_references(resolver, values), &mut mistakes).statements();
        let imports = found(of_imports(resolver), &mut mistakes).statements();
        // What else is unknown may be so because of a circle.
        let circles = resolver.circles();
        let mistakes = if circles.is_empty() { mistakes } else { circles };
        (
            Self {
                required: [required, references, imports].concat(),
                boundary: bounds.map(|it| it.statements),
                shared,
            },
            mistakes,
        )
    }
}

fn found<T: Default>(result: Result<T, Vec<PermissionsMistake>>, mistakes: &mut Vec<PermissionsMistake>) -> T {
    result.unwrap_or_else(|found| {
        mistakes.extend(found);
        T::default()
    })
}

/// The first resource that has names in a template deployed as one stack that it might have in another stack, too.
pub(crate) fn shared_name<'a>(one: &Resolver<'a>, other: &Resolver<'a>) -> Option<String> {
    let stack = one.stack.to_ascii_lowercase();
    let of_stack = |pattern: &&String| {
        let start = pattern.split('*').next().unwrap_or_default().to_ascii_lowercase();
        !start.is_empty() && stack.starts_with(start.trim_end_matches('-'))
    };
    let mut resources = one.template().resources().iter();
    let found = resources.find(|(id, resource)| {
        let others = other.names(id, resource);
        let names = one.names(id, resource);
        let mut patterns = names.iter().filter(of_stack);
        patterns.any(|pattern| others.iter().any(|name| iam::is_like(pattern, &name.replace('*', "x"))))
    });
    found.map(|(id, _)| id.to_string())
}

impl Synthesis {
    /// What whoever deploys the service as `stack` by hand has to be allowed for its resources: CloudFormation acts with
    /// the caller's own rights.
    ///
    /// `parameters` are known values of the template's parameters. Resources are texts for `Fn::Sub`, in which `*` stands
    /// for what only AWS knows.
    ///
    /// # Errors
    ///
    /// What it cannot be said for: types that nothing is known of, and roles that only AWS knows.
    pub fn required_permissions(
        &self,
        stack: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Vec<Statement>, Mistakes> {
        if cfg!(sparta_serving) {
            return Err(only_serves(self.model.name()));
        }
        let known = self.template.parameters().iter();
        let known = known.filter_map(|(id, parameter)| {
            let value = parameters.get(id.as_str()).filter(|value| !parameter.no_echo || is_fetched(value))?;
            Some((id.to_string(), value.replace("${", "${!")))
        });
        let known = known.collect();
        let resolver = Resolver::new(&Rc::new(Looked::new(&self.template)), stack, known);
        let values = parameters.values().map(String::as_str);
        let (permissions, mistakes) = Permissions::of(&resolver, None, &self.model.type_permissions, values);
        let mistakes = mistakes.into_iter().map(|problem| Mistake::new(Subject::Deployment, problem)).collect();
        Mistakes::none_or(self.model.name(), mistakes)?;
        Ok(permissions.required)
    }
}
