//! How the new code of an environment takes over.

use super::{Canary, CanaryMistake, Environment, EnvironmentMistake};

impl Environment {
    /// Moves traffic to new code by and by, and takes it back as soon as an alarm rings that the environment
    /// [watches](Self::watch): then the deployment has failed, and CloudFormation rolls it back. So it is with `provision`, the
    /// pipeline and every other CI system.
    ///
    /// Every function gets an alias, `live` unless it [names](crate::Function::alias) another one, which its triggers invoke in all
    /// environments; all but those [without a canary](crate::Function::without_canary), migrations and providers of custom
    /// resources move in this way. The first deployment of a stack, and one that changes no code, move nothing.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html>.
    ///
    /// # Example
    ///
    /// [`Canary`] has one.
    pub fn canary(mut self, canary: Canary) -> Self {
        self.canary = Some(canary);
        self
    }

    /// Runs this function of the App once with each new code, before any other function has it. Where it fails, nothing has
    /// moved: CloudFormation rolls the deployment back, and the promotion ends. So it is with `provision`, the pipeline and every
    /// other CI system.
    ///
    /// The function runs as it is declared: with its variables, its role and its [VPC](crate::Function::vpc), for up to 870
    /// seconds. Its event is `{"stack": NAME}`. It also runs when older code is deployed again, and has to leave alone what newer
    /// code has made; it does not run while CloudFormation rolls back.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::Value;
    /// use sparta_core::{App, Environment, Error, Function, LambdaEvent, service_fn};
    ///
    /// async fn migrate(_: LambdaEvent<Value>) -> Result<(), Error> {
    ///     Ok(())
    /// }
    ///
    /// let app = App::new("Links")
    ///     .function(Function::event("migrate", service_fn(migrate)))
    ///     .environment(Environment::new("production", ()).migration("migrate"));
    /// ```
    pub fn migration(mut self, function: impl Into<String>) -> Self {
        self.migration = Some(function.into());
        self
    }

    /// How its traffic moves to new code.
    pub fn traffic_canary(&self) -> Option<&Canary> {
        self.canary.as_ref()
    }

    /// The function that runs before new code takes over.
    pub fn migration_function(&self) -> Option<&str> {
        self.migration.as_deref()
    }

    /// What AWS would refuse of it, or would do nothing.
    pub(super) fn check_rollout(&self) -> Vec<EnvironmentMistake> {
        let Some(canary) = &self.canary else { return Vec::new() };
        let unwatched = self.watches.is_empty().then_some(CanaryMistake::Unwatched);
        canary.check().into_iter().chain(unwatched).map(EnvironmentMistake::Canary).collect()
    }
}
