//! What AWS would refuse in an App, found before it is asked: each part checks itself, and here is what is across parts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Model, waves};
use crate::{
    EnvironmentMistake, FunctionSpec, Mistake, Subject,
    cfn::pascal_case,
    contract::{TagMistake, check_tags},
    file,
    pipeline::is_stack_name,
    settings::{check_differences, check_fields},
    trigger::{ApiOptions, Domain, RestApiOptions, SchemaMistake, WebSocketOptions, check_apart},
};

/// What is wrong with an App as a whole, or between its parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum AppMistake {
    #[error("the app's name `{0}` has to begin with a letter and go on with at most 99 letters, digits and `-`")]
    Name(String),
    #[error("the app's description is longer than 1,024 bytes: shorten it")]
    Description,
    #[error("{0}")]
    Tag(TagMistake),
    #[error("the app has no function: add one with `.function(Function::http(...))`")]
    NoFunction,
    #[error("two functions are called `{0}`: rename one")]
    FunctionTwice(String),
    #[error(
        "the functions `{first}` and `{second}` are one in a template, which knows only letters and digits: rename one"
    )]
    FunctionCollision { first: String, second: String },
    #[error("{unique_key} is taken by function `{by}` already")]
    Taken { unique_key: String, by: String },
    #[error(
        "two {kind}s are called `{name}` and differ: declare it once, in a function such as `fn {name}()`, and call that \
         wherever it is needed"
    )]
    ConstructTwice { kind: String, name: String },
    #[error("two environments are called `{0}`: rename one")]
    EnvironmentTwice(String),
    #[error(
        "the environments `{first}` and `{second}` have the same stack `{stack}`: give one another `.stack_prefix(...)`"
    )]
    SameStack { first: String, second: String, stack: String },
    #[error(
        "environment `{0}` is the last one, so nothing comes after its approve_promotion: use approve_changes, or remove it"
    )]
    LastPromotion(String),
    #[error(
        "the environments of the wave `{wave}` are deployed side by side, and `{between}` is registered between them: register \
         `{environment}` right after the others"
    )]
    WaveApart { wave: String, environment: String, between: String },
    #[error(
        "the wave `{0}` is called like an environment, and the pipeline's stages are called after both: rename one"
    )]
    WaveOfEnvironment(String),
    #[error("the pipeline has no environment to deliver to: add one with `.environment(Environment::new(...))`")]
    PipelineWithoutEnvironment,
}

impl From<AppMistake> for Mistake {
    fn from(problem: AppMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}

impl Model {
    /// All mistakes in what is declared.
    pub(crate) fn check(&self) -> Vec<Mistake> {
        if cfg!(sparta_serving) {
            return Vec::new();
        }
        let mut mistakes = Vec::new();
        self.check_app(&mut mistakes);
        self.check_functions(&mut mistakes);
        self.check_constructs(&mut mistakes);
        self.check_authorizers(&mut mistakes);
        self.check_environments(&mut mistakes);
        self.check_rollout(&mut mistakes);
        self.check_settings(&mut mistakes);
        for function in &self.functions {
            mistakes.extend(function.check_variables(self.settings(), &self.environments));
        }
        self.check_pipeline(&mut mistakes);
        mistakes
    }

    /// Whether each API has a domain of its own.
    fn check_domains(&self) -> Option<Mistake> {
        let http = self.http_api.as_ref().and_then(ApiOptions::own_domain);
        let rest = self.rest_api.as_ref().and_then(RestApiOptions::own_domain);
        let web_socket = self.web_socket.as_ref().and_then(WebSocketOptions::own_domain);
        let domains: Vec<(&str, &Domain)> = [http, rest, web_socket].into_iter().flatten().collect();
        check_apart(&domains).map(|mistake| Mistake::new(Subject::App, mistake))
    }

    fn check_app(&self, mistakes: &mut Vec<Mistake>) {
        if !is_stack_name(&self.name, 100) {
            mistakes.push(AppMistake::Name(self.name.clone()).into());
        }
        if self.description.len() > 1024 {
            mistakes.push(AppMistake::Description.into());
        }
        mistakes.extend(self.check_tags().into_iter().map(|mistake| AppMistake::Tag(mistake).into()));
        if self.functions.is_empty() {
            mistakes.push(AppMistake::NoFunction.into());
        }
        mistakes.extend(file::check(&self.files).into_iter().map(|mistake| Mistake::new(Subject::App, mistake)));
        let (environments, has_pipeline) = (&self.environments, self.pipeline.is_some());
        mistakes.extend(self.http_api.iter().flat_map(|api| api.check(environments, has_pipeline)));
        mistakes.extend(self.web_socket.iter().flat_map(|api| api.check(environments, has_pipeline)));
        mistakes.extend(self.check_domains());
        mistakes.extend(self.distribution.iter().flat_map(|distribution| distribution.check(&self.functions)));
        mistakes.extend(self.rest_api.iter().flat_map(|api| api.check(environments, has_pipeline)));
        let functions: Vec<&str> = self.functions.iter().map(FunctionSpec::name).collect();
        mistakes.extend(self.watched.check(&functions, environments));
    }

