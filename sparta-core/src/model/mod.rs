//! What an App declares, ordered and checked.

mod check;
mod constructs;
mod rollout;
mod waves;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use check::AppMistake;
pub use rollout::RolloutMistake;

use crate::{
    App, Architecture, Distribution, Environment, FunctionSpec, Mistakes, Pipeline,
    construct::Construct,
    file::File,
    iam::Statement,
    monitoring::Watched,
    pipeline::{direct_stack_name, stack_name},
    settings::{Field, Stored},
    stack::UserResources,
    trigger::{ApiOptions, RestApiOptions, WebSocketOptions},
};

/// An App that was validated: ordered, immutable, every name checked.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) architecture: Architecture,
    pub(crate) functions: Vec<FunctionSpec>,
    pub(crate) constructs: Vec<Arc<dyn Construct>>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) pipeline: Option<Pipeline>,
    pub(crate) http_api: Option<ApiOptions>,
    pub(crate) web_socket: Option<WebSocketOptions>,
    pub(crate) distribution: Option<Distribution>,
    pub(crate) rest_api: Option<RestApiOptions>,
    pub(crate) watched: Watched,
    pub(crate) health: Option<String>,
    pub(crate) user_resources: UserResources,
    pub(crate) type_permissions: Vec<(String, Statement)>,
    pub(crate) shared_types: BTreeSet<String>,
    pub(crate) files: Vec<File>,
}

impl App {
    /// Checks everything that the App declares.
    ///
    /// # Errors
    ///
    /// All mistakes in one report.
    pub fn validate(&self) -> Result<Model, Mistakes> {
        let model = self.model();
        Mistakes::none_or(&self.name, model.check())?;
        Ok(model)
    }

    /// The App as it stands, checked or not.
    pub(crate) fn model(&self) -> Model {
        let functions = self.functions.iter();
        let functions = functions.map(|function| function.spec.completed(&self.defaults, &self.environments));
        let functions: Vec<FunctionSpec> = functions.collect();
        let environments = self.environments.iter().map(|it| it.clone().with_tags(&self.tags)).collect();
        Model {
            name: self.name.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            architecture: self.architecture,
            constructs: constructs::declared(self, &functions),
            environments: store_settings(&functions, environments),
            functions,
            pipeline: (*self.pipeline).clone(),
            http_api: (*self.http_api).clone(),
            web_socket: (*self.web_socket).clone(),
            distribution: (*self.distribution).clone(),
            rest_api: (*self.rest_api).clone(),
            watched: (*self.watched).clone(),
            health: self.health.clone(),
            user_resources: (*self.user_resources).clone(),
            type_permissions: (*self.type_permissions).clone(),
            shared_types: self.shared_types.clone(),
            files: self.files.to_vec(),
        }
    }
}

/// Environments that know which settings are stored elsewhere, because the functions have no room for them.
fn store_settings(functions: &[FunctionSpec], environments: Vec<Environment>) -> Vec<Environment> {
    let settings: Vec<_> = environments.iter().map(Environment::settings).collect();
    let fits = |stored: &Stored| {
        let fit = |function: &FunctionSpec| settings.iter().all(|settings| function.has_room(settings, stored));
        functions.iter().all(fit)
    };
    let stored = Stored::until(&settings, fits);
    environments.into_iter().map(|environment| Environment { stored: stored.clone(), ..environment }).collect()
}

impl Model {
    /// The App's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description of the service.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The tags of all its stacks; environments have them too, with their own.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// The processor that all functions run on.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The functions in the order of their registration.
    pub fn functions(&self) -> &[FunctionSpec] {
        &self.functions
    }

    /// What functions use and are invoked by, each once.
    pub fn constructs(&self) -> impl Iterator<Item = &dyn Construct> {
        constructs::distinct(&self.constructs).into_iter().map(|construct| &**construct)
    }

    /// The files that are shipped beside the program.
    #[doc(hidden)]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The path of the route that says whether the service works, where there is one.
    pub fn health(&self) -> Option<&str> {
        self.health.as_deref()
    }

    /// The environments in the order of their registration.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name() == name)
    }

    /// Whether something looks at any environment after it was deployed.
    #[doc(hidden)]
    pub fn has_smoke_tests(&self) -> bool {
        self.environments.iter().any(|environment| !environment.smoke_tests().is_empty())
    }

    /// The pipeline, where one is declared.
    pub fn pipeline(&self) -> Option<&Pipeline> {
        self.pipeline.as_ref()
    }

    /// CloudFront in front of the service's addresses, where it is.
    pub fn distribution(&self) -> Option<&Distribution> {
        self.distribution.as_ref()
    }

    /// What differs from one environment to the next, in the order of its declaration.
    pub fn settings(&self) -> &[Field] {
        self.environments.first().map_or(&[], |environment| &environment.settings.fields)
    }

    /// The settings that functions have no room for in their variables.
    pub(crate) fn stored_settings(&self) -> Option<&Stored> {
        self.environments.first().map(|environment| &environment.stored)
    }

    /// The stack that the pipeline deploys an environment to: `<Environment>-<App>-<branch>`.
    pub fn stack_name(&self, environment: &Environment, branch: &str) -> String {
        stack_name(environment.prefix(), &self.name, branch)
    }

    /// The stack that `provision` deploys to, without a pipeline: `<Environment>-<App>`, or `<App>` in an App that has no
    /// environments.
    pub fn direct_stack_name(&self, environment: Option<&Environment>) -> String {
        environment.map_or_else(|| self.name.clone(), |it| direct_stack_name(it.prefix(), &self.name))
    }

    /// One line for each function of the old signature.
    pub fn deprecations(&self) -> impl Iterator<Item = String> {
        let old = self.functions.iter().filter(|function| function.kind() == crate::FunctionKind::Raw);
        old.map(|function| {
            let name = function.name();
            format!(
                "DEPRECATED: function `{name}` has the signature of Function::raw. Please migrate to Function::http"
            )
        })
    }
}
