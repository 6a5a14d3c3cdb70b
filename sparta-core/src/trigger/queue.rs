//! Messages of an SQS queue.

use std::time::Duration;

use super::{Scope, Trigger};
use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Output, Value},
    iam::{Arn, Statement},
    mistake::Problem,
    property, resource,
};

/// Messages of an SQS queue, in batches.
///
/// The function gets an `SqsEvent`; a message is deleted when the function succeeds, and comes again when it fails.
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::trigger::Queue;
///
/// let orders = Queue::new("orders").batch_size(100).batch_window(Duration::from_secs(5));
/// let elsewhere = Queue::existing("arn:aws:sqs:eu-west-1:123456789012:payments");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Queue {
    source: Source,
    batch_size: u32,
    batch_window: Duration,
    reports_failures: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    New(String),
    Existing(String),
}

/// How often a message is tried before it goes to the dead-letter queue; AWS advises at least five for Lambda.
const TRIES: u32 = 5;

impl Queue {
    /// A queue of the service's own, with a dead-letter queue that a message goes to after five failures.
    ///
    /// `name` is its name in the template; its address and name in AWS are outputs of the stack. Both queues are
    /// encrypted, keep messages for 14 days, and are deleted with the stack.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Source::New(name.into()))
    }

    /// A queue that is there already, by its ARN.
    pub fn existing(arn: impl Into<String>) -> Self {
        Self::of(Source::Existing(arn.into()))
    }

    fn of(source: Source) -> Self {
        Self { source, batch_size: 10, batch_window: Duration::ZERO, reports_failures: false }
    }

    /// The most messages in one invocation: 1 to 10,000, or 10 from a FIFO queue; 10 by default.
    pub fn batch_size(mut self, messages: u32) -> Self {
        self.batch_size = messages;
        self
    }

    /// How long to gather messages: whole seconds, at most 300; none by default.
    pub fn batch_window(mut self, window: Duration) -> Self {
        self.batch_window = window;
        self
    }

    /// The function answers with an `SqsBatchResponse`, so that only the messages that it names come again.
    pub fn report_failures(mut self) -> Self {
        self.reports_failures = true;
        self
    }

    fn mistakes(&self) -> Vec<QueueMistake> {
        let (mut mistakes, mut fifo) = (Vec::new(), false);
        match &self.source {
            Source::New(name) if !is_name(name) => mistakes.push(QueueMistake::Name(name.clone())),
            Source::Existing(arn) if !is_queue_arn(arn) => mistakes.push(QueueMistake::Arn(arn.clone())),
            Source::Existing(arn) => fifo = arn.ends_with(".fifo"),
            Source::New(_) => {}
        }
        let window = self.batch_window;
        if !(1..=if fifo { 10 } else { 10_000 }).contains(&self.batch_size) {
            mistakes.push(QueueMistake::BatchSize(self.batch_size));
        } else if self.batch_size > 10 && window < Duration::from_secs(1) {
            mistakes.push(QueueMistake::BatchWindowMissing(self.batch_size));
        }
        if window > Duration::from_secs(300) || window.subsec_nanos() > 0 || (fifo && !window.is_zero()) {
            mistakes.push(QueueMistake::BatchWindow(window));
        }
        mistakes
    }

    /// Adds the queue and its dead-letter queue, and gives the queue's ARN.
    fn create(&self, name: &str, scope: &mut Scope<'_>) -> Value {
        let queue = |visibility: Option<u64>, redrive: Option<Value>| {
            let queue = resource!(AWS::SQS::Queue {
                MessageRetentionPeriod: 1_209_600,
                SqsManagedSseEnabled: true,
                VisibilityTimeout: (visibility),
                RedrivePolicy: (redrive),
            });
            queue.delete()
        };
        let dead = scope.add(&[name, "DeadLetterQueue"], queue(None, None));
        // AWS advises six times the function's timeout and the window, so that a message is not seen twice while it is
        // gathered and worked on.
        let visibility = 6 * scope.function().timeout().as_secs() + self.batch_window.as_secs();
        let redrive = property!(AWS::SQS::Queue.RedrivePolicy {
            deadLetterTargetArn: (attribute!(AWS::SQS::Queue, dead, "Arn")),
            maxReceiveCount: (TRIES),
        });
        let queue = scope.add(&[name, "Queue"], queue(Some(visibility), Some(redrive)));
        scope.output(&[name, "QueueUrl"], Output::new(format!("Address of the queue {name}"), queue.reference()));
        attribute!(AWS::SQS::Queue, queue, "Arn")
    }
}

