//! Rules of EventBridge that invoke a function.

use crate::{attribute, cfn::Value, resource, trigger::Scope};

/// A rule that invokes a function with the events that fit a pattern.
pub(super) struct Rule<'a> {
    /// What it is called after the function.
    pub(super) words: &'a [&'a str],
    /// One line for people.
    pub(super) about: String,
    pub(super) pattern: Value,
    /// The bus that its events are on; the account's default one where there is none.
    pub(super) bus: Option<Value>,
}

impl Rule<'_> {
    /// Adds it to the function's triggers, with what lets EventBridge invoke the function.
    pub(super) fn invoke(self, scope: &mut Scope<'_>) {
        let Self { words, about, pattern, bus } = self;
        let name = scope.function().name().to_owned();
        let words = |last| [&[name.as_str()], words, &[last]].concat();
        let rule = resource!(AWS::Events::Rule {
            Description: (about),
            EventBusName: (bus),
            EventPattern: (pattern),
            State: "ENABLED",
            Targets: [{ Arn: (scope.function_arn()), Id: "Function" }],
        });
        let rule = scope.add(&words("Rule"), rule);
        scope.allow_invocation(
            &words("RulePermission"),
            "events.amazonaws.com",
            attribute!(AWS::Events::Rule, rule, "Arn"),
        );
    }
}
