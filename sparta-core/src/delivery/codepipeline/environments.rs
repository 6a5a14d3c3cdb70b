//! What the pipeline does for each environment: the deployment, and what stands before and after it.

use serde_json::json;

use super::{
    gates,
    stages::{artifacts, stage},
};
use crate::{
    Approval, attribute,
    cfn::{Value, sub},
    contract::{
        CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY, PROGRAM_ARTIFACT, RELEASE_ARTIFACT, SOURCE_VARIABLES,
        TEMPLATE_FILE, configuration_file,
    },
    delivery::{Plan, Stage},
    iam::Statement,
    property,
};

/// The stages of one environment.
pub(super) fn stages(plan: &Plan<'_>, it: &Stage<'_>) -> Vec<Value> {
    let name = it.environment.name();
    let mut stages = vec![property!(AWS::CodePipeline::Pipeline.Stages[] {
        Name: (format!("Deploy-{name}")),
        Actions: (deployment(plan, it)),
        OnSuccess: (gates::on_success(it)),
    })];
    // A stage of its own: while somebody decides, later commits still reach this environment.
    if let Some(approval) = &it.environment.approve_promotion {
        stages.push(stage(&format!("Promote-{name}"), [manual(plan, "ApprovePromotion", approval, 1)]));
    }
    stages
}

/// What the pipeline's own role has to be allowed for what stands between the environments.
pub(super) fn statements(plan: &Plan<'_>) -> Vec<Statement> {
    let environments = plan.stages.iter().map(|stage| stage.environment);
    let gates = environments.flat_map(|it| [&it.approve_changes, &it.approve_promotion]).flatten();
    let mut topics: Vec<&str> = gates.filter_map(|approval| approval.topic.as_deref()).collect();
    topics.sort_unstable();
    topics.dedup();
    let publish = topics.iter().fold(Statement::allow(["sns:Publish"]), |all, topic| all.on(*topic));
    if topics.is_empty() { Vec::new() } else { vec![publish] }
}

/// The approval is between change set and execution, in one stage: no other run can replace what was looked at.
fn deployment(plan: &Plan<'_>, stage: &Stage<'_>) -> Vec<Value> {
    let deploy_role = attribute!(AWS::IAM::Role, stage.id("DeployRole"), "Arn");
    let mut actions = vec![property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "CreateChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_REPLACE",
            Capabilities: (plan.synthesis.template.capability()),
            ChangeSetName: (&plan.name),
            StackName: (&stage.stack),
            RoleArn: (attribute!(AWS::IAM::Role, stage.id("CloudFormationRole"), "Arn")),
            TemplatePath: (format!("{RELEASE_ARTIFACT}::{TEMPLATE_FILE}")),
            TemplateConfiguration: (format!("{RELEASE_ARTIFACT}::{}", configuration_file(stage.environment.name()))),
            ParameterOverrides: (overrides(stage)),
        },
        InputArtifacts: (artifacts([RELEASE_ARTIFACT, PROGRAM_ARTIFACT])),
        RoleArn: (&deploy_role),
        RunOrder: 1,
    })];
    actions
        .extend(stage.environment.approve_changes.iter().map(|approval| manual(plan, "ApproveChanges", approval, 2)));
    actions.push(property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "ExecuteChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_EXECUTE",
            ChangeSetName: (&plan.name),
            StackName: (&stage.stack),
        },
        RoleArn: (deploy_role),
        RunOrder: (actions.len() + 1),
    }));
    actions
}

/// The template's parameters for its code, where the copy is that no build can write, and for what bounds its roles.
fn overrides(stage: &Stage<'_>) -> Value {
    let of_code = |attribute: &str| json!({"Fn::GetArtifactAtt": [PROGRAM_ARTIFACT, attribute]});
    let mut overrides = json!({CODE_BUCKET: of_code("BucketName"), CODE_KEY: of_code("ObjectKey")});
    if stage.boundary.is_some() {
        overrides[PERMISSIONS_BOUNDARY] = json!(format!("${{{}}}", stage.boundary_id()));
    }
    sub(serde_json::to_string(&Value::from(overrides)).expect("parameters are JSON"))
}

/// Asks with the commit that it is about, and shows it unless there is something else to look at.
fn manual(plan: &Plan<'_>, name: &str, approval: &Approval, order: u32) -> Value {
    let commit = format!("#{{{SOURCE_VARIABLES}.CommitId}}");
    let about = match &approval.message {
        Some(question) => format!("{question} (commit {commit})"),
        None => format!("Commit {commit}"),
    };
    let page = || plan.repository.commit_page(&commit);
    let configuration = property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
        CustomData: (about),
        NotificationArn: (&approval.topic),
        ExternalEntityLink: (approval.link.clone().unwrap_or_else(page)),
    });
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (name),
        ActionTypeId: { Category: "Approval", Owner: "AWS", Provider: "Manual", Version: "1" },
        Configuration: (configuration),
        RunOrder: (order),
        TimeoutInMinutes: (approval.timeout_minutes()),
    })
}
