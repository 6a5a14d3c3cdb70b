//! What Lambda does with events that nobody waits for the answer of.

use std::time::Duration;

use super::{Check, FunctionMistake, Options};
use crate::Function;

/// What becomes of an event that was sent asynchronously: by a schedule, a topic, a bucket, a rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asynchronous {
    pub(crate) retries: Option<u32>,
    pub(crate) max_event_age: Option<Duration>,
}

impl Function {
    /// How often an asynchronous event comes again when the function fails, 0 to 2; 2 by default.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, LambdaEvent, service_fn};
    /// # async fn report(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// let report = Function::event("report", service_fn(report)).retries(0);
    /// ```
    pub fn retries(mut self, times: u32) -> Self {
        self.spec.options.asynchronous.retries = Some(times);
        self
    }

    /// How long Lambda keeps an asynchronous event for the function: whole seconds, 60 to 21,600; 21,600 by default.
    ///
    /// # Example
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use sparta_core::{Error, Function, LambdaEvent, service_fn};
    /// # async fn report(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// let report = Function::event("report", service_fn(report)).max_event_age(Duration::from_secs(3600));
    /// ```
    pub fn max_event_age(mut self, age: Duration) -> Self {
        self.spec.options.asynchronous.max_event_age = Some(age);
        self
    }
}

impl Asynchronous {
    pub(super) fn or(self, app: &Self) -> Self {
        Self { retries: self.retries.or(app.retries), max_event_age: self.max_event_age.or(app.max_event_age) }
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    if let Some(retries) = options.asynchronous.retries.filter(|retries| *retries > 2) {
        check.report(FunctionMistake::Retries(retries));
    }
    let fits = |age: &Duration| (60..=21_600).contains(&age.as_secs()) && age.subsec_nanos() == 0;
    if let Some(age) = options.asynchronous.max_event_age.filter(|age| !fits(age)) {
        check.report(FunctionMistake::MaxEventAge(age));
    }
}
