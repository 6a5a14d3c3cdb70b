//! What CodePipeline checks by itself of a stage, once everything in it has succeeded.

use super::roles::action_role;
use crate::{
    Watch, attribute,
    cfn::{LogicalId, Template, Value, sub},
    delivery::{Plan, Stage},
    iam::{Arn, Statement},
    property,
};

/// Adds the roles that look at alarms.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    for stage in watching(plan) {
        let does = format!("Looks at the alarms of {}", stage.environment.name());
        template.resource(stage.id(ROLE), action_role(&does, &[look(stage)]));
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

/// CloudWatch tells of alarms that are made of others only who may see all.
///
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.
fn look(stage: &Stage<'_>) -> Statement {
    let look = Statement::allow(["cloudwatch:DescribeAlarms"]);
    let alarms = || stage.environment.watches().iter().map(Watch::alarm);
    if alarms().any(|alarm| alarm.is_composite()) {
        return look.on("*");
    }
    alarms().fold(look, |look, alarm| {
        let name = format!("alarm:{}", alarm.name_in(&stage.stack));
        look.on(sub(Arn::new("cloudwatch", &name).to_string()))
    })
}

/// What sends a stage back to the last execution that was successful in it.
pub(super) fn on_success(stage: &Stage<'_>) -> Option<Value> {
    let rules: Vec<Value> = watch_rules(stage).collect();
    let condition = || {
        property!(AWS::CodePipeline::Pipeline.Stages[].OnSuccess {
            Conditions: [{ Result: "ROLLBACK", Rules: (rules.clone()) }],
        })
    };
    (!rules.is_empty()).then(condition)
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