    /// What is wrong with the tags that all environments have.
    fn check_tags(&self) -> Vec<TagMistake> {
        check_tags(self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn check_functions(&self, mistakes: &mut Vec<Mistake>) {
        let mut names = BTreeSet::new();
        let mut ids: BTreeMap<String, &str> = BTreeMap::new();
        let (mut keys, mut schemas) = (BTreeMap::new(), BTreeMap::new());
        for function in &self.functions {
            let name = function.name();
            let id = pascal_case(name);
            if !names.insert(name) {
                mistakes.push(AppMistake::FunctionTwice(name.to_owned()).into());
            } else if let Some(first) = ids.get(&id).filter(|_| !id.is_empty()) {
                let (first, second) = ((*first).to_owned(), name.to_owned());
                mistakes.push(AppMistake::FunctionCollision { first, second }.into());
            }
            ids.entry(id).or_insert(name);
            mistakes.extend(function.check(self.architecture));
            check_unique_keys(function, &mut keys, mistakes);
            check_schemas(function, &mut schemas, mistakes);
        }
    }

    fn check_environments(&self, mistakes: &mut Vec<Mistake>) {
        let of_all = self.check_tags();
        let mut names = BTreeSet::new();
        let mut stacks: BTreeMap<String, &str> = BTreeMap::new();
        for environment in &self.environments {
            let is_of_all = |mistake: &Mistake| match mistake.problem().downcast_ref() {
                Some(EnvironmentMistake::Tag(mistake)) => of_all.contains(mistake),
                _ => false,
            };
            mistakes.extend(environment.check().into_iter().filter(|mistake| !is_of_all(mistake)));
            let name = environment.name();
            // Without a name of its own it has no stack of its own either.
            if !environment.has_valid_name() {
                continue;
            }
            if !names.insert(name.to_ascii_lowercase()) {
                mistakes.push(AppMistake::EnvironmentTwice(name.to_owned()).into());
                continue;
            }
            let stack = self.stack_name(environment, "main");
            if let Some(first) = stacks.get(&stack) {
                let (first, second) = ((*first).to_owned(), name.to_owned());
                mistakes.push(AppMistake::SameStack { first, second, stack }.into());
            } else {
                stacks.insert(stack, name);
            }
        }
        mistakes.extend(waves::check(&self.environments).into_iter().map(Mistake::from));
    }

    fn check_settings(&self, mistakes: &mut Vec<Mistake>) {
        mistakes.extend(check_fields(self.settings()));
        for environment in &self.environments {
            mistakes.extend(environment.check_settings());
        }
        let Some((first, others)) = self.environments.split_first() else { return };
        for other in others {
            mistakes.extend(check_differences((first.name(), first.settings()), (other.name(), other.settings())));
        }
    }

    fn check_pipeline(&self, mistakes: &mut Vec<Mistake>) {
        let Some(pipeline) = &self.pipeline else { return };
        if self.environments.is_empty() {
            mistakes.push(AppMistake::PipelineWithoutEnvironment.into());
        }
        mistakes.extend(pipeline.check().into_iter().map(|problem| Mistake::new(Subject::Pipeline, problem)));
    }
}

/// What only one trigger of the App can have, such as a route.
fn check_unique_keys<'a>(
    function: &'a FunctionSpec,
    keys: &mut BTreeMap<String, &'a str>,
    mistakes: &mut Vec<Mistake>,
) {
    for unique_key in function.triggers().iter().filter_map(|trigger| trigger.unique_key(function)) {
        if let Some(by) = keys.get(&unique_key) {
            let taken = AppMistake::Taken { unique_key, by: (*by).to_owned() };
            mistakes.push(function.mistake(taken));
        } else {
            keys.insert(unique_key, function.name());
        }
    }
}

/// Schemas of one name that differ. Types may be written otherwise than they are read, so that answers are apart.
fn check_schemas(
    function: &FunctionSpec,
    known: &mut BTreeMap<(bool, String), serde_json::Value>,
    mistakes: &mut Vec<Mistake>,
) {
    let routes = function.triggers().iter().flat_map(|trigger| trigger.documented());
    for (is_answer, (name, schema)) in routes.flat_map(|route| route.bodies.into_named()) {
        if *known.entry((is_answer, name.clone())).or_insert_with(|| schema.clone()) != schema {
            mistakes.push(function.mistake(SchemaMistake::Twice(name)));
        }
    }
}
