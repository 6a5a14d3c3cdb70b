//! Messages of a topic, which invoke a function.

use std::{fmt::Debug, sync::Arc};

use serde_json::Value as Json;

use super::Topic;
use crate::{
    FunctionSpec,
    construct::{Construct, New, Queue, pattern::is_pattern},
    iam::Arn,
    mistake::Problem,
    property, resource,
    trigger::{Scope, Trigger},
};

/// Invokes a function with each message of a topic.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>.
#[derive(Clone, Debug)]
#[must_use]
pub struct TopicMessages<Origin = New> {
    topic: Topic<Origin>,
    filter: Option<(&'static str, Json)>,
    dead_letters: Option<Queue>,
}

/// What is wrong with [`TopicMessages`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicMessagesMistake {
    /// A topic that delivers to queues only.
    #[error(
        "the topic `{0}` is a FIFO topic, which delivers to queues only: subscribe a queue, whose `.batches()` invoke the \
         function"
    )]
    Fifo(String),
    /// A filter policy that is none.
    #[error("a filter policy is an object whose values are lists of what fits: `{{\"priority\": [\"high\"]}}`")]
    Filter,
    /// A queue that SNS does not take dead letters to.
    #[error("what could not be delivered goes to a queue that is not FIFO")]
    DeadLetters,
}

impl<Origin> TopicMessages<Origin> {
    pub(super) fn new(topic: Topic<Origin>) -> Self {
        Self { topic, filter: None, dead_letters: None }
    }

    /// Only messages whose attributes fit a filter policy.
    ///
    /// See <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::construct::Topic;
    ///
    /// let urgent = Topic::new("news").messages().filter(json!({"priority": ["high"]}));
    /// ```
    pub fn filter(mut self, policy: Json) -> Self {
        self.filter = Some(("MessageAttributes", policy));
        self
    }

    /// Only messages whose body, which is JSON, fits a filter policy.
    pub fn filter_body(mut self, policy: Json) -> Self {
        self.filter = Some(("MessageBody", policy));
        self
    }

    /// A queue for the messages that SNS could not deliver to Lambda. A key of the queue's own has to let
    /// `sns.amazonaws.com` use it.
    pub fn dead_letters(mut self, queue: Queue) -> Self {
        self.dead_letters = Some(queue);
        self
    }

    fn mistakes(&self) -> Vec<TopicMessagesMistake> {
        let fifo = self.topic.is_fifo().then(|| TopicMessagesMistake::Fifo(self.topic.declared.label.clone()));
        let filter = self.filter.as_ref().filter(|(_, policy)| !is_pattern(policy));
        let dead_letters = self.dead_letters.as_ref().filter(|queue| queue.is_fifo());
        fifo.into_iter()
            .chain(filter.map(|_| TopicMessagesMistake::Filter))
            .chain(dead_letters.map(|_| TopicMessagesMistake::DeadLetters))
            .collect()
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Trigger for TopicMessages<Origin> {
    fn describe(&self) -> String {
        format!("topic {}", self.topic.declared.label)
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        let topic: Arc<dyn Construct> = Arc::new(self.topic.clone());
        let queue = self.dead_letters.clone().map(|queue| Arc::new(queue) as Arc<dyn Construct>);
        [topic].into_iter().chain(queue).collect()
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        self.mistakes().into_iter().map(Problem::from).collect()
    }

    /// SNS has one subscription of a function to a topic.
    fn unique_key(&self, function: &FunctionSpec) -> Option<String> {
        Some(format!("the topic `{}` for the function `{}`", self.topic.id(), function.name()))
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let (name, label) = (scope.function().name().to_owned(), self.topic.label());
        let arn = self.topic.topic_arn();
        // SNS wants to know where a topic of another region is.
        let region = arn.as_str().and_then(Arn::parse).map(|arn| arn.region.to_owned());
        let redrive = self
            .dead_letters
            .as_ref()
            .map(|queue| property!(AWS::SNS::Subscription.RedrivePolicy { deadLetterTargetArn: (queue.arn()) }));
        let subscription = resource!(AWS::SNS::Subscription {
            Endpoint: (scope.function_arn()),
            FilterPolicy: (self.filter.as_ref().map(|(_, policy)| policy)),
            FilterPolicyScope: (self.filter.as_ref().map(|(scope, _)| *scope)),
            Protocol: "lambda",
            RedrivePolicy: (redrive),
            Region: (region),
            TopicArn: (&arn),
        });
        scope.add(&[&name, label, "Subscription"], subscription);
        scope.allow_invocation(&[&name, label, "TopicPermission"], "sns.amazonaws.com", arn.clone());
        if let Some(queue) = &self.dead_letters {
            queue.take_dead_letters("sns.amazonaws.com", &arn, scope);
        }
    }
}
