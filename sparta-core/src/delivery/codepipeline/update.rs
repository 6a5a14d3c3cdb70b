//! The stage in which the pipeline updates itself, before anything is built: from the template in the repository, so that a
//! build that fails is not in its way.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::json;

use super::{
    id, notifications, pull_requests, review,
    roles::{self, artifacts as objects},
    source::{self, Reader},
    stages::{artifacts, role, stage},
};
use crate::{
    Mistake, Subject, attribute,
    cfn::{LogicalId, Resource, Template, Value, sub},
    contract::{SOURCE_ARTIFACT, UPDATE_ARTIFACT},
    delivery::{DeliveryMistake, Plan, Stage, plan::policies},
    iam::{Arn, Statement, trust_policy},
    permissions::{Looked, Permissions, Resolver, size},
    pipeline::Listener,
    property, resource,
};

const STAGE: &str = "Pipeline";
const APPROVAL: &str = "ApproveUpdate";
/// The namespace of what was found. An artifact may not have its name.
const FOUND: &str = "PipelineUpdate";

/// What CodePipeline calls the approval: `<pipeline>/<stage>/<action>`.
pub(super) fn approval(plan: &Plan<'_>) -> String {
    format!("{}/{STAGE}/{APPROVAL}", plan.name)
}

/// All in one stage, which CodePipeline locks: between what is looked at and what is executed, no other run comes.
pub(super) fn stage_of(plan: &Plan<'_>) -> Value {
    let look = json!({"do": "review", "stack": plan.name, "template": plan.pipeline.template_path()});
    let answer = json!({
        "do": "answer", "pipeline": plan.name, "stage": STAGE, "action": APPROVAL,
        "verdict": format!("#{{{FOUND}.Verdict}}"), "execution": "#{codepipeline.PipelineExecutionId}",
    });
    stage(
        STAGE,
        [
            review::action("Review", Value::json_text(look), 1, Some(SOURCE_ARTIFACT), Some((UPDATE_ARTIFACT, FOUND))),
            create(plan),
            approve(plan),
            // It approves what nobody has to look at.
            review::action("Answer", Value::json_text(answer), 3, None, None),
            execute(plan),
        ],
    )
}

fn create(plan: &Plan<'_>) -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "CreateChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_REPLACE",
            Capabilities: (if plan.elsewhere().next().is_some() { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }),
            ChangeSetName: (&plan.name),
            StackName: (&plan.name),
            RoleArn: (role("UpdateRole")),
            TemplatePath: (format!("{UPDATE_ARTIFACT}::pipeline.json")),
            TemplateConfiguration: (format!("{UPDATE_ARTIFACT}::configuration.json")),
        },
        InputArtifacts: (artifacts([UPDATE_ARTIFACT])),
        RoleArn: (role("UpdateActionRole")),
        RunOrder: 2,
    })
}

fn approve(plan: &Plan<'_>) -> Value {
    let revision = source::revision(plan);
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: (APPROVAL),
        ActionTypeId: { Category: "Approval", Owner: "AWS", Provider: "Manual", Version: "1" },
        Configuration: {
            CustomData: (format!("The pipeline becomes another ({revision}): #{{{FOUND}.Changes}}")),
            ExternalEntityLink: (source::page(plan)),
        },
        RunOrder: 3,
    })
}

fn execute(plan: &Plan<'_>) -> Value {
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "ExecuteChangeSet",
        ActionTypeId: { Category: "Deploy", Owner: "AWS", Provider: "CloudFormation", Version: "1" },
        Configuration: {
            ActionMode: "CHANGE_SET_EXECUTE",
            ChangeSetName: (&plan.name),
            StackName: (&plan.name),
        },
        RoleArn: (role("UpdateActionRole")),
        RunOrder: 4,
    })
}

