//! From an App to documents: the service's template, configuration files, the pipeline's stack, its buildspec.

mod buildspec;
mod check;
mod configuration;
mod decorators;
mod limits;
mod names;
mod openapi;
mod references;
mod serving;
mod warnings;

use crate::{
    App, Mistake, Mistakes, Model, Subject,
    cfn::{LogicalId, Parameter, Template, Value},
    contract::{CODE_BUCKET, CODE_KEY},
    dashboard,
    function::{Shared, publish},
    rollout,
    settings::{Kind, Stored, condition_of},
    stack::Stack,
    trigger::{ApiOptions, Connections, RestApiOptions, deploy, has_routes, put_routes_into_body},
};
use decorators::{bind_roles, decorate, refusals};

pub use crate::stack::IdMistake;
pub use buildspec::Buildspec;
pub(crate) use check::registry as check_registry;
pub use configuration::Configuration;
pub use limits::LimitMistake;
pub(crate) use limits::check as check_limits;
pub(crate) use names::check as check_names;
pub use serving::{SERVING_FLAGS, release_profile};

/// A validated App and the template that is made of it.
#[derive(Clone, Debug)]
pub struct Synthesis {
    /// The validated App.
    pub model: Model,
    /// Its template, the same for every environment and region.
    pub template: Template,
}

impl App {
    /// Validates the App and makes its template. The same App always gives the same bytes.
    ///
    /// # Errors
    ///
    /// All mistakes of both in one report. The serving build makes no template.
    pub fn synthesize(&self) -> Result<Synthesis, Mistakes> {
        if cfg!(sparta_serving) {
            return Err(only_serves(&self.name));
        }
        let (synthesis, mistakes) = self.phases();
        Mistakes::none_or(self.name(), mistakes)?;
        Ok(synthesis)
    }

    /// The phases of synthesis, each of which takes what the one before it made; with all that is wrong with the App.
    pub(crate) fn phases(&self) -> (Synthesis, Vec<Mistake>) {
        let model = self.model();
        let stack = Stack::new(&model.description, &model.user_resources);
        let stack = add_constructs(&model, stack);
        let stack = add_functions(&model, stack);
        let mut stack = add_watchers(&model, stack);
        rollout::add(&model, &mut stack);
        let stack = customize(&model, stack);
        let stack = make_room(&model, stack);
        let stack = decorate(&model, &self.decorators, stack);
        let stack = bind_roles(stack);
        let (model, mut stack) = references::resolve(model, stack);
        publish(&model.functions, &mut stack);
        deploy(&model.environments, &mut stack);
        add_conditions(&model, &mut stack);
        let mut mistakes = check::mistakes(&model, &stack);
        mistakes.extend(refusals(&self.validators, stack.template(), &model));
        (Synthesis { model, template: stack.into_template() }, mistakes)
    }
}

/// The serving build makes no documents, so that nothing of their making is compiled for it.
pub(crate) fn only_serves(app: &str) -> Mistakes {
    #[derive(Debug, thiserror::Error)]
    #[error("this is the serving build, which Lambda runs and which makes no documents: use the plain build")]
    struct OnlyServes;
    Mistakes::of(app, vec![Mistake::new(Subject::App, OnlyServes)])
}

/// Adds what functions use and are invoked by, which triggers change.
fn add_constructs(model: &Model, mut stack: Stack) -> Stack {
    for construct in model.constructs() {
        let mut resources = construct.identified().peekable();
        if resources.peek().is_some() {
            stack.output(construct.id(), construct.output());
        }
        resources.for_each(|(_, id, resource)| stack.resource(id, resource));
    }
    stack
}

/// Changes resources as the user wants them, after everything else was added.
fn customize(model: &Model, mut stack: Stack) -> Stack {
    for construct in model.constructs() {
        for (role, id, _) in construct.identified() {
            // One whose id is taken by another resource is a mistake already.
            _ = stack.change(&id, |resource| construct.customized(role, resource));
        }
    }
    stack.make_changes();
    stack
}

/// Puts the routes of the HTTP API into its own document, where the App says so or the template has no room for them.
fn make_room(model: &Model, mut stack: Stack) -> Stack {
    let is_wanted = model.http_api.as_ref().is_some_and(ApiOptions::has_routes_in_body);
    let is_full = stack.template().resources().len() > limits::RESOURCES;
    if (is_wanted || is_full) && has_routes(stack.template()) {
        put_routes_into_body(&mut stack);
    }
    stack
}

/// Adds the conditions on settings that resources and outputs depend on.
fn add_conditions(model: &Model, stack: &mut Stack) {
    for field in model.settings().iter().filter(|field| field.kind == Kind::Bool && !field.optional) {
        let (parameter, condition) = (field.parameter_name(), condition_of(&field.parameter_name()));
        if stack.template().depends_on_condition(&condition) {
            let value = LogicalId::of_words([parameter.as_str()]).reference();
            stack.condition(condition, Value::function("Fn::Equals", vec![value, "true".into()]));
        }
    }
}

/// Adds the functions with their triggers, and the parameters that they share.
fn add_functions(model: &Model, mut stack: Stack) -> Stack {
    let id = |name: &str| LogicalId::of_words([name]);
    stack.parameter(id(CODE_BUCKET), Parameter::string("S3 bucket that holds the code archive"));
    stack.parameter(id(CODE_KEY), Parameter::string("S3 key of the code archive"));
    let settings = model.settings();
    for field in settings {
        stack.parameter(id(&field.parameter_name()), field.parameter());
    }
    let none = Stored::default();
    let stored = model.stored_settings().unwrap_or(&none);
    stored.parameter().into_iter().for_each(|(id, parameter)| stack.parameter(id, parameter));
    stored.resources().for_each(|(id, resource)| stack.resource(id, resource));
    let shared = Shared { architecture: model.architecture, settings, stored };
    for function in &model.functions {
        function.synthesize(shared, &mut stack);
    }
    if let Some(options) = &model.http_api {
        options.synthesize(&mut stack);
    }
    if let Some(options) = &model.web_socket {
        options.synthesize(&mut stack);
    }
    Connections::check_use(model.constructs(), &mut stack);
    RestApiOptions::complete(model.rest_api.as_ref(), &mut stack);
    if let Some(distribution) = &model.distribution {
        distribution.synthesize(&model.functions, &mut stack);
    }
    stack
}

/// Adds what watches everything that was added before.
fn add_watchers(model: &Model, mut stack: Stack) -> Stack {
    model.watched.synthesize(&model.environments, &mut stack);
    if model.watched.dashboard {
        dashboard::add(&mut stack);
    }
    stack
}
