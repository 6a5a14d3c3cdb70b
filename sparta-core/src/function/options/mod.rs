//! The options of a function. Each is in one file: what it is, its default, its builder method and its check.

mod asynchronous;
mod code;
mod concurrency;
mod logging;
mod managed;
mod mistake;
mod network;
mod security;
mod size;

use std::{collections::BTreeMap, time::Duration};

use asynchronous::Asynchronous;
pub(crate) use asynchronous::Outcome;
use concurrency::DEFAULT_ALIAS;
pub use logging::{LogFormat, LogLevel, Retention, Tracing};
pub use managed::ManagedInstances;
pub use mistake::FunctionMistake;
pub use network::{FileSystem, Vpc};
pub use security::RecursiveLoop;
pub(super) use size::{DEFAULT_MEMORY, DEFAULT_TIMEOUT};
pub use size::{Memory, Storage};

use super::{Function, FunctionSpec};
use crate::{
    Architecture, Environment,
    cfn::{Value, pascal_case},
    contract::check_tags,
    iam::Statement,
    mistake::Mistake,
    settings::Configured,
};

/// What a function is configured with, as far as it is said; or what the App says for all its functions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) description: String,
    pub(crate) memory: Option<Configured<Memory>>,
    pub(crate) timeout: Option<Configured<Duration>>,
    pub(crate) ephemeral_storage: Option<Configured<Storage>>,
    pub(crate) architecture: Option<Architecture>,
    pub(crate) reserved_concurrency: Option<Configured<u32>>,
    pub(crate) provisioned_concurrency: Option<Configured<u32>>,
    pub(crate) alias: Option<String>,
    pub(crate) without_canary: bool,
    pub(crate) managed_instances: Option<ManagedInstances>,
    pub(crate) vpc: Option<Vpc>,
    pub(crate) file_system: Option<FileSystem>,
    pub(crate) lambda_layers: Vec<Value>,
    pub(crate) log_level: Option<LogLevel>,
    pub(crate) log_format: Option<LogFormat>,
    pub(crate) log_retention: Option<Configured<Retention>>,
    pub(crate) tracing: Option<Tracing>,
    pub(crate) kms_key: Option<Value>,
    pub(crate) code_signing: Option<Value>,
    pub(crate) tenant_isolation: bool,
    pub(crate) recursive_loop: Option<RecursiveLoop>,
    pub(crate) asynchronous: Asynchronous,
    pub(crate) tags: BTreeMap<String, String>,
}

impl Function {
    /// What it is for, up to 256 characters.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.spec.options.description = text.into();
        self
    }

    /// A tag on it, its role and its log group.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).tag("team", "growth");
    /// ```
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.spec.options.tags.insert(key.into(), value.into());
        self
    }

    /// The processor; by default the App's. All functions of an App share one archive, so they share this too.
    pub fn architecture(mut self, architecture: Architecture) -> Self {
        self.spec.options.architecture = Some(architecture);
        self
    }
}

impl Options {
    /// The same, with what the App says where `function` says nothing of its own. Layers and tags add up.
    fn or(self, app: &Self, function: &str) -> Self {
        Self {
            memory: self.memory.or_else(|| app.memory.clone()),
            timeout: self.timeout.or_else(|| app.timeout.clone()),
            ephemeral_storage: self.ephemeral_storage.or_else(|| app.ephemeral_storage.clone()),
            vpc: self.vpc.or_else(|| app.vpc.clone()),
            lambda_layers: [app.lambda_layers.clone(), self.lambda_layers].concat(),
            log_level: self.log_level.or(app.log_level),
            log_format: self.log_format.or(app.log_format),
            log_retention: self.log_retention.or_else(|| app.log_retention.clone()),
            tracing: self.tracing.or(app.tracing),
            kms_key: self.kms_key.or_else(|| app.kms_key.clone()),
            code_signing: self.code_signing.or_else(|| app.code_signing.clone()),
            asynchronous: self.asynchronous.or(&app.asynchronous, function),
            ..self
        }
    }

