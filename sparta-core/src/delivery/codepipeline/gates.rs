//! What CodePipeline checks by itself before an execution enters a stage, and once everything in it has succeeded.

use super::{roles::action_role, smoke};
use crate::{
    Watch, Window, attribute,
    cfn::{LogicalId, Template, Value},
    delivery::{DeliveryMistake, Plan, Stage},
    property,
};

/// Adds the roles that look at alarms.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    for stage in watching(plan) {
        let does = format!("Looks at the alarms of {}", stage.environment.name());
        template.resource(
            stage.id(ROLE),
            action_role(&does, &[Watch::look(stage.environment.watches().iter(), &stage.stack)]),
        );
    }
}

/// The roles that look at alarms.
pub(super) fn roles(plan: &Plan<'_>) -> impl Iterator<Item = LogicalId> {
    watching(plan).map(|stage| stage.id(ROLE))
}

const ROLE: &str = "WatchRole";

fn watching<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = &'p Stage<'p>> {
    plan.stages.iter().filter(|stage| !stage.environment.watches().is_empty())
}

/// What lets an execution enter a stage: the windows of all its environments, which wait until they are open.
pub(super) fn before_entry(wave: &[Stage<'_>]) -> Option<Value> {
    let rules: Vec<Value> = windows(wave).into_iter().map(|(stage, window)| window_rule(stage, window)).collect();
    let condition = || {
        property!(AWS::CodePipeline::Pipeline.Stages[].BeforeEntry {
            Conditions: [{ Result: "FAIL", Rules: (rules.clone()) }],
        })
    };
    (!rules.is_empty()).then(condition)
}

/// What sends a stage back to the last execution that was successful in it.
pub(super) fn on_success(wave: &[Stage<'_>]) -> Option<Value> {
    let rules: Vec<Value> = wave.iter().flat_map(|stage| watch_rules(stage).chain(smoke::rule(stage))).collect();
    let condition = || {
        property!(AWS::CodePipeline::Pipeline.Stages[].OnSuccess {
            Conditions: [{ Result: "ROLLBACK", Rules: (rules.clone()) }],
        })
    };
    (!rules.is_empty()).then(condition)
}

/// The most rules of a condition.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Condition.html>.
const RULES: usize = 5;

/// More than CodePipeline checks of one stage.
pub(super) fn check(stage: &str, wave: &[Stage<'_>]) -> impl Iterator<Item = DeliveryMistake> {
    let watches = |stage: &Stage<'_>| stage.environment.watches().len() + usize::from(smoke::has_tests(stage));
    let watches = wave.iter().map(watches).sum();
    let counts = [("windows", windows(wave).len()), ("watched alarms and smoke tests", watches)];
    let too_many = counts.into_iter().filter(|(_, rules)| *rules > RULES);
    too_many.map(|(what, rules)| DeliveryMistake::TooManyRules { stage: stage.to_owned(), rules, what })
}

/// The windows that differ, each with an environment that has it.
fn windows<'w>(wave: &'w [Stage<'w>]) -> Vec<(&'w Stage<'w>, &'w Window)> {
    let mut found: Vec<(&Stage<'_>, &Window)> = Vec::new();
    for stage in wave {
        let window = stage.environment.deployment_window();
        found.extend(window.filter(|it| !found.iter().any(|(_, other)| other == it)).map(|it| (stage, it)));
    }
    found
}

fn window_rule(stage: &Stage<'_>, window: &Window) -> Value {
    let configuration = property!(AWS::CodePipeline::Pipeline.Stages[].BeforeEntry.Conditions[].Rules[].Configuration {
        Cron: (window.expression()),
        TimeZone: (window.zone()),
    });
    property!(AWS::CodePipeline::Pipeline.Stages[].BeforeEntry.Conditions[].Rules[] {
        Name: (format!("Window-{}", stage.environment.name())),
        RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "DeploymentWindow", Version: "1" },
        Configuration: (configuration),
    })
}

fn watch_rules<'s>(stage: &'s Stage<'_>) -> impl Iterator<Item = Value> + 's {
    let rule = |(at, watch): (usize, &Watch)| {
        property!(AWS::CodePipeline::Pipeline.Stages[].OnSuccess.Conditions[].Rules[] {
            Name: (format!("Watch-{}-{}", stage.environment.name(), at + 1)),
            RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "CloudWatchAlarm", Version: "1" },
            Configuration: {
                AlarmName: (watch.alarm().name_in(&stage.stack)),
                AlarmStates: "ALARM",
                // In minutes.
                WaitTime: (watch.minutes().to_string()),
            },
            RoleArn: (attribute!(AWS::IAM::Role, stage.id(ROLE), "Arn")),
        })
    };
    stage.environment.watches().iter().enumerate().map(rule)
}
