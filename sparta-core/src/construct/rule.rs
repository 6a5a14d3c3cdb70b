//! Rules of EventBridge that invoke a function.

use super::Queue;
use crate::{attribute, cfn::Value, property, resource, trigger::Scope};

/// A rule that invokes a function with the events that fit a pattern.
pub(super) struct Rule<'a> {
    /// What it is called after the function.
    pub(super) words: &'a [&'a str],
    /// One line for people.
    pub(super) about: String,
    pub(super) pattern: Value,
    /// The bus that its events are on; the account's default one where there is none.
    pub(super) bus: Option<Value>,
    /// A queue for events that could not be delivered.
    pub(super) dead_letters: Option<&'a Queue>,
}

impl Rule<'_> {
    /// Adds it to the function's triggers, with what lets EventBridge invoke the function.
    pub(super) fn invoke(self, scope: &mut Scope<'_>) {
        let Self { words, about, pattern, bus, dead_letters } = self;
        let name = scope.function().name().to_owned();
        let words = |last| [&[name.as_str()], words, &[last]].concat();
        let rule = resource!(AWS::Events::Rule {
            Description: (about),
            EventBusName: (bus),
            EventPattern: (pattern),
            State: "ENABLED",
            Targets: [{
                Arn: (scope.function_arn()),
                DeadLetterConfig: (dead_letters.map(|queue| {
                    property!(AWS::Events::Rule.Targets[].DeadLetterConfig { Arn: (queue.arn()) })
                })),
                Id: "Function",
            }],
        });
        let rule = scope.add(&words("Rule"), rule);
        let arn = attribute!(AWS::Events::Rule, rule, "Arn");
        scope.allow_invocation(&words("RulePermission"), "events.amazonaws.com", arn.clone());
        if let Some(queue) = dead_letters {
            queue.take_dead_letters("events.amazonaws.com", &arn, scope);
        }
    }
}