    /// Looks up what each environment sets.
    fn resolve(&mut self, environments: &[Environment]) {
        let settings = || environments.iter().map(|it| (it.name(), it.settings()));
        self.memory.iter_mut().for_each(|option| option.resolve(settings()));
        self.timeout.iter_mut().for_each(|option| option.resolve(settings()));
        self.ephemeral_storage.iter_mut().for_each(|option| option.resolve(settings()));
        self.reserved_concurrency.iter_mut().for_each(|option| option.resolve(settings()));
        self.provisioned_concurrency.iter_mut().for_each(|option| option.resolve(settings()));
        self.log_retention.iter_mut().for_each(|option| option.resolve(settings()));
    }

    /// What the function's role may do because of them.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let vpc = self.vpc.iter().flat_map(Vpc::statements);
        let file_system = self.file_system.iter().map(FileSystem::statement);
        let tracing = self.tracing.iter().map(Tracing::statement);
        vpc.chain(file_system).chain(tracing).chain(self.kms_key.iter().map(security::decrypt)).collect()
    }
}

impl FunctionSpec {
    /// Its memory; where a setting has it, the most that an environment gives it.
    pub fn memory(&self) -> Memory {
        let memory = self.options.memory.iter().flat_map(Configured::values).max();
        memory.unwrap_or(DEFAULT_MEMORY)
    }

    /// How long one invocation may take; where a setting has it, the longest of all environments.
    pub fn timeout(&self) -> Duration {
        let timeout = self.options.timeout.iter().flat_map(Configured::values).max();
        timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// Whether each tenant has instances of its own.
    pub(crate) fn isolates_tenants(&self) -> bool {
        self.options.tenant_isolation
    }

    /// The same, with what the App says for all functions, and what each environment sets.
    pub(crate) fn completed(&self, app: &Options, environments: &[Environment]) -> Self {
        let mut spec = Self { options: (*self.options).clone().or(app, &self.name).into(), ..self.clone() };
        spec.options.resolve(environments);
        if spec.has_canary(environments) {
            spec.options.alias.get_or_insert_with(|| DEFAULT_ALIAS.to_owned());
        }
        spec.grant_fetched(environments);
        spec
    }

    /// What Lambda would refuse of its name and options.
    pub(super) fn check_options(&self, app: Architecture) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = Vec::new();
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let named = (1..=64).contains(&self.name.len()) && self.name.bytes().all(known);
        if !named || pascal_case(&self.name).is_empty() {
            mistakes.push(FunctionMistake::Name(self.name.clone()).into());
        }
        if let Some(architecture) = self.options.architecture.filter(|own| *own != app) {
            let function = self.name.clone();
            mistakes.push(FunctionMistake::Architecture { function, architecture, app }.into());
        }
        let mut check = Check { function: self, mistakes };
        if self.options.description.chars().count() > 256 {
            check.report(FunctionMistake::Description);
        }
        let tags = self.options.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        check_tags(tags).into_iter().for_each(|problem| check.report(FunctionMistake::Tag(problem)));
        for of_file in [
            size::check,
            concurrency::check,
            managed::check,
            network::check,
            logging::check,
            asynchronous::check,
            code::check,
            security::check,
        ] {
            of_file(&self.options, &mut check);
        }
        check.mistakes
    }
}

/// What is found wrong with the options of a function.
struct Check<'f> {
    function: &'f FunctionSpec,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn report(&mut self, problem: FunctionMistake) {
        self.mistakes.push(self.function.mistake(problem));
    }

    /// Holds an option to its bounds, in each environment where a setting has it.
    fn each<T: Copy>(&mut self, option: &Option<Configured<T>>, problem: impl Fn(T) -> Option<FunctionMistake>) {
        let Some(option) = option else { return };
        if let Some(problem) = option.fixed().and_then(&problem) {
            self.report(problem);
        }
        if let Some(variable) = option.variable().filter(|_| option.environments().is_empty()) {
            self.report(FunctionMistake::NoSetting { variable });
        }
        for set in option.environments() {
            let (environment, variable) = (set.environment.clone(), set.variable);
            if let Some(problem) = problem(set.value) {
                self.report(FunctionMistake::InEnvironment { environment, variable, problem: Box::new(problem) });
            }
        }
    }
}
