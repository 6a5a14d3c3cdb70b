//! What looks at an environment after it was deployed: its smoke tests, which the program of the build runs.
//!
//! It is the stage's success condition, so that the stage is rolled back where they fail, and nowhere else: a rejected approval rolls
//! nothing back.

use serde_json::json;

use super::{
    id,
    roles::{self, artifacts as objects},
    stages::{artifacts, role},
    stores,
};
use crate::{
    attribute,
    cfn::{LogicalId, Template, Value, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, OUTPUTS_ARTIFACTS, TOOL_ARTIFACT, TOOL_FILE},
    delivery::{Plan, Stage},
    iam::Arn,
    property, resource,
};

/// The file with a stack's outputs in the artifact that is called after its environment.
pub(super) const OUTPUTS_FILE: &str = "outputs.json";

/// Whether any environment has smoke tests.
pub(super) fn is_needed(plan: &Plan<'_>) -> bool {
    plan.stages.iter().any(has_tests)
}

pub(super) fn has_tests(stage: &Stage<'_>) -> bool {
    !stage.environment.smoke_tests().is_empty()
}

/// What the build hands over.
pub(super) fn built(plan: &Plan<'_>) -> Vec<&'static str> {
    let tool = is_needed(plan).then_some(TOOL_ARTIFACT);
    [BUILD_ARTIFACT, CODE_ARTIFACT].into_iter().chain(tool).collect()
}

/// The artifact with the outputs of an environment's stack, where something looks at it.
pub(super) fn outputs(stage: &Stage<'_>) -> Option<String> {
    has_tests(stage).then(|| format!("{OUTPUTS_ARTIFACTS}{}", stage.environment.name()))
}

/// The role that starts smoke tests.
pub(super) fn action_role(plan: &Plan<'_>) -> Option<LogicalId> {
    is_needed(plan).then(|| id("SmokeActionRole"))
}

/// Adds the project that runs smoke tests, which can do nothing in AWS but read what it was given and write its log.
pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    if !is_needed(plan) {
        return;
    }
    let log = resource!(AWS::Logs::LogGroup {
        LogGroupName: (sub("/aws/codebuild/${AWS::StackName}-smoke")),
        RetentionInDays: 90,
    });
    template.resource(id("SmokeLog"), log.delete());
    let (kind, image) = super::artifacts::image(plan);
    template.resource(
        id("SmokeProject"),
        resource!(AWS::CodeBuild::Project {
            Name: (sub("${AWS::StackName}-smoke")),
            Description: (format!("Runs the smoke tests of {} after a deployment", plan.app())),
            ServiceRole: (attribute!(AWS::IAM::Role, id("SmokeRole"), "Arn")),
            Artifacts: { Type: "CODEPIPELINE" },
            Source: { Type: "CODEPIPELINE", BuildSpec: (buildspec()) },
            Cache: { Type: "NO_CACHE" },
            EncryptionKey: (stores::key(plan)),
            Environment: { ComputeType: "BUILD_GENERAL1_SMALL", Image: (image), Type: (kind) },
            LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("SmokeLog").reference()) } },
            TimeoutInMinutes: 15,
        }),
    );
    let all_outputs = format!("{OUTPUTS_ARTIFACTS}*");
    let mut statements = objects(plan, &[TOOL_ARTIFACT, &all_outputs], &[]);
    statements.push(roles::log("SmokeLog"));
    template.resource(id("SmokeRole"), roles::project_role("Runs smoke tests", &project(), &statements));
    let start = [roles::builds_of(&project())];
    template.resource(id("SmokeActionRole"), roles::action_role("Starts smoke tests", &start));
}

/// The ARN of the project, which its role has to know before it exists.
fn project() -> Value {
    sub(Arn::new("codebuild", "project/${AWS::StackName}-smoke").to_string())
}

/// The rule of a stage's success condition that runs the environment's smoke tests.
pub(super) fn rule(stage: &Stage<'_>) -> Option<Value> {
    let outputs = outputs(stage)?;
    let variable = |name: &str, value: &str| json!({"name": name, "value": value, "type": "PLAINTEXT"});
    let stack = stage.arn("cloudformation", &format!("stack/{}/-", stage.stack));
    let variables = json!([variable("SPARTA_ENVIRONMENT", stage.environment.name()), variable("SPARTA_STACK", &stack)]);
    // By way of a value, whose keys have one order.
    let variables = serde_json::to_string(&Value::from(variables)).expect("variables are JSON");
    Some(property!(AWS::CodePipeline::Pipeline.Stages[].OnSuccess.Conditions[].Rules[] {
        Name: (format!("Smoke-{}", stage.environment.name())),
        RuleTypeId: { Category: "Rule", Owner: "AWS", Provider: "CodeBuild", Version: "1" },
        Configuration: {
            ProjectName: (id("SmokeProject").reference()),
            PrimarySource: (TOOL_ARTIFACT),
            EnvironmentVariables: (sub(variables)),
        },
        InputArtifacts: (artifacts([TOOL_ARTIFACT, outputs.as_str()])),
        RoleArn: (role("SmokeActionRole")),
    }))
}

/// Part of the pipeline's stack, not of the repository. The folder of the outputs is called after its artifact, and no shell names a
/// variable with a `-`.
fn buildspec() -> String {
    format!(
        r#"version: 0.2
phases:
  build:
    commands:
      - chmod u+x {TOOL_FILE}
      - outputs=$(printenv "CODEBUILD_SRC_DIR_{OUTPUTS_ARTIFACTS}$SPARTA_ENVIRONMENT")
      - ./{TOOL_FILE} smokeTest --environment "$SPARTA_ENVIRONMENT" --stack "$SPARTA_STACK" --outputs "$outputs/{OUTPUTS_FILE}"
"#
    )
}
