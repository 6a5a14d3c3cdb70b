//! What all functions of an App have, unless they say otherwise.

use std::time::Duration;

use crate::{
    App, LogFormat, LogLevel, Memory, Retention, Storage, Tracing, Vpc,
    cfn::Value,
    construct::{DeadLetterDestination, Destination, SuccessDestination},
    function::{Options, Outcome},
    settings::Configured,
};

/// Options of all its functions. A function that sets one itself has its own; layers add up.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{App, Memory, Retention, Tracing};
///
/// let app = App::new("Links")
///     .memory(Memory::mb(256))
///     .timeout(Duration::from_secs(10))
///     .tracing(Tracing::Active)
///     .log_retention(Retention::days(90));
/// ```
impl App {
    /// The least important line that they log on Lambda; [`LogLevel::Info`] by default.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, LogLevel};
    ///
    /// let app = App::new("Hello").log_level(LogLevel::Debug);
    /// ```
    pub fn log_level(self, level: LogLevel) -> Self {
        self.by_default(|options| options.log_level = Some(level))
    }

    /// See [`Function::log_format`](crate::Function::log_format).
    pub fn log_format(self, format: LogFormat) -> Self {
        self.by_default(|options| options.log_format = Some(format))
    }

    /// See [`Function::log_retention`](crate::Function::log_retention).
    pub fn log_retention(self, retention: impl Into<Configured<Retention>>) -> Self {
        self.by_default(|options| options.log_retention = Some(retention.into()))
    }

    /// See [`Function::tracing`](crate::Function::tracing).
    pub fn tracing(self, tracing: Tracing) -> Self {
        self.by_default(|options| options.tracing = Some(tracing))
    }

    /// See [`Function::memory`](crate::Function::memory).
    pub fn memory(self, memory: impl Into<Configured<Memory>>) -> Self {
        self.by_default(|options| options.memory = Some(memory.into()))
    }

    /// See [`Function::timeout`](crate::Function::timeout).
    pub fn timeout(self, timeout: impl Into<Configured<Duration>>) -> Self {
        self.by_default(|options| options.timeout = Some(timeout.into()))
    }

    /// See [`Function::ephemeral_storage`](crate::Function::ephemeral_storage).
    pub fn ephemeral_storage(self, storage: impl Into<Configured<Storage>>) -> Self {
        self.by_default(|options| options.ephemeral_storage = Some(storage.into()))
    }

    /// See [`Function::vpc`](crate::Function::vpc).
    pub fn vpc(self, vpc: Vpc) -> Self {
        self.by_default(|options| options.vpc = Some(vpc))
    }

    /// See [`Function::lambda_layer`](crate::Function::lambda_layer); before the functions' own.
    pub fn lambda_layer(self, version_arn: impl Into<Value>) -> Self {
        self.by_default(|options| options.lambda_layers.push(version_arn.into()))
    }

    /// See [`Function::kms_key`](crate::Function::kms_key).
    pub fn kms_key(self, arn: impl Into<Value>) -> Self {
        self.by_default(|options| options.kms_key = Some(arn.into()))
    }

    /// See [`Function::code_signing`](crate::Function::code_signing).
    pub fn code_signing(self, config_arn: impl Into<Value>) -> Self {
        self.by_default(|options| options.code_signing = Some(config_arn.into()))
    }

    /// See [`Function::retries`](crate::Function::retries).
    pub fn retries(self, times: u32) -> Self {
        self.by_default(|options| options.asynchronous.retries = Some(times))
    }

    /// See [`Function::max_event_age`](crate::Function::max_event_age).
    pub fn max_event_age(self, age: Duration) -> Self {
        self.by_default(|options| options.asynchronous.max_event_age = Some(age))
    }

    /// See [`Function::on_success`](crate::Function::on_success).
    pub fn on_success(self, destination: impl SuccessDestination) -> Self {
        self.by_default(|options| options.asynchronous.send(Outcome::Success, destination.into()))
    }

    /// See [`Function::on_failure`](crate::Function::on_failure). A function that takes the others' failures has none itself.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, construct::Queue};
    ///
    /// let app = App::new("Links").on_failure(Queue::new("failed").without_dead_letters());
    /// ```
    pub fn on_failure(self, destination: impl Into<Destination>) -> Self {
        self.by_default(|options| options.asynchronous.send(Outcome::Failure, destination.into()))
    }

    /// See [`Function::dead_letters`](crate::Function::dead_letters).
    pub fn dead_letters(self, destination: impl DeadLetterDestination) -> Self {
        self.by_default(|options| options.asynchronous.send(Outcome::DeadLetter, destination.into()))
    }

    fn by_default(mut self, change: impl FnOnce(&mut Options)) -> Self {
        if !cfg!(sparta_serving) {
            change(&mut self.defaults);
        }
        self
    }
}