impl Trigger for Queue {
    fn describe(&self) -> String {
        match &self.source {
            Source::New(name) => format!("queue {name}"),
            Source::Existing(arn) => format!("queue {arn}"),
        }
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mistakes().into_iter().map(Problem::from).collect()
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        match &self.source {
            Source::New(name) => Some(format!("the queue `{}`", LogicalId::of_words([name.as_str()]))),
            Source::Existing(arn) => Some(format!("the queue `{arn}`")),
        }
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let (label, arn) = match &self.source {
            Source::New(name) => (name.clone(), self.create(name, scope)),
            Source::Existing(arn) => (arn.rsplit(':').next().unwrap_or_default().to_owned(), Value::from(arn.as_str())),
        };
        let receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
        scope.grant(Statement::allow(receive).on(arn.clone()));
        let window = self.batch_window.as_secs();
        let mapping = resource!(AWS::Lambda::EventSourceMapping {
            EventSourceArn: (arn),
            FunctionName: (scope.function_name()),
            BatchSize: (self.batch_size),
            FunctionResponseTypes: (self.reports_failures.then_some(["ReportBatchItemFailures"])),
            MaximumBatchingWindowInSeconds: (Some(window).filter(|seconds| *seconds > 0)),
        });
        let name = scope.function().name().to_owned();
        scope.add(&[&name, &label, "Mapping"], mapping);
    }
}

/// What is wrong with a [`Queue`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueueMistake {
    /// A name that SQS does not take, or a text that is no ARN.
    #[error("`{0}` is not the ARN of an SQS queue: arn:aws:sqs:REGION:ACCOUNT:NAME is expected")]
    Arn(String),
    /// A label without a letter or digit.
    #[error("`{0}` is not a name for a queue: letters, digits, `-` and `_` are expected")]
    Name(String),
    /// A batch size that Lambda does not take.
    #[error("a batch holds 1 to 10,000 messages (1 to 10 from a FIFO queue), not {0}")]
    BatchSize(u32),
    /// A large batch without a window.
    #[error("a batch of {0} messages needs a window of at least a second: `.batch_window(Duration::from_secs(1))`")]
    BatchWindowMissing(u32),
    /// A window that Lambda does not take.
    #[error("a batch window is whole seconds, at most 300, and none for a FIFO queue; this one is {0:?}")]
    BatchWindow(Duration),
}

fn is_name(name: &str) -> bool {
    name.bytes().any(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

fn is_queue_arn(arn: &str) -> bool {
    Arn::parse_literal(arn).is_some_and(|arn| {
        (arn.service, arn.account.len()) == ("sqs", 12)
            && arn.partition.starts_with("aws")
            && ![arn.region, arn.resource].contains(&"")
            && !arn.resource.contains(':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn batches_that_lambda_refuses_are_refused() {
        let fifo = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo";
        let second = Duration::from_secs(1);
        assert_eq!(Queue::new("orders").batch_size(10_000).batch_window(second).mistakes(), []);
        assert_eq!(Queue::new("orders").batch_size(11).mistakes(), [QueueMistake::BatchWindowMissing(11)]);
        assert_eq!(Queue::new("orders").batch_size(0).mistakes(), [QueueMistake::BatchSize(0)]);
        assert_eq!(Queue::existing(fifo).batch_size(11).mistakes(), [QueueMistake::BatchSize(11)]);
        assert_eq!(Queue::existing(fifo).batch_window(second).mistakes(), [QueueMistake::BatchWindow(second)]);
        assert_eq!(Queue::existing("orders").mistakes(), [QueueMistake::Arn("orders".into())]);
    }
}
