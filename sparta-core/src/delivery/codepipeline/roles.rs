//! Who may do what: a role per purpose, none of which can do another's work.

use serde_json::json;

use super::{
    approvers, gates, id, review, smoke,
    source::Reader,
    stores::{self, BUCKET_ACTIONS, READ, WRITE},
};
use crate::{
    attribute,
    cfn::{LogicalId, Resource, Template, Value, sub},
    contract::{
        BUILD_ARTIFACT, CHANGES_ARTIFACTS, CODE_ARTIFACT, OUTPUTS_ARTIFACTS, RELEASE_ARTIFACT, SOURCE_ARTIFACT,
        TOOL_ARTIFACT, UPDATE_ARTIFACT,
    },
    delivery::{Plan, Stage},
    iam::{Arn, Statement, policy_document, trust_policy, trust_policy_for},
    property, resource,
};

/// The ARN of the build project, which its own role has to know before the project exists.
fn build_project() -> Value {
    sub(Arn::new("codebuild", "project/${AWS::StackName}-build").to_string())
}

pub(super) fn add(plan: &Plan<'_>, reader: Reader<'_>, template: &mut Template) {
    template.resource(id("PipelineRole"), pipeline_role(plan));
    template.resource(id("PipelinePolicy"), pipeline_policy(plan, reader));
    template.resource(id("BuildActionRole"), action_role("Starts the build", &[builds_of(&build_project())]));
    template.resource(id("BuildRole"), build_role(plan));
    for stage in plan.home() {
        let name = stage.environment.name();
        let does = format!("Makes and executes the change sets of {name}");
        template.resource(stage.id("DeployRole"), action_role(&does, &deployment(plan, stage)));
        add_deployment_roles(stage, template);
    }
    gates::add(plan, template);
    // So that other accounts can know them.
    let known = if plan.elsewhere().next().is_some() { &["PipelineRole", "ReviewRole"][..] } else { &[] };
    for role in known {
        template.change(&id(role), |it| it.property("RoleName", plan.role_name(role)));
    }
}

/// IAM refuses a policy without statements, so a role that may do nothing has none.
pub(super) fn role(does: &str, trust: Value, statements: &[Statement]) -> Resource {
    let work =
        || property!(AWS::IAM::Role.Policies[] { PolicyName: "Work", PolicyDocument: (policy_document(statements)) });
    let policies = (!statements.is_empty()).then(|| Value::List(vec![work()]));
    resource!(AWS::IAM::Role { Description: (does), AssumeRolePolicyDocument: (trust), Policies: (policies) })
}

/// A role of one action, which only this pipeline takes on.
pub(super) fn action_role(does: &str, statements: &[Statement]) -> Resource {
    let trust = property!(AWS::IAM::Role.AssumeRolePolicyDocument {
        Version: "2012-10-17",
        Statement: [{
            Effect: "Allow",
            Principal: { AWS: (attribute!(AWS::IAM::Role, id("PipelineRole"), "Arn")) },
            Action: "sts:AssumeRole",
        }],
    });
    role(does, trust, statements)
}

/// The ARN of the pipeline, which roles have to know before it exists.
pub(super) fn pipeline(plan: &Plan<'_>) -> Value {
    sub(Arn::new("codepipeline", &plan.name).to_string())
}

/// The ARN of a stack, apart from its id.
pub(super) fn stack(name: &str) -> Value {
    sub(Arn::new("cloudformation", &format!("stack/{name}/*")).to_string())
}

fn pipeline_role(plan: &Plan<'_>) -> Resource {
    let pipeline = pipeline(plan);
    resource!(AWS::IAM::Role {
        Description: "Runs the pipeline: takes on the roles of its actions",
        AssumeRolePolicyDocument: (trust_policy_for("codepipeline.amazonaws.com", &pipeline)),
    })
}

/// Apart from its role, which the roles that it names trust in turn.
fn pipeline_policy(plan: &Plan<'_>, reader: Reader<'_>) -> Resource {
    let roles = action_roles(plan, reader);
    let mut statements = vec![roles.into_iter().fold(Statement::allow(["sts:AssumeRole"]), Statement::on)];
    // The bucket is the pipeline's own; a source of GitHub's kind has no other role to write there.
    let mut all = vec![SOURCE_ARTIFACT, BUILD_ARTIFACT, CODE_ARTIFACT, RELEASE_ARTIFACT];
    let changes = format!("{CHANGES_ARTIFACTS}*");
    if review::is_needed(plan) {
        all.extend([UPDATE_ARTIFACT, &changes]);
    }
    let outputs = format!("{OUTPUTS_ARTIFACTS}*");
    if smoke::is_needed(plan) {
        all.extend([TOOL_ARTIFACT, &outputs]);
    }
    statements.extend(artifacts(plan, &all, &all));
    statements.extend(stores::statements(plan));
    statements.extend(approvers::statements(plan));
    resource!(AWS::IAM::Policy {
        PolicyName: "Pipeline",
        PolicyDocument: (policy_document(&statements)),
        Roles: [(id("PipelineRole").reference())],
    })
}

fn action_roles(plan: &Plan<'_>, reader: Reader<'_>) -> Vec<Value> {
    let review = review::is_needed(plan).then(|| id("ReviewActionRole"));
    let update = plan.pipeline.mutates().then(|| id("UpdateActionRole"));
    let stages = plan.stages.iter().map(|stage| stage.role(&plan.name, "DeployRole"));
    let always = [id("BuildActionRole"), id("ReleaseActionRole")];
    let own = reader.role().into_iter().chain(review).chain(update).chain(always);
    let own = own.map(|role| attribute!(AWS::IAM::Role, role, "Arn"));
    let smoke = smoke::action_role(plan).map(|role| attribute!(AWS::IAM::Role, role, "Arn"));
    own.chain(stages).chain(gates::roles(plan)).chain(smoke).collect()
}

