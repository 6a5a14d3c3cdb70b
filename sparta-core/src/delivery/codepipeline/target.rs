//! The stack that lets the pipeline deploy an environment in another account or region: the roles that it takes on there.

use serde_json::json;

use super::{
    api_id, gates, id,
    roles::{self, add_deployment_roles, change_sets, keys, kms, stack},
    smoke,
    stores::{self, BUCKET_ACTIONS, READ, WRITE},
};
use crate::{
    Mistakes, Watch,
    cfn::{Parameter, Template, Value, reference, sub},
    contract::{ARTIFACT_BUCKET, ARTIFACT_KEY, OUTPUTS_ARTIFACTS, PIPELINE_ACCOUNT, RELEASE_ARTIFACT},
    delivery::{Elsewhere, Plan, Stage},
    iam::{ACCOUNT, Arn, Statement},
    property,
    synth::check_limits,
};

/// The bucket that CloudFormation takes the code from, in that stack.
pub(super) const CODE: &str = "${ArtifactBucket}";

/// What lets the pipeline deploy this environment.
///
/// # Errors
///
/// What CloudFormation would refuse of it.
pub(super) fn of(plan: &Plan<'_>, stage: &Stage<'_>) -> Result<Elsewhere, Mistakes> {
    let mut template = Template::new(format!("Lets the pipeline {} deploy {}", plan.name, stage.stack));
    add_parameters(plan, stage, &mut template);
    add_deployment_roles(stage, &mut template);
    let (trust, does) = (trust(plan, stage, "PipelineRole"), |what: &str| format!("{what} of {}", stage.stack));
    let mut add = |name: &str, role| template.resource(stage.id(name), role);
    add(
        "DeployRole",
        roles::role(&does("Makes and executes the change sets"), trust.clone(), &deployment(plan, stage)),
    );
    let look = Statement::allow(super::review::LOOK).on(stack(&stage.stack));
    let reviewer = self::trust(plan, stage, "ReviewRole");
    add("ShowRole", roles::role(&does("Looks at the changes"), reviewer, &[look]));
    if gates::has_watches(stage) {
        let look = Watch::look(stage.environment.watches().iter(), &stage.stack);
        add("WatchRole", roles::role(&does("Looks at the alarms"), trust, &[look]));
    }
    for role in ["CloudFormationRole", "DeployRole", "ShowRole", "WatchRole"] {
        template.change(&stage.id(role), |it| it.property("RoleName", stage.role_name(&plan.name, role)));
    }
    template.change(&stage.boundary_id(), |it| it.property("ManagedPolicyName", stage.boundary_name(&plan.name)));
    Mistakes::none_or(plan.app(), check_limits(&template).collect())?;
    Ok(stage.with_own(&plan.name, template))
}

fn add_parameters(plan: &Plan<'_>, stage: &Stage<'_>, template: &mut Template) {
    let bucket = format!("Bucket of the pipeline {} for what is deployed here", plan.name);
    template.parameter(id(ARTIFACT_BUCKET), Parameter::string(bucket));
    if stores::has_key(plan) {
        template.parameter(id(ARTIFACT_KEY), Parameter::string("ARN of the key of that bucket"));
    }
    if stage.account().is_some() {
        let account = Parameter::string(format!("Account of the pipeline {}", plan.name));
        template
            .parameter(id(PIPELINE_ACCOUNT), Parameter { allowed_pattern: Some("[0-9]{12}".to_owned()), ..account });
    }
    for parameter in stage.pins.values() {
        template.parameter(parameter.clone(), api_id(&stage.stack));
    }
}

/// One role of the pipeline's account takes it on. That account is trusted for calls of this role alone, which need not be there yet.
fn trust(plan: &Plan<'_>, stage: &Stage<'_>, role: &str) -> Value {
    let account = match stage.account() {
        Some(_) => format!("${{{PIPELINE_ACCOUNT}}}"),
        None => ACCOUNT.to_owned(),
    };
    let arn = |resource: &str| sub(Arn { account: &account, ..Arn::new("iam", resource) }.to_string());
    property!(AWS::IAM::Role.AssumeRolePolicyDocument {
        Version: "2012-10-17",
        Statement: [{
            Effect: "Allow",
            Principal: { AWS: (arn("root")) },
            Action: "sts:AssumeRole",
            Condition: (json!({"ArnEquals": {"aws:PrincipalArn": arn(&format!("role/{}", plan.role_name(role)))}})),
        }],
    })
}

fn deployment(plan: &Plan<'_>, stage: &Stage<'_>) -> Vec<Statement> {
    let bucket = format!("arn:${{AWS::Partition}}:s3:::${{{ARTIFACT_BUCKET}}}");
    let objects = |artifact: &str| sub(format!("{bucket}/{}", keys(artifact)));
    let mut statements = vec![
        Statement::allow(BUCKET_ACTIONS).on(sub(bucket.clone())),
        Statement::allow(READ).on(objects(RELEASE_ARTIFACT)),
    ];
    if smoke::has_tests(stage) {
        let outputs = format!("{OUTPUTS_ARTIFACTS}{}", stage.environment.name());
        statements.push(Statement::allow(WRITE).on(objects(&outputs)));
    }
    if stores::has_key(plan) {
        statements.push(kms(smoke::has_tests(stage)).on(reference(&id(ARTIFACT_KEY))));
    }
    let passed = crate::attribute!(AWS::IAM::Role, stage.id("CloudFormationRole"), "Arn");
    statements.extend(change_sets(&stage.stack, &plan.name, passed));
    statements
}
