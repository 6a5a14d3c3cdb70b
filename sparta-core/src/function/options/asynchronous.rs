//! What Lambda does with events that nobody waits for the answer of.

use std::time::Duration;

use super::{Check, FunctionMistake, Options};
use crate::{
    Function,
    cfn::Value,
    construct::{DeadLetterDestination, Destination, SuccessDestination},
    property,
};

/// What becomes of an event that was sent asynchronously: by a schedule, a topic, a bucket, a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asynchronous {
    pub(crate) retries: Option<u32>,
    pub(crate) max_event_age: Option<Duration>,
    /// Where events go that Lambda is done with, at most one for each outcome.
    destinations: Vec<(Outcome, Destination)>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Failure,
    /// A failure, of which the event alone is kept.
    DeadLetter,
}

impl Outcome {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Success => "on success",
            Self::Failure => "on failure",
            Self::DeadLetter => "dead letters",
        }
    }
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

    /// Where Lambda sends asynchronous events that it handled, each with its answer: a queue, a topic, an event bus or another
    /// function. FIFO queues and topics do not take them.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{App, Error, Function, LambdaEvent, construct::EventBus, service_fn};
    /// # async fn ship(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// fn orders() -> EventBus {
    ///     EventBus::new("orders")
    /// }
    ///
    /// let ship = Function::event("ship", service_fn(ship)).on_success(orders());
    /// # App::new("Shop").function(ship).check().unwrap();
    /// ```
    pub fn on_success(mut self, destination: impl SuccessDestination) -> Self {
        if !cfg!(sparta_serving) {
            self.spec.options.asynchronous.send(Outcome::Success, destination.into());
        }
        self
    }

    /// Where Lambda sends asynchronous events that failed for the last time or became too old, each with its error: a queue, a
    /// topic, an event bus, another function or a bucket. FIFO queues and topics do not take them.
    ///
    /// Events that a schedule, a topic, a bucket or a rule sends are asynchronous; batches of queues and streams are not.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{App, Error, Function, LambdaEvent, construct::Queue, service_fn};
    /// # async fn report(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// fn failed() -> Queue {
    ///     Queue::new("failed").without_dead_letters()
    /// }
    ///
    /// let report = Function::event("report", service_fn(report)).retries(1).on_failure(failed());
    /// # App::new("Shop").function(report).check().unwrap();
    /// ```
    pub fn on_failure(mut self, destination: impl Into<Destination>) -> Self {
        if !cfg!(sparta_serving) {
            self.spec.options.asynchronous.send(Outcome::Failure, destination.into());
        }
        self
    }

    /// Where Lambda sends asynchronous events that failed for the last time or became too old: a queue or a topic, which is not
    /// FIFO. They come as they were sent, without the error; [`on_failure`](Self::on_failure) has that, too.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{App, Error, Function, LambdaEvent, construct::Queue, service_fn};
    /// # async fn report(_: LambdaEvent<()>) -> Result<(), Error> { Ok(()) }
    /// let failed = Queue::new("failed").without_dead_letters();
    /// let report = Function::event("report", service_fn(report)).dead_letters(failed);
    /// # App::new("Shop").function(report).check().unwrap();
    /// ```
    pub fn dead_letters(mut self, destination: impl DeadLetterDestination) -> Self {
        if !cfg!(sparta_serving) {
            self.spec.options.asynchronous.send(Outcome::DeadLetter, destination.into());
        }
        self
    }
}

impl Asynchronous {
    /// Sends events of an outcome there.
    pub(crate) fn send(&mut self, outcome: Outcome, destination: Destination) {
        self.destinations.retain(|(other, _)| *other != outcome);
        self.destinations.push((outcome, destination));
    }

    /// The same, with what the App says for all functions but the one that it names as their destination.
    pub(super) fn or(mut self, app: &Self, function: &str) -> Self {
        for (outcome, destination) in app.destinations.iter() {
            if self.to(*outcome).is_none() && !destination.is_function(function) {
                self.send(*outcome, destination.clone());
            }
        }
        let (retries, max_event_age) = (self.retries.or(app.retries), self.max_event_age.or(app.max_event_age));
        Self { retries, max_event_age, ..self }
    }

    fn to(&self, outcome: Outcome) -> Option<&Destination> {
        self.destinations.iter().find(|(it, _)| *it == outcome).map(|(_, destination)| destination)
    }

    /// Where events go that Lambda is done with, by what became of them.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = (Outcome, &Destination)> {
        self.destinations.iter().map(|(outcome, destination)| (*outcome, destination))
    }

    /// Where events go that Lambda is done with.
    pub(crate) fn destinations(&self) -> impl Iterator<Item = &Destination> {
        self.destinations.iter().map(|(_, destination)| destination)
    }

    pub(crate) fn destinations_mut(&mut self) -> impl Iterator<Item = &mut Destination> {
        self.destinations.iter_mut().map(|(_, destination)| destination)
    }

    /// Whether something is said that the function's own resource does not have.
    pub(crate) fn has_config(&self) -> bool {
        self.retries.is_some() || self.max_event_age.is_some() || self.destination_config().is_some()
    }

    pub(crate) fn destination_config(&self) -> Option<Value> {
        let (success, failure) = (self.to(Outcome::Success), self.to(Outcome::Failure));
        (success.is_some() || failure.is_some()).then(|| {
            property!(AWS::Lambda::EventInvokeConfig.DestinationConfig {
                OnFailure: (failure.map(|to| {
                    property!(AWS::Lambda::EventInvokeConfig.DestinationConfig.OnFailure { Destination: (to.arn()) })
                })),
                OnSuccess: (success.map(|to| {
                    property!(AWS::Lambda::EventInvokeConfig.DestinationConfig.OnSuccess { Destination: (to.arn()) })
                })),
            })
        })
    }

    pub(crate) fn dead_letter_config(&self) -> Option<Value> {
        let to = self.to(Outcome::DeadLetter)?;
        Some(property!(AWS::Lambda::Function.DeadLetterConfig { TargetArn: (to.arn()) }))
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