/// Compiles foreign code, so it gets at nothing but its log, its input and its output.
fn build_role(plan: &Plan<'_>) -> Resource {
    let mut statements = artifacts(plan, &[SOURCE_ARTIFACT], &smoke::built(plan));
    statements.push(log("BuildLog"));
    project_role("Compiles the service", &build_project(), &statements)
}

/// The role of a build project.
pub(super) fn project_role(does: &str, project: &Value, statements: &[Statement]) -> Resource {
    role(does, trust_policy_for("codebuild.amazonaws.com", project), statements)
}

/// What starts the builds of a project, and follows them.
pub(super) fn builds_of(project: &Value) -> Statement {
    Statement::allow(["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"]).on(project.clone())
}

/// What writes to a log group of this stack.
pub(super) fn log(group: &str) -> Statement {
    let group = attribute!(AWS::Logs::LogGroup, id(group), "Arn");
    Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on(group)
}

/// What an action needs to take these artifacts from the bucket and to put those into it.
pub(super) fn artifacts(plan: &Plan<'_>, read: &[&str], written: &[&str]) -> Vec<Statement> {
    let on = |statement: Statement, artifacts: &[&str]| {
        artifacts.iter().fold(statement, |statement, artifact| statement.on(objects(artifact)))
    };
    let bucket = attribute!(AWS::S3::Bucket, id("Artifacts"), "Arn");
    let mut statements = vec![Statement::allow(BUCKET_ACTIONS).on(bucket)];
    if !read.is_empty() {
        statements.push(on(Statement::allow(READ), read));
    }
    if !written.is_empty() {
        statements.push(on(Statement::allow(WRITE), written));
    }
    statements.extend(stores::key(plan).map(|key| kms(!written.is_empty()).on(key)));
    statements
}

/// What reading, and writing, takes of the key that it is encrypted with.
pub(super) fn kms(writes: bool) -> Statement {
    let write = writes.then_some("kms:GenerateDataKey");
    Statement::allow(["kms:Decrypt", "kms:DescribeKey"].into_iter().chain(write))
}

/// Their keys begin with as much of the pipeline's name as CodePipeline takes, which is nobody else's in this bucket.
fn objects(artifact: &str) -> Value {
    sub(format!("${{Artifacts.Arn}}/{}", keys(artifact)))
}

/// The keys of an artifact, or of those whose names begin alike: CodePipeline takes ten characters of its name.
pub(super) fn keys(artifact: &str) -> String {
    format!("*/{artifact:.10}/*")
}

fn deployment(plan: &Plan<'_>, stage: &Stage<'_>) -> Vec<Statement> {
    let outputs = smoke::outputs(stage);
    let written: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let mut statements = artifacts(plan, &[RELEASE_ARTIFACT], &written);
    let passed = attribute!(AWS::IAM::Role, stage.id("CloudFormationRole"), "Arn");
    statements.extend(change_sets(&stage.stack, &plan.name, passed));
    statements
}

/// What making and executing the change sets of a stack takes, for which CloudFormation is given a role.
pub(super) fn change_sets(of: &str, name: &str, passed: Value) -> [Statement; 3] {
    let change_set = Statement::allow([
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:ExecuteChangeSet",
    ]);
    let look = Statement::allow([
        "cloudformation:DescribeEvents",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:SetStackPolicy",
        "cloudformation:TagResource",
    ]);
    let pass = Statement::allow(["iam:PassRole"]).on(passed);
    [
        look.on(stack(of)),
        change_set.on(stack(of)).when(json!({"StringEqualsIfExists": {"cloudformation:ChangeSetName": name}})),
        pass.when(json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}})),
    ]
}

/// Adds what CloudFormation may do in an environment, and what bounds the service's roles there.
pub(in crate::delivery) fn add_deployment_roles(stage: &Stage<'_>, template: &mut Template) {
    if let Some(boundary) = &stage.boundary {
        let description = format!("The most that the functions of {} may ever do", stage.stack);
        template.resource(stage.boundary_id(), managed_policy(&description, boundary));
    }
    let does = format!("Deploys {} and its resources", stage.stack);
    let policy = |number: usize| stage.id(&format!("CloudFormationPolicy{number}"));
    add_cloudformation_role(&does, stage.id("CloudFormationRole"), policy, &stage.policies, template);
}

/// A role can only be passed on inside its account, so who may use it follows from `iam:PassRole`.
///
/// Its stack remembers it and could not even be deleted without it, so it outlives the pipeline's stack, and so does the
/// policy that bounds the roles of that stack.
pub(super) fn add_cloudformation_role(
    does: &str,
    role_id: LogicalId,
    policy_id: impl Fn(usize) -> LogicalId,
    policies: &[Vec<Statement>],
    template: &mut Template,
) {
    let trust = trust_policy("cloudformation.amazonaws.com");
    let role = match policies {
        [one] => role(does, trust, one),
        several => {
            let policies: Vec<Value> = (1..)
                .map(policy_id)
                .zip(several)
                .map(|(id, statements)| {
                    template.resource(id.clone(), managed_policy(does, statements));
                    id.reference()
                })
                .collect();
            resource!(AWS::IAM::Role {
                Description: (does),
                AssumeRolePolicyDocument: (trust),
                ManagedPolicyArns: (policies),
            })
        }
    };
    template.resource(role_id, role.retain_except_on_create());
}

fn managed_policy(description: &str, statements: &[Statement]) -> Resource {
    let policy = resource!(AWS::IAM::ManagedPolicy {
        Description: (description),
        PolicyDocument: (policy_document(statements)),
    });
    policy.retain_except_on_create()
}
