//! What the pipeline does for each environment: the deployment, and what stands before and after it.

use serde_json::json;

use super::stages::{artifacts, stage};
use crate::{
    Approval, attribute,
    cfn::{Value, sub},
    contract::{
        BUILD_ARTIFACT, CODE_ARTIFACT, CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY, TEMPLATE_FILE, configuration_file,
    },
    delivery::{Plan, Stage},
    iam::Statement,
    property,
};

/// The stages of one environment.
pub(super) fn stages(plan: &Plan<'_>, it: &Stage<'_>) -> Vec<Value> {
    let name = it.environment.name();
    let mut stages = vec![stage(&format!("Deploy-{name}"), deployment(plan, it))];
    // A stage of its own: while somebody decides, later commits still reach this environment.
    if let Some(approval) = &it.environment.approve_promotion {
        stages.push(stage(&format!("Promote-{name}"), [manual("ApprovePromotion", approval, 1)]));
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
            TemplatePath: (format!("{BUILD_ARTIFACT}::{TEMPLATE_FILE}")),
            TemplateConfiguration: (format!("{BUILD_ARTIFACT}::{}", configuration_file(stage.environment.name()))),
            ParameterOverrides: (overrides(stage)),
        },
        InputArtifacts: (artifacts([BUILD_ARTIFACT, CODE_ARTIFACT])),
        RoleArn: (&deploy_role),
        RunOrder: 1,
    })];
    actions.extend(stage.environment.approve_changes.iter().map(|approval| manual("ApproveChanges", approval, 2)));
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

/// The template's parameters for its code, where the build's artifact `Code` is, and for what bounds its roles.
fn overrides(stage: &Stage<'_>) -> Value {
    let of_code = |attribute: &str| json!({"Fn::GetArtifactAtt": [CODE_ARTIFACT, attribute]});
    let mut overrides = json!({CODE_BUCKET: of_code("BucketName"), CODE_KEY: of_code("ObjectKey")});
    if stage.boundary.is_some() {
        overrides[PERMISSIONS_BOUNDARY] = json!(format!("${{{}}}", stage.boundary_id()));
    }
    sub(serde_json::to_string(&Value::from(overrides)).expect("parameters are JSON"))
}

fn manual(name: &str, approval: &Approval, order: u32) -> Value {
    let configuration = property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
        CustomData: (&approval.message),
        NotificationArn: (&approval.topic),
        ExternalEntityLink: (&approval.link),
    });
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (name),
        ActionTypeId: { Category: "Approval", Owner: "AWS", Provider: "Manual", Version: "1" },
        Configuration: (Some(configuration).filter(|it| *it != Value::Map(Default::default()))),
        RunOrder: (order),
        TimeoutInMinutes: (approval.timeout_minutes()),
    })
}
