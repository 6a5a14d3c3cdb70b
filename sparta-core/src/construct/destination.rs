//! Where Lambda sends asynchronous events that it is done with.

use std::fmt::Debug;

use super::{Bucket, EventBus, FunctionHandle, Grant, Queue, Topic};
use crate::cfn::Value;

/// Where Lambda sends asynchronous events that it is done with: a queue, a topic, an event bus, another function or, of
/// failures only, a bucket.
///
/// The function's role may send to it, and has the key of one that is encrypted with a key of its own. The function has no
/// variable for it.
///
/// # Example
///
/// ```
/// use sparta_core::construct::{Bucket, Destination, Queue};
///
/// let to_queue = Destination::from(Queue::new("failed").without_dead_letters());
/// let to_bucket = Destination::from(Bucket::existing("acme-failures"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Destination {
    grant: Grant,
    arn: Value,
}

/// What takes events that succeeded: everything that takes failures but a bucket.
#[diagnostic::on_unimplemented(
    message = "Lambda sends what succeeded to no `{Self}`",
    label = "a queue, a topic, an event bus or `Function::handle(..)` is expected",
    note = "a bucket takes failures only: `.on_failure(bucket)`"
)]
pub trait SuccessDestination: Into<Destination> {}

/// What takes dead letters of functions: a queue or a topic.
#[diagnostic::on_unimplemented(
    message = "Lambda sends dead letters to no `{Self}`",
    label = "a queue or a topic is expected",
    note = "`.on_failure(..)` takes event buses, functions and buckets, too"
)]
pub trait DeadLetterDestination: Into<Destination> {}

/// What is wrong with a [`Destination`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestinationMistake {
    /// A FIFO queue or topic.
    #[error("Lambda sends no asynchronous events to the {kind} `{name}`, which is FIFO: name one that is not")]
    Fifo {
        /// Queue or topic.
        kind: String,
        /// Its name.
        name: String,
    },
}

impl Destination {
    fn new(grant: Grant, arn: Value) -> Self {
        Self { grant, arn }
    }

    /// The same, with what is wrong with it.
    fn fifo(self, is_fifo: bool) -> Self {
        let construct = self.grant.construct();
        let (kind, name) = (construct.words(), construct.label().to_owned());
        let grant = self.grant.but(is_fifo.then_some(DestinationMistake::Fifo { kind, name }));
        Self { grant, ..self }
    }

    pub(crate) fn grant(&self) -> &Grant {
        &self.grant
    }

    pub(crate) fn grant_mut(&mut self) -> &mut Grant {
        &mut self.grant
    }

    pub(crate) fn arn(&self) -> &Value {
        &self.arn
    }

    /// Whether it is this function of the App.
    pub(crate) fn is_function(&self, name: &str) -> bool {
        self.grant.construct().functions().iter().any(|function| function.function() == name)
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> From<Queue<Origin>> for Destination {
    fn from(queue: Queue<Origin>) -> Self {
        Self::new(queue.send(), queue.arn()).fifo(queue.is_fifo())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> From<Topic<Origin>> for Destination {
    fn from(topic: Topic<Origin>) -> Self {
        Self::new(topic.publish(), topic.topic_arn()).fifo(topic.is_fifo())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> From<EventBus<Origin>> for Destination {
    fn from(bus: EventBus<Origin>) -> Self {
        Self::new(bus.put_events(), bus.arn())
    }
}

impl From<FunctionHandle> for Destination {
    fn from(function: FunctionHandle) -> Self {
        Self::new(function.invoke(), function.arn())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> From<Bucket<Origin>> for Destination {
    fn from(bucket: Bucket<Origin>) -> Self {
        Self::new(bucket.take_failures().into(), bucket.arn())
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> SuccessDestination for Queue<Origin> {}
impl<Origin: Clone + Debug + Send + Sync + 'static> SuccessDestination for Topic<Origin> {}
impl<Origin: Clone + Debug + Send + Sync + 'static> SuccessDestination for EventBus<Origin> {}
impl SuccessDestination for FunctionHandle {}

impl<Origin: Clone + Debug + Send + Sync + 'static> DeadLetterDestination for Queue<Origin> {}
impl<Origin: Clone + Debug + Send + Sync + 'static> DeadLetterDestination for Topic<Origin> {}
