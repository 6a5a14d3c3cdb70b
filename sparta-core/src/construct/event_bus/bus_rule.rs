//! Events of a bus, which invoke a function.

use std::{fmt::Debug, sync::Arc};

use serde_json::Value as Json;

use super::{DEFAULT, EventBus};
use crate::{
    FunctionSpec,
    cfn::Value,
    construct::{Construct, New, Queue, pattern::is_pattern, rule::Rule},
    mistake::Problem,
    trigger::{Scope, Trigger},
};

/// Invokes a function with the events of a bus that fit a pattern.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html>.
#[derive(Clone, Debug)]
#[must_use]
pub struct BusRule<Origin = New> {
    bus: EventBus<Origin>,
    pattern: Json,
    dead_letters: Option<Queue>,
}

/// What is wrong with a [`BusRule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BusRuleMistake {
    /// A pattern that is none.
    #[error("`{0}` is not a pattern: an object whose values are lists of what fits, `{{\"source\": [\"shop\"]}}`")]
    Pattern(String),
    /// A queue that EventBridge does not take dead letters to.
    #[error("what could not be delivered goes to a queue that is not FIFO")]
    DeadLetters,
}

impl<Origin> BusRule<Origin> {
    pub(super) fn new(bus: EventBus<Origin>, pattern: Json) -> Self {
        Self { bus, pattern, dead_letters: None }
    }

    /// A queue for the events that EventBridge could not deliver to Lambda within a day. A key of the queue's own has to let
    /// `events.amazonaws.com` use it.
    pub fn dead_letters(mut self, queue: Queue) -> Self {
        self.dead_letters = Some(queue);
        self
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Trigger for BusRule<Origin> {
    fn describe(&self) -> String {
        format!("event bus {}", self.bus.label())
    }

    fn constructs(&self) -> Vec<Arc<dyn Construct>> {
        let bus: Arc<dyn Construct> = Arc::new(self.bus.clone());
        let queue = self.dead_letters.clone().map(|queue| Arc::new(queue) as Arc<dyn Construct>);
        [bus].into_iter().chain(queue).collect()
    }

    fn check(&self, _: &FunctionSpec) -> Vec<Problem> {
        let pattern = (!is_pattern(&self.pattern)).then(|| BusRuleMistake::Pattern(self.pattern.to_string()));
        let dead_letters = self.dead_letters.as_ref().filter(|queue| queue.is_fifo());
        let dead_letters = dead_letters.map(|_| BusRuleMistake::DeadLetters);
        pattern.into_iter().chain(dead_letters).map(Problem::from).collect()
    }

    fn synthesize(&self, scope: &mut Scope<'_>) {
        let label = self.bus.label();
        let rule = Rule {
            words: &[label],
            about: format!("Events of {label} that invoke the function {}", scope.function().name()),
            pattern: Value::from(self.pattern.clone()),
            bus: Some(self.bus.value()).filter(|bus| bus.as_str() != Some(DEFAULT)),
            dead_letters: self.dead_letters.as_ref(),
        };
        rule.invoke(scope);
    }
}
