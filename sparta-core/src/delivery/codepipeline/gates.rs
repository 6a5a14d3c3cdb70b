//! What CodePipeline checks by itself before an execution enters a stage, and once everything in it has succeeded.

use super::{roles::action_role, smoke};
use crate::{
    Variable, VariableCheck, Watch, Window,
    cfn::{Template, Value},
    delivery::{DeliveryMistake, Plan, Stage},
    property,
};

/// Adds the roles that look at alarms.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    for stage in watching(plan).filter(|stage| !stage.is_elsewhere()) {
        let does = format!("Looks at the alarms of {}", stage.environment.name());
        template.resource(
            stage.id(ROLE),
            action_role(&does, &[Watch::look(stage.environment.watches().iter(), &stage.stack)]),
        );
    }
}

/// The roles that look at alarms.
pub(super) fn roles(plan: &Plan<'_>) -> impl Iterator<Item = Value> {
    watching(plan).map(|stage| stage.role(&plan.name, ROLE))
}

const ROLE: &str = "WatchRole";

fn watching<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = &'p Stage<'p>> {
    plan.stages.iter().filter(|stage| has_watches(stage))
}

pub(super) fn has_watches(stage: &Stage<'_>) -> bool {
    !stage.environment.watches().is_empty()
}

/// Nobody is asked about what was skipped.
pub(super) fn before_promotion(wave: &[Stage<'_>]) -> Option<Value> {
    if variables(wave).is_empty() { None } else { before_entry(wave) }
}

/// What lets an execution enter a stage: the windows of all its environments, which wait until they are open, or what the
/// execution's variables have to be.
pub(super) fn before_entry(wave: &[Stage<'_>]) -> Option<Value> {
    let checks = variables(wave);
    let result = if checks.is_empty() { "FAIL" } else { "SKIP" };
    let windows = windows(wave).into_iter().map(|(stage, window)| window_rule(stage, window));
    let checks = checks.into_iter().enumerate().map(|(at, check)| variable_rule(at, check));
    let rules: Vec<Value> = windows.chain(checks).collect();
    let condition = || {
        property!(AWS::CodePipeline::Pipeline.Stages[].BeforeEntry {
            Conditions: [{ Result: (result), Rules: (rules.clone()) }],
        })
    };
    (!rules.is_empty()).then(condition)
}

/// What sends a stage back to the last execution that was successful in it.
pub(super) fn on_success(plan: &Plan<'_>, wave: &[Stage<'_>]) -> Option<Value> {
    let rules: Vec<Value> = wave.iter().flat_map(|stage| watch_rules(plan, stage).chain(smoke::rule(stage))).collect();
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
    let before = [("windows", windows(wave).len()), ("checks of variables", variables(wave).len())];
    let both = before.iter().all(|(_, rules)| *rules > 0);
    let both = both.then(|| DeliveryMistake::WindowAndVariables { stage: stage.to_owned() });
    let counts = before.into_iter().chain([("watched alarms and smoke tests", watches)]);
    let too_many = counts.filter(|(_, rules)| *rules > RULES);
    let too_many = too_many.map(|(what, rules)| DeliveryMistake::TooManyRules { stage: stage.to_owned(), rules, what });
    too_many.chain(both)
}

/// The checks of what the pipeline has not.
pub(super) fn unknown_variables(plan: &Plan<'_>) -> impl Iterator<Item = DeliveryMistake> {
    let names: Vec<&str> = plan.pipeline.variables().iter().map(Variable::name).collect();
    let known = match &names[..] {
        [] => ": give it one with `Pipeline::variable(..)`".to_owned(),
        names => format!(": it has `{}`", names.join("`, `")),
    };
    let checks =
        plan.stages.iter().flat_map(|stage| stage.environment.variable_checks().iter().map(move |it| (stage, it)));
    let unknown = checks.filter(move |(_, check)| !names.contains(&check.variable()));
    unknown.map(move |(stage, check)| DeliveryMistake::UnknownVariable {
        environment: stage.environment.name().to_owned(),
        variable: check.variable().to_owned(),
        known: known.clone(),
    })
}

/// The checks of variables that differ.
fn variables<'w>(wave: &'w [Stage<'w>]) -> Vec<&'w VariableCheck> {
    let mut found: Vec<&VariableCheck> = Vec::new();
    for check in wave.iter().flat_map(|stage| stage.environment.variable_checks()) {
        if !found.contains(&check) {
            found.push(check);
        }
    }
    found
}

fn variable_rule(at: usize, check: &VariableCheck) -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].BeforeEntry.Conditions[].Rules[] {
        Name: (format!("Variable-{}", at + 1)),
        RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "VariableCheck", Version: "1" },
        Configuration: {
            Variable: (format!("#{{variables.{}}}", check.variable())),
            Operator: (check.operator()),
            Value: (check.value()),
        },
    })
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

fn watch_rules<'s>(plan: &'s Plan<'_>, stage: &'s Stage<'_>) -> impl Iterator<Item = Value> + 's {
    let rule = move |(at, watch): (usize, &Watch)| {
        property!(AWS::CodePipeline::Pipeline.Stages[].OnSuccess.Conditions[].Rules[] {
            Name: (format!("Watch-{}-{}", stage.environment.name(), at + 1)),
            RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "CloudWatchAlarm", Version: "1" },
            Configuration: {
                AlarmName: (watch.alarm().name_in(&stage.stack)),
                AlarmStates: "ALARM",
                // In minutes.
                WaitTime: (watch.minutes().to_string()),
            },
            Region: (stage.region()),
            RoleArn: (stage.role(&plan.name, ROLE)),
        })
    };
    stage.environment.watches().iter().enumerate().map(rule)
}
