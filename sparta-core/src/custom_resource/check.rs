//! What is wrong between resources and the functions that provide them.

use crate::{
    FunctionSpec, Mistake, Subject,
    cfn::{LogicalId, Provider, Template},
};

/// What is wrong with a resource that a function provides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderMistake {
    /// A function that the App does not have.
    #[error("the resource `{resource}` is provided by a function `{function}`, which the app does not have: {instead}")]
    Unknown {
        /// The resource.
        resource: LogicalId,
        /// The name.
        function: String,
        /// What to write instead.
        instead: String,
    },
    /// A function that does not answer CloudFormation.
    #[error(
        "the resource `{resource}` is provided by the function `{function}`, which provides no resources, so that CloudFormation would wait \
         for its answer for an hour: declare it with `Function::custom_resource(\"{function}\", ..)`"
    )]
    NoProvider {
        /// The resource.
        resource: LogicalId,
        /// The function.
        function: String,
    },
    /// A function with an alias, by its name.
    #[error(
        "the resource `{resource}` is provided by the function `{function}`, which is invoked by its alias: \
         `Function::handle(\"{function}\").alias()`"
    )]
    Alias {
        /// The resource.
        resource: LogicalId,
        /// The function.
        function: String,
    },
    /// A function without an alias, by it.
    #[error(
        "the resource `{resource}` is provided by the alias of the function `{function}`, which has none: remove `.alias()` from its \
         handle, or give it one with `.alias(\"live\")`"
    )]
    NoAlias {
        /// The resource.
        resource: LogicalId,
        /// The function.
        function: String,
    },
}

/// What is wrong with the resources in a template that functions provide.
pub(crate) fn check(template: &Template, functions: &[FunctionSpec]) -> Vec<Mistake> {
    let provided = template.resources().iter().filter_map(|(id, resource)| Some((id, resource.provider.as_ref()?)));
    let problems = provided.filter_map(|(id, provider)| problem(id, provider, functions));
    problems.map(|problem| Mistake::new(Subject::Template, problem)).collect()
}

fn problem(resource: &LogicalId, provider: &Provider, functions: &[FunctionSpec]) -> Option<ProviderMistake> {
    let (resource, function) = (resource.clone(), provider.function.clone());
    let Some(spec) = functions.iter().find(|spec| spec.name() == function) else {
        let providers = functions.iter().filter(|spec| spec.is_provider).map(FunctionSpec::name);
        let add = || format!("add it with `.function(Function::custom_resource(\"{function}\", ..))`");
        let instead =
            sparta_schema::nearest(&function, providers).map_or_else(add, |name| format!("did you mean `{name}`?"));
        return Some(ProviderMistake::Unknown { resource, function, instead });
    };
    match (spec.is_provider, spec.alias_id().is_some(), provider.by_alias) {
        (false, ..) => Some(ProviderMistake::NoProvider { resource, function }),
        (_, true, false) => Some(ProviderMistake::Alias { resource, function }),
        (_, false, true) => Some(ProviderMistake::NoAlias { resource, function }),
        _ => None,
    }
}
