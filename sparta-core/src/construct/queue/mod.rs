//! Queues of SQS.

mod alarms;
mod batches;

pub use batches::QueueBatches;

use std::{marker::PhantomData, sync::Arc, time::Duration};

use super::{
    Construct, Grant, NameError, New, declared,
    declared::Declared,
    grant::{tls_only, with_key, with_statement},
    name,
    source::Form,
};
use crate::{
    attribute,
    cfn::{LogicalId, Resource, Value, part, sub},
    iam::{Arn, Statement},
    mistake::Problem,
    property, resource,
    trigger::Scope,
};

/// A queue of SQS with its dead-letter queue, which a message goes to after five failures.
///
/// It is encrypted, takes requests over TLS only, keeps messages for 14 days, and is deleted with its stack.
///
/// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html>.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::Queue, service_fn};
///
/// fn orders() -> Queue {
///     Queue::new("orders")
/// }
///
/// async fn order(_: Request) -> Result<String, Error> {
///     let url = orders().url()?;
///     Ok(format!("sends to {url}"))
/// }
///
/// async fn fulfil(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let batches = orders().batches().size(100).window(Duration::from_secs(5));
/// let app = App::new("Shop")
///     .function(Function::http("order", service_fn(order)).uses(orders().send()))
///     .function(Function::event("fulfil", service_fn(fulfil)).trigger(batches));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Queue<Origin = New> {
    declared: Declared,
    fifo: Option<Fifo>,
    visibility: Option<Duration>,
    keeps: Duration,
    delay: Duration,
    tries: u32,
    dead_letters: DeadLetters,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

/// Where messages go that failed.
#[derive(Clone, Debug)]
enum DeadLetters {
    /// To a queue that is made for them.
    Own,
    To(Box<Queue>),
    Nowhere,
}

#[derive(Clone, Copy, Debug)]
struct Fifo {
    deduplicates: bool,
}

/// How often a message is tried before it goes to the dead-letter queue; AWS advises at least five for Lambda.
const TRIES: u32 = 5;
const DAYS_14: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const FORM: Form = Form { service: "sqs", prefix: "" };
const POLICY: &str = "QueuePolicy";
const DEAD_LETTERS: &str = "DeadLetterQueue";
const DEAD_LETTERS_POLICY: &str = "DeadLetterQueuePolicy";

declared::construct!(Queue, "queue", FORM);

impl Queue {
    /// A queue that the stack makes. Its name in AWS is CloudFormation's.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "Queue"))
    }

    /// Keeps messages of one group in order and delivers each once.
    ///
    /// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html>.
    pub fn fifo(mut self) -> Self {
        self.fifo.get_or_insert(Fifo { deduplicates: false });
        self
    }

    /// A FIFO queue that takes messages of one content within five minutes for the same.
    pub fn deduplicate_by_content(mut self) -> Self {
        self.fifo = Some(Fifo { deduplicates: true });
        self
    }

    /// How long a message that was received is hidden from others: at most 12 hours. By default what its function's batches
    /// take: six times its timeout, and the window.
    pub fn visibility(mut self, timeout: Duration) -> Self {
        self.visibility = Some(timeout);
        self
    }

    /// How long messages are kept: 1 minute to 14 days; 14 days by default.
    pub fn retention(mut self, time: Duration) -> Self {
        self.keeps = time;
        self
    }

    /// How long a new message waits before it is delivered: at most 15 minutes; not at all by default.
    pub fn delay(mut self, time: Duration) -> Self {
        self.delay = time;
        self
    }

    /// How often a message is tried before it goes to the dead-letter queue: 5 times by default, as AWS advises for Lambda.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Another queue for the messages that failed, in place of one that is made for it; a FIFO queue takes a FIFO queue.
    pub fn dead_letters(mut self, queue: Queue) -> Self {
        self.dead_letters = DeadLetters::To(Box::new(queue));
        self
    }

    /// No dead-letter queue: what failed is tried until it is too old. Of a queue that is for dead letters itself.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::construct::Queue;
    ///
    /// fn failed() -> Queue {
    ///     Queue::new("failed").without_dead_letters()
    /// }
    ///
    /// let orders = Queue::new("orders").dead_letters(failed());
    /// ```
    pub fn without_dead_letters(mut self) -> Self {
        self.dead_letters = DeadLetters::Nowhere;
        self
    }
}

