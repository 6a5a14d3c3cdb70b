//! How many instances of a function there are, and which version of it runs.

use super::{Check, FunctionMistake, Options};
use crate::{Environment, Function, FunctionSpec, settings::Configured};

/// The alias of a function that needs one and names none.
pub(crate) const DEFAULT_ALIAS: &str = "live";

impl Function {
    /// The maximum of concurrent instances, which are also reserved for this function.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>.
    pub fn reserved_concurrency(mut self, instances: impl Into<Configured<u32>>) -> Self {
        self.spec.options.reserved_concurrency = Some(instances.into());
        self
    }

    /// Instances that are started before a request comes, at least one. They cost money without requests.
    ///
    /// Lambda has them for an [alias](Self::alias) only, which is `live` where none is named. With a setting, an environment
    /// whose value is 0 has none.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).provisioned_concurrency(2);
    /// ```
    pub fn provisioned_concurrency(mut self, instances: impl Into<Configured<u32>>) -> Self {
        self.spec.options.provisioned_concurrency = Some(instances.into());
        self
    }

    /// Publishes a version with each deployment, and an alias of this name that points to it. Its triggers invoke the alias.
    ///
    /// A version is what was deployed: code, memory, variables and the like, and stays as it is. When the next one is
    /// published, the alias moves to it, and then CloudFormation deletes the one before.
    ///
    /// A version is published where the archive has another key, or what the template says of the function has changed. A
    /// setting that changes without either is in the function, and reaches the alias with the next version.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).alias("live");
    /// ```
    pub fn alias(mut self, name: impl Into<String>) -> Self {
        self.spec.options.alias = Some(name.into());
        self
    }

    /// Moves all of its traffic to new code at once, also in an environment with a [canary](crate::Environment::canary).
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, LambdaEvent, service_fn};
    /// # async fn report(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> { Ok(()) }
    /// let report = Function::event("report", service_fn(report)).without_canary();
    /// ```
    pub fn without_canary(mut self) -> Self {
        self.spec.options.without_canary = true;
        self
    }
}

impl FunctionSpec {
    /// Whether its traffic moves to new code by and by in some environment.
    ///
    /// What takes no part: providers of custom resources, which CloudFormation itself calls, the functions of migrations, and those
    /// on managed instances, which have no weights.
    pub(crate) fn has_canary(&self, environments: &[Environment]) -> bool {
        #[cfg(feature = "custom-resources")]
        let is_provider = self.is_provider;
        #[cfg(not(feature = "custom-resources"))]
        let is_provider = false;
        let migrates = environments.iter().any(|it| it.migration_function() == Some(self.name()));
        let takes_part = !is_provider && !migrates && self.options.managed_instances.is_none();
        takes_part && !self.options.without_canary && environments.iter().any(|it| it.traffic_canary().is_some())
    }
}

impl Options {
    /// The name of the alias that is made for the function.
    pub(crate) fn alias_name(&self) -> Option<&str> {
        let needs_one = self.provisioned_concurrency.is_some();
        self.alias.as_deref().or(needs_one.then_some(DEFAULT_ALIAS))
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    check.each(&options.reserved_concurrency, |_| None);
    check.each(&options.provisioned_concurrency, |_| None);
    let (reserved, provisioned) = (&options.reserved_concurrency, &options.provisioned_concurrency);
    if provisioned.as_ref().and_then(Configured::fixed) == Some(0) {
        check.report(FunctionMistake::NoProvisionedConcurrency);
    }
    let most = provisioned.iter().flat_map(Configured::values).max();
    let least = reserved.iter().flat_map(Configured::values).min();
    let are_fixed = [reserved, provisioned].iter().all(|it| it.as_ref().is_some_and(|it| it.fixed().is_some()));
    if let (Some(provisioned), Some(reserved), true) = (most, least, are_fixed)
        && provisioned > reserved
    {
        check.report(FunctionMistake::MoreThanReserved { provisioned, reserved });
    }
    if let Some(name) = options.alias.as_ref().filter(|name| !is_alias(name)) {
        check.report(FunctionMistake::Alias(name.clone()));
    }
}

/// See <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>.
fn is_alias(name: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=128).contains(&name.len()) && name.bytes().all(known) && !name.bytes().all(|b| b.is_ascii_digit())
}
