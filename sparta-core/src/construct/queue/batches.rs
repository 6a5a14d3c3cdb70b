//! Messages of a queue, which invoke a function.

use std::{sync::Arc, time::Duration};

use super::{Queue, QueueMistake};
use crate::{
    FunctionSpec,
    construct::{Construct, MappingMistake, New, grant::with_key, mapping::Mapping},
    iam::Statement,
    mistake::Problem,
    trigger::{Scope, Trigger},
};

/// Invokes a function with batches of a queue's messages.
///
/// Lambda deletes a batch that succeeded; all its messages come again when it fails. With
/// [`Function::batch`](crate::Function::batch), or where the function's answer is a [`BatchResponse`](crate::BatchResponse),
/// only those that failed do.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.
#[derive(Clone, Debug)]
#[must_use]
pub struct QueueBatches<Origin = New> {
    queue: Queue<Origin>,
    mapping: Mapping,
}

impl<Origin> QueueBatches<Origin> {
    pub(super) fn new(queue: Queue<Origin>) -> Self {
        Self { queue, mapping: Mapping::default() }
    }

    /// The most messages in one invocation: 1 to 10,000, or 10 from a FIFO queue; 10 by default.
    pub fn size(mut self, messages: u32) -> Self {
        self.mapping.size = Some(messages);
        self
    }

    /// How long to gather messages: whole seconds, at most 300; not at all by default.
    pub fn window(mut self, window: Duration) -> Self {
        self.mapping.window = window;
        self
    }

    /// The most instances of the function that this queue has at work: 2 to 1,000.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
    pub fn max_concurrency(mut self, instances: u32) -> Self {
        self.mapping.max_concurrency = Some(instances);
        self
    }

    /// Only messages that fit: a pattern, of which at most five are asked for. Lambda deletes the others.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::construct::Queue;
    ///
    /// let large = Queue::new("orders").batches().filter(json!({"body": {"total": [{"numeric": [">", 100]}]}}));
    /// ```
    pub fn filter(mut self, pattern: serde_json::Value) -> Self {
        self.mapping.filters.push(pattern);
        self
    }

    /// The function answers with what a [`BatchResponse`](crate::BatchResponse) is in JSON. Where its type is a
    /// `BatchResponse`, or it is a [`Function::batch`](crate::Function::batch), Sparta knows it.
    pub fn report_failures(mut self) -> Self {
        self.mapping.reports_failures = true;
        self
    }

    fn mistakes(&self) -> Vec<MappingMistake> {
        let is_fifo = self.queue.is_fifo();
        let mut mistakes = self.mapping.check(if is_fifo { 10 } else { 10_000 });
        if let Some(size) = self.mapping.size.filter(|size| *size > 10 && self.mapping.window < Duration::from_secs(1))
        {
            mistakes.push(MappingMistake::NoWindow(size));
        }
        if is_fifo && !self.mapping.window.is_zero() {
            mistakes.push(MappingMistake::FifoWindow);
        }
        mistakes
    }
}

impl<Origin: Clone + std::fmt::Debug + Send + Sync + 'static> Trigger for QueueBatches<Origin> {
    fn describe(&self) -> String {
        format!("queue {}", self.queue.declared.label)
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        vec![Arc::new(self.queue.clone())]
    }

    fn reads_batch_responses(&self) -> bool {
        true
    }

    fn check(&self, function: &FunctionSpec) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.mistakes().into_iter().map(Problem::from).collect();
        if let Some(visibility) = self.queue.visibility.filter(|time| *time < function.timeout()) {
            problems.push(QueueMistake::VisibilityBelowTimeout { visibility, timeout: function.timeout() }.into());
        }
        problems
    }

    fn unique_key(&self, _: &FunctionSpec) -> Option<String> {
        Some(format!("the queue `{}`", self.queue.id()))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        // AWS advises six times the function's timeout and the window, so that a message is not seen twice while it is
        // gathered and worked on.
        let visibility = 6 * scope.function().timeout().as_secs() + self.mapping.window.as_secs();
        if self.queue.declared.is_new() && self.queue.visibility.is_none() {
            scope.change_construct(&self.queue, |queue| queue.property("VisibilityTimeout", visibility));
        }
        let receive = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
        scope.grant(Statement::allow(receive).on(self.queue.arn()));
        if let Some(key) = &self.queue.kms_key {
            scope.grant(with_key(key, "sqs", &["kms:Decrypt"]));
        }
        self.mapping.synthesize(&self.queue.declared.label, self.queue.arn(), scope);
    }
}