impl<Origin> Queue<Origin> {
    fn of(declared: Declared) -> Self {
        Self {
            declared,
            fifo: None,
            visibility: None,
            keeps: DAYS_14,
            delay: Duration::ZERO,
            tries: TRIES,
            dead_letters: DeadLetters::Own,
            kms_key: None,
            origin: PhantomData,
        }
    }

    /// The KMS key, by its ARN, that messages are encrypted with, in place of one of SQS's own; of one that exists already, the
    /// key that it has. Grants allow its use through SQS.
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Its address, in a function that uses it.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn url(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "Queue", "send")
    }

    fn resource(&self, redrive: Option<Value>, visibility: Option<Duration>) -> Resource {
        let seconds = |time: Duration| time.as_secs();
        let queue = resource!(AWS::SQS::Queue {
            ContentBasedDeduplication: (self.fifo.filter(|fifo| fifo.deduplicates).map(|_| true)),
            DelaySeconds: (Some(self.delay).filter(|time| !time.is_zero()).map(seconds)),
            FifoQueue: (self.fifo.map(|_| true)),
            KmsMasterKeyId: (&self.kms_key),
            MessageRetentionPeriod: (self.keeps.as_secs()),
            RedrivePolicy: (redrive),
            SqsManagedSseEnabled: (self.kms_key.is_none().then_some(true)),
            VisibilityTimeout: (visibility.map(seconds)),
        });
        queue.delete()
    }

    /// The ARN of the queue that its dead letters go to, where the stack makes it and there is one.
    pub(crate) fn dead_letters_arn(&self) -> Option<Value> {
        let dead = LogicalId::of_words([self.declared.label.as_str(), DEAD_LETTERS]);
        match &self.dead_letters {
            _ if self.declared.existing_arn().is_some() => None,
            DeadLetters::Own => Some(attribute!(AWS::SQS::Queue, dead, "Arn")),
            DeadLetters::To(other) => Some(other.arn()),
            DeadLetters::Nowhere => None,
        }
    }

    /// What it is called in the service.
    pub(crate) fn called(&self) -> &str {
        &self.declared.label
    }

    pub(crate) fn arn(&self) -> Value {
        let of_new = || attribute!(AWS::SQS::Queue, self.declared.id(), "Arn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        let dead = LogicalId::of_words([self.declared.label.as_str(), DEAD_LETTERS]);
        let redrive = self.dead_letters_arn().map(|target| {
            property!(AWS::SQS::Queue.RedrivePolicy { deadLetterTargetArn: (target), maxReceiveCount: (self.tries) })
        });
        let mut resources =
            vec![("Queue", self.resource(redrive, self.visibility)), (POLICY, policy(&self.declared.id()))];
        if matches!(self.dead_letters, DeadLetters::Own) {
            resources.extend([(DEAD_LETTERS, self.resource(None, None)), (DEAD_LETTERS_POLICY, policy(&dead))]);
        }
        resources
    }
}

impl<Origin: Clone> Queue<Origin>
where
    Self: Construct,
{
    /// Sends messages.
    pub fn send(&self) -> Grant {
        self.grant(&["sqs:SendMessage"], &["kms:Decrypt", "kms:GenerateDataKey"])
    }

    /// Receives messages, deletes them, and changes how long they are hidden.
    pub fn receive(&self) -> Grant {
        let actions =
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
        self.grant(&actions, &["kms:Decrypt"])
    }

    fn grant(&self, actions: &[&str], key_actions: &[&str]) -> Grant {
        let key = self.kms_key.as_ref().map(|key| with_key(key, "sqs", key_actions));
        let statement = Statement::allow(actions.iter().copied()).on(self.arn());
        Grant::new(self.clone(), [statement].into_iter().chain(key))
    }

    /// What invokes a function with batches of its messages.
    pub fn batches(&self) -> QueueBatches<Origin> {
        QueueBatches::new(self.clone())
    }
}

