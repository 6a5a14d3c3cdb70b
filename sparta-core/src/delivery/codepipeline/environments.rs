//! What the pipeline does for each environment: the deployment, and what stands before and after it.

use serde_json::json;

use super::{approvers::Gate, gates, review, smoke, source, stages::artifacts};
use crate::{
    Approval,
    cfn::{Value, sub},
    contract::{PERMISSIONS_BOUNDARY, RELEASE_ARTIFACT, TEMPLATE_FILE, configuration_file},
    delivery::{DeliveryMistake, Plan, Stage},
    property,
};

/// The characters that are left in an approval for what changes, beside its message and the commit.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html>.
const ROOM: usize = 900;

/// The stages of environments that are deployed side by side, or of a single one.
pub(super) fn stages(plan: &Plan<'_>, wave: &[Stage<'_>]) -> Vec<Value> {
    let mut stages = vec![property!(AWS::CodePipeline::Pipeline.Stages[] {
        Name: (format!("Deploy-{}", name(wave))),
        BeforeEntry: (gates::before_entry(wave)),
        Actions: (deployments(plan, wave)),
        OnSuccess: (gates::on_success(plan, wave)),
    })];
    let promotions = promotions(wave).into_iter();
    let promotions: Vec<Value> =
        promotions.map(|(stage, approval)| manual(plan, (stage, Gate::Promotion, approval), 1, None)).collect();
    // A stage of its own: while somebody decides, later commits still reach this environment.
    if !promotions.is_empty() {
        stages.push(property!(AWS::CodePipeline::Pipeline.Stages[] {
            Name: (format!("Promote-{}", name(wave))),
            BeforeEntry: (gates::before_promotion(wave)),
            Actions: (promotions),
        }));
    }
    stages
}

/// How many stages these environments have.
pub(super) fn count(wave: &[Stage<'_>]) -> usize {
    1 + usize::from(!promotions(wave).is_empty())
}

/// What CodePipeline would refuse of any stage of environments.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>.
pub(super) fn check(plan: &Plan<'_>) -> Vec<DeliveryMistake> {
    let of_wave = |wave: &[Stage<'_>]| {
        let stage = format!("Deploy-{}", name(wave));
        let actions = deployments(plan, wave).len();
        let too_many = (actions > 50).then(|| DeliveryMistake::TooManyActions { stage: stage.clone(), actions });
        too_many.into_iter().chain(gates::check(&stage, wave)).collect::<Vec<_>>()
    };
    plan.waves().flat_map(of_wave).chain(gates::unknown_variables(plan)).collect()
}

/// What the stages of these environments are called after.
fn name<'w>(wave: &'w [Stage<'_>]) -> &'w str {
    let environment = wave[0].environment;
    environment.wave_name().unwrap_or(environment.name())
}

/// An action of an environment, which has others beside it where it is in a wave.
fn action(stage: &Stage<'_>, does: &str) -> String {
    match stage.environment.wave_name() {
        Some(_) => format!("{does}-{}", stage.environment.name()),
        None => does.to_owned(),
    }
}

/// What is asked before the next environments, each question once.
fn promotions<'w>(wave: &'w [Stage<'w>]) -> Vec<(&'w Stage<'w>, &'w Approval)> {
    let mut asked: Vec<(&Stage<'_>, &Approval)> = Vec::new();
    for stage in wave {
        let approval = stage.environment.promotion_approval();
        if let Some(approval) = approval.filter(|approval| !asked.iter().any(|(_, other)| other == approval)) {
            asked.push((stage, approval));
        }
    }
    asked
}

/// The change sets are executed together, once each that is to be approved was.
fn deployments(plan: &Plan<'_>, wave: &[Stage<'_>]) -> Vec<Value> {
    let last = wave.iter().map(|stage| if stage.environment.approve_changes.is_some() { 4 } else { 2 }).max();
    wave.iter().flat_map(|stage| deployment(plan, stage, last.unwrap_or_default())).collect()
}

/// Every approval, each question of a wave once.
pub(super) fn approvals<'p>(plan: &'p Plan<'_>) -> Vec<(&'p Stage<'p>, Gate, &'p Approval)> {
    let changes = |stage: &'p Stage<'p>| stage.environment.changes_approval().map(|it| (stage, Gate::Changes, it));
    let of_wave = |wave: &'p [Stage<'p>]| {
        let promotions = promotions(wave).into_iter().map(|(stage, approval)| (stage, Gate::Promotion, approval));
        wave.iter().filter_map(changes).chain(promotions)
    };
    plan.waves().flat_map(of_wave).collect()
}