/// Adds who makes the change sets, and who CloudFormation is for the stack; last, because it may do what all the rest takes.
pub(super) fn add(plan: &Plan<'_>, reader: Reader<'_>, template: &mut Template) -> Result<(), Vec<Mistake>> {
    if !plan.pipeline.mutates() {
        return Ok(());
    }
    let pins: BTreeMap<String, Value> = plan.home().flat_map(pins).collect();
    if !pins.is_empty() {
        template.metadata("Pins", Value::Map(pins));
    }
    let mut statements = objects(plan, &[UPDATE_ARTIFACT], &[]);
    statements.extend(roles::change_sets(&plan.name, &plan.name, attribute!(AWS::IAM::Role, id("UpdateRole"), "Arn")));
    let does = "Makes and executes the change sets of the pipeline's own stack";
    template.resource(id("UpdateActionRole"), roles::action_role(does, &statements));
    let does = "Updates the pipeline's own stack";
    let add = |policies: &[Vec<Statement>], template: &mut Template| {
        let policy = |number: usize| id(&format!("UpdatePolicy{number}"));
        roles::add_cloudformation_role(does, id("UpdateRole"), policy, policies, template);
    };
    let mut whole = template.clone();
    add(&[Vec::new()], &mut whole);
    add_later(plan, &mut whole);
    let resolver = Resolver::new(&Rc::new(Looked::new(&whole)), &plan.name, BTreeMap::new());
    let (permissions, mistakes) = Permissions::of(&resolver, None, &[], []);
    if !mistakes.is_empty() {
        return Err(mistakes.into_iter().map(|it| Mistake::new(Subject::Pipeline, it)).collect());
    }
    let mut statements = permissions.required;
    // The registry knows connections by their former name only.
    statements.retain(|it| !it.actions().iter().any(|action| action == "codestar-connections:PassConnection"));
    let former = || sub(Arn::new("codestar-connections", "connection/*").to_string());
    let connections = reader.connection_arn().map(|arn| [("codeconnections", arn), ("codestar-connections", former())]);
    for (service, connection) in connections.into_iter().flatten() {
        let pass = Statement::allow([format!("{service}:PassConnection")]).on(connection);
        let key = format!("{service}:PassedToService");
        let services = ["codebuild.amazonaws.com", "codepipeline.amazonaws.com"];
        statements.push(pass.when(json!({"StringEquals": {key: services}})));
    }
    let policies = policies(&statements);
    if policies.is_empty() {
        let problem = DeliveryMistake::RoleTooLarge { stack: plan.name.clone(), characters: size(&statements) };
        return Err(vec![Mistake::new(Subject::Pipeline, problem)]);
    }
    add(&policies, template);
    Ok(())
}

/// What a pipeline's stack may come to have, so that the role that updates it knows it beforehand.
fn add_later(plan: &Plan<'_>, whole: &mut Template) {
    for reader in [Reader::OwnConnection("GitHub"), Reader::CodeCommit("any")] {
        source::add(plan, reader, whole);
    }
    pull_requests::add_later(plan, whole);
    notifications::tell(plan, &[&Listener::Mail("somebody@example.com".to_owned())], whole);
    let attached = Resource::raw("AWS::IAM::ManagedPolicy", json!({}));
    whole.resource(id("LaterPolicy"), attached);
    let role = resource!(AWS::IAM::Role {
        AssumeRolePolicyDocument: (trust_policy("cloudformation.amazonaws.com")),
        ManagedPolicyArns: [(id("LaterPolicy").reference())],
    });
    whole.resource(id("LaterRole"), role);
}

/// What the ids that AWS gives the resources of an environment's stack are parameters for.
fn pins(stage: &Stage<'_>) -> impl Iterator<Item = (String, Value)> {
    let pin = |resource: &LogicalId| json!({"Stack": stage.stack, "Resource": resource.as_str()});
    stage.pins.iter().map(move |(resource, parameter)| (parameter.to_string(), pin(resource).into()))
}