impl<Origin: Clone + std::fmt::Debug + Send + Sync + 'static> Construct for Queue<Origin> {
    declared::forwards!(Queue);

    /// Its address.
    fn value(&self) -> Value {
        let Some(arn) = self.declared.existing_arn() else { return self.declared.id().reference() };
        let text = match arn.as_function() {
            Some(("Fn::Sub", text)) => text.as_str(),
            _ => arn.as_str(),
        };
        match text.and_then(Arn::parse) {
            Some(Arn { region, account, resource, .. }) => {
                sub(format!("https://sqs.{region}.${{AWS::URLSuffix}}/{account}/{resource}"))
            }
            None => {
                let [region, account, name] = [3, 4, 5].map(|index| part(&arn, ':', index));
                let parts = vec![
                    Value::from("https://sqs.${Region}.${AWS::URLSuffix}/${Account}/${Name}"),
                    Value::Map(
                        [("Region", region), ("Account", account), ("Name", name)]
                            .map(|(k, v)| (k.to_owned(), v))
                            .into(),
                    ),
                ];
                Value::function("Fn::Sub", parts)
            }
        }
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        match &self.dead_letters {
            DeadLetters::To(queue) => vec![Arc::new((**queue).clone())],
            DeadLetters::Own | DeadLetters::Nowhere => Vec::new(),
        }
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.declared.check(&["Queue", POLICY, DEAD_LETTERS, DEAD_LETTERS_POLICY]);
        problems.extend(self.mistakes().into_iter().map(Problem::from));
        problems
    }
}

/// The policy of a queue that takes requests over TLS only.
fn policy(queue: &LogicalId) -> Resource {
    let arn = attribute!(AWS::SQS::Queue, queue, "Arn");
    resource!(AWS::SQS::QueuePolicy { Queues: [(queue.reference())], PolicyDocument: (tls_only("sqs:*", [arn])) })
}

impl<Origin> Queue<Origin> {
    fn mistakes(&self) -> Vec<QueueMistake> {
        let mut mistakes = Vec::new();
        let is_whole =
            |time: Duration, least, most| (least..=most).contains(&time.as_secs()) && time.subsec_nanos() == 0;
        if let Some(time) = self.visibility.filter(|time| !is_whole(*time, 0, 43_200)) {
            mistakes.push(QueueMistake::Visibility(time));
        }
        if !is_whole(self.keeps, 60, 1_209_600) {
            mistakes.push(QueueMistake::Retention(self.keeps));
        }
        if !is_whole(self.delay, 0, 900) {
            mistakes.push(QueueMistake::Delay(self.delay));
        }
        if !(1..=1_000).contains(&self.tries) {
            mistakes.push(QueueMistake::Tries(self.tries));
        }
        if matches!(&self.dead_letters, DeadLetters::To(other) if other.fifo.is_some() != self.fifo.is_some()) {
            mistakes.push(QueueMistake::DeadLetters);
        }
        mistakes
    }

    /// Lets an AWS service send what it could not deliver for `source`.
    pub(in crate::construct) fn take_dead_letters(&self, service: &str, source: &Value, scope: &mut Scope<'_>) {
        let statement = property!(AWS::SQS::QueuePolicy.PolicyDocument.Statement[] {
            Effect: "Allow",
            Principal: { Service: (service) },
            Action: "sqs:SendMessage",
            Resource: (self.arn()),
            Condition: { ArnEquals: { "aws:SourceArn": (source) } },
        });
        let policy = LogicalId::of_words([self.declared.label.as_str(), POLICY]);
        // One whose id is taken by another resource is a mistake already.
        _ = scope.stack().change(&policy, |policy| with_statement(policy, statement));
    }

    /// Whether messages come in order; of a queue that exists, its ARN says so.
    pub(in crate::construct) fn is_fifo(&self) -> bool {
        let existing = self.declared.existing_arn();
        self.fifo.is_some() || existing.is_some_and(|arn| arn.as_str().is_some_and(|arn| arn.ends_with(".fifo")))
    }
}

/// What is wrong with a [`Queue`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum QueueMistake {
    #[error("a message is hidden for whole seconds, at most 43,200; this is {0:?}")]
    Visibility(Duration),
    #[error(
        "a message is hidden for {visibility:?}, and its function may take {timeout:?}: hide it for longer, AWS advises six times the timeout"
    )]
    VisibilityBelowTimeout { visibility: Duration, timeout: Duration },
    #[error("messages are kept for whole seconds, 60 to 1,209,600; this is {0:?}")]
    Retention(Duration),
    #[error("a message waits for whole seconds, at most 900; this is {0:?}")]
    Delay(Duration),
    #[error("a message is tried 1 to 1,000 times, not {0}")]
    Tries(u32),
    #[error(
        "the dead letters of a FIFO queue go to a FIFO queue, and those of another to another: both are `.fifo()`, or none is"
    )]
    DeadLetters,
}