/// The approval is between change set and execution, in one stage: no other run can replace what was looked at.
fn deployment(plan: &Plan<'_>, stage: &Stage<'_>, last: usize) -> Vec<Value> {
    let deploy_role = stage.role(&plan.name, "DeployRole");
    let mut actions = vec![property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (action(stage, "CreateChangeSet")),
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_REPLACE",
            Capabilities: (plan.synthesis.template.capability()),
            ChangeSetName: (&plan.name),
            StackName: (&stage.stack),
            RoleArn: (stage.role(&plan.name, "CloudFormationRole")),
            TemplatePath: (format!("{RELEASE_ARTIFACT}::{TEMPLATE_FILE}")),
            TemplateConfiguration: (format!("{RELEASE_ARTIFACT}::{}", configuration_file(stage.environment.name()))),
            ParameterOverrides: (overrides(plan, stage)),
        },
        InputArtifacts: (artifacts([RELEASE_ARTIFACT])),
        Region: (stage.region()),
        RoleArn: (&deploy_role),
        RunOrder: 1,
    })];
    if let Some(approval) = &stage.environment.approve_changes {
        let room = ROOM.saturating_sub(approval.message.as_ref().map_or(0, |it| it.chars().count()));
        let (show, changes) = review::show(plan, stage, &action(stage, "ShowChanges"), 2, room);
        actions.extend([show, manual(plan, (stage, Gate::Changes, approval), 3, Some(&changes))]);
    }
    let outputs = smoke::outputs(stage);
    actions.push(property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (action(stage, "ExecuteChangeSet")),
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_EXECUTE",
            ChangeSetName: (&plan.name),
            OutputFileName: (outputs.as_ref().map(|_| smoke::OUTPUTS_FILE)),
            StackName: (&stage.stack),
        },
        OutputArtifacts: (outputs.as_deref().map(|outputs| artifacts([outputs]))),
        Region: (stage.region()),
        RoleArn: (deploy_role),
        RunOrder: (last),
    }));
    actions
}

/// The template's parameter for what bounds its roles. Those for its code are in the configuration, where the release wrote them.
fn overrides(plan: &Plan<'_>, stage: &Stage<'_>) -> Option<Value> {
    stage.boundary.as_ref()?;
    let overrides = json!({PERMISSIONS_BOUNDARY: stage.boundary_arn(&plan.name)});
    Some(sub(serde_json::to_string(&Value::from(overrides)).expect("parameters are JSON")))
}

/// Asks with the commit that it is about, and shows it unless there is something else to look at.
fn manual(
    plan: &Plan<'_>,
    (stage, gate, approval): (&Stage<'_>, Gate, &Approval),
    order: u32,
    changes: Option<&str>,
) -> Value {
    let revision = source::revision(plan);
    let mut about = match &approval.message {
        Some(question) => format!("{question} ({revision})"),
        None => revision[..1].to_uppercase() + &revision[1..],
    };
    about.extend(changes.map(|changes| format!(": {changes}")));
    let configuration = property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
        CustomData: (about),
        NotificationArn: (gate.told(stage, approval)),
        ExternalEntityLink: (approval.link.clone().map(Value::from).or_else(|| source::page(plan))),
    });
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (action(stage, gate.action())),
        ActionTypeId: { Category: "Approval", Owner: "AWS", Provider: "Manual", Version: "1" },
        Configuration: (configuration),
        RunOrder: (order),
        TimeoutInMinutes: (approval.timeout_minutes()),
    })
}
