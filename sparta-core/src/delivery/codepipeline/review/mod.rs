//! What looks at changes, for who approves them: of the pipeline's own stack, and of an environment's.
//!
//! It is a function with its program in the template, so that no push changes it without being looked at by it.

use serde_json::json;

use super::{
    id,
    roles::{self, artifacts as objects},
    stages::{artifacts, role},
    update,
};
use crate::{
    attribute,
    cfn::{Resource, Template, Value, sub},
    contract::{CHANGES_ARTIFACTS, SOURCE_ARTIFACT, UPDATE_ARTIFACT},
    delivery::{Plan, Stage},
    iam::{Arn, Statement, trust_policy},
    property, resource,
};

/// Python, because Lambda runs it as it is written, and nothing has to be compiled or uploaded before there is a pipeline.
const PROGRAM: [&str; 2] = [include_str!("widening.py"), include_str!("review.py")];

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    if !is_needed(plan) {
        return;
    }
    let log = resource!(AWS::Logs::LogGroup { RetentionInDays: 90 });
    template.resource(id("ReviewLog"), log.delete());
    template.resource(id("Review"), function(plan));
    let trust = trust_policy("lambda.amazonaws.com");
    template.resource(id("ReviewRole"), roles::role("Looks at changes", trust, &statements(plan)));
    template.resource(id("ReviewActionRole"), action_role(plan));
}

/// Whether anything is looked at: the pipeline's own stack, or the changes of an environment.
pub(super) fn is_needed(plan: &Plan<'_>) -> bool {
    plan.pipeline.mutates() || plan.stages.iter().any(|stage| stage.environment.approve_changes.is_some())
}

fn function(plan: &Plan<'_>) -> Resource {
    resource!(AWS::Lambda::Function {
        Description: (format!("Looks at changes of {} for its pipeline; runs nothing of them", plan.app())),
        Architectures: ["arm64"],
        Code: { ZipFile: (program()) },
        Handler: "index.handler",
        LoggingConfig: { LogGroup: (id("ReviewLog").reference()) },
        MemorySize: 512,
        Role: (attribute!(AWS::IAM::Role, id("ReviewRole"), "Arn")),
        Runtime: "python3.13",
        Timeout: 180,
    })
}

/// The program in fewer bytes: without comments, and one space for each level.
fn program() -> String {
    let lines = PROGRAM.iter().flat_map(|part| part.lines()).filter(|line| !line.is_empty());
    let narrow = |line: &str| {
        let code = line.trim_start_matches(' ');
        format!("{}{code}\n", " ".repeat((line.len() - code.len()) / 4))
    };
    lines.filter(|line| !line.trim_start().starts_with('#')).map(narrow).collect()
}

fn statements(plan: &Plan<'_>) -> Vec<Statement> {
    // IAM knows no resources of these two.
    let job = Statement::allow(["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"]).on("*");
    let mut statements = vec![job, roles::log("ReviewLog")];
    if plan.pipeline.mutates() {
        let look = Statement::allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]);
        let approve = Arn::new("codepipeline", &update::approval(plan)).to_string();
        let pinned = plan.home().filter(|stage| !stage.pins.is_empty()).map(|stage| roles::stack(&stage.stack));
        let pins: Vec<Value> = pinned.collect();
        statements.extend([
            look.on(roles::stack(&plan.name)),
            Statement::allow(["codepipeline:GetPipelineState"]).on(roles::pipeline(plan)),
            Statement::allow(["codepipeline:PutApprovalResult"]).on(sub(approve)),
        ]);
        if !pins.is_empty() {
            let look = Statement::allow(["cloudformation:DescribeStackResource"]);
            statements.push(pins.into_iter().fold(look, Statement::on));
        }
    }
    // All of them, so that an approval more is no permission more.
    let here = plan.home().fold(Statement::allow(LOOK), |look, stage| look.on(roles::stack(&stage.stack)));
    let there = plan.elsewhere().map(|stage| stage.role(&plan.name, "ShowRole"));
    let there = there.fold(Statement::allow(["sts:AssumeRole"]), Statement::on);
    statements.extend([here, there].into_iter().filter(|it| !it.resources().is_empty()));
    statements
}

/// What shows the changes of an environment.
pub(super) const LOOK: [&str; 3] =
    ["cloudformation:DescribeChangeSet", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"];

/// The function gets at the artifacts with what CodePipeline lends it of this role.
fn action_role(plan: &Plan<'_>) -> Resource {
    let changes = format!("{CHANGES_ARTIFACTS}*");
    let read: &[&str] = if plan.pipeline.mutates() { &[SOURCE_ARTIFACT] } else { &[] };
    let mut statements = objects(plan, read, &[UPDATE_ARTIFACT, &changes]);
    statements.extend([
        Statement::allow(["lambda:InvokeFunction"]).on(attribute!(AWS::Lambda::Function, id("Review"), "Arn")),
        // CodePipeline looks for the function, and IAM knows no resource of that.
        Statement::allow(["lambda:ListFunctions"]).on("*"),
    ]);
    roles::action_role("Has changes looked at", &statements)
}

/// An action that has the function look at something: what it is given, and the artifact and the variables' namespace that it
/// gives.
pub(super) fn action(
    name: &str,
    asked: impl Into<Value>,
    order: u32,
    reads: Option<&str>,
    gives: Option<(&str, &str)>,
) -> Value {
    let asked = asked.into();
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (name),
        ActionTypeId: { Category: "Invoke", Owner: "AWS", Provider: "Lambda", Version: "1" },
        Configuration: { FunctionName: (id("Review").reference()), UserParameters: (asked) },
        InputArtifacts: (reads.map(|artifact| artifacts([artifact]))),
        Namespace: (gives.map(|(_, namespace)| namespace)),
        OutputArtifacts: (gives.map(|(artifact, _)| artifacts([artifact]))),
        RoleArn: (role("ReviewActionRole")),
        RunOrder: (order),
    })
}

/// Shows what an environment's change set changes, and the variable with the text that stands for it in the approval.
pub(super) fn show(plan: &Plan<'_>, stage: &Stage<'_>, name: &str, order: u32, room: usize) -> (Value, String) {
    let environment = stage.environment.name();
    let (artifact, says) = (format!("{CHANGES_ARTIFACTS}{environment}"), format!("ChangesOf-{environment}"));
    let mut asked = json!({"do": "show", "stack": stage.stack, "changeSet": plan.name, "room": room});
    if stage.is_elsewhere() {
        asked["role"] = json!(stage.arn("iam", &format!("role/{}", stage.role_name(&plan.name, "ShowRole"))));
        asked["region"] = json!(stage.region());
    }
    let asked = Value::json_text(asked);
    let asked = if stage.is_elsewhere() { sub(asked) } else { asked.into() };
    (action(name, asked, order, None, Some((&artifact, &says))), format!("#{{{says}.Changes}}"))
}
