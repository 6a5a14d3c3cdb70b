//! CloudFormation's answers about the world.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ACCOUNT, ChangeSet, Stack};
use crate::deploy::tests::script::Answer;

fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn pairs(list: &str, [key, value]: [&str; 2], of: &BTreeMap<String, String>) -> String {
    let members =
        of.iter().map(|(k, v)| format!("<member><{key}>{}</{key}><{value}>{}</{value}></member>", text(k), text(v)));
    format!("<{list}>{}</{list}>", members.collect::<String>())
}

pub(super) fn stack(stack: &Stack) -> Answer {
    let change_set = stack.change_set.as_ref().map(|id| format!("<ChangeSetId>{id}</ChangeSetId>")).unwrap_or_default();
    Answer::result(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackId>{}</StackId><StackName>{}</StackName><StackStatus>{}</StackStatus>{change_set}\
             <CreationTime>2026-01-02T03:04:05Z</CreationTime>{}{}</member></Stacks>",
            stack.id,
            stack.name,
            stack.status,
            pairs("Parameters", ["ParameterKey", "ParameterValue"], &stack.wanted.parameters),
            pairs("Tags", ["Key", "Value"], &stack.wanted.tags),
        ),
    )
}

/// Newest first, without the newest ones that are hidden.
pub(super) fn events(stack: &Stack, hidden: usize) -> Answer {
    let members = stack.events.iter().rev().skip(hidden).map(|event| {
        let physical = if event.kind == super::STACK { stack.id.as_str() } else { "physical" };
        format!(
            "<member><StackId>{}</StackId><EventId>{}</EventId><StackName>{}</StackName>\
             <LogicalResourceId>{}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceType>{}</ResourceType><Timestamp>2026-01-02T03:04:05Z</Timestamp>\
             <ResourceStatus>{}</ResourceStatus><ResourceStatusReason>{}</ResourceStatusReason></member>",
            stack.id, event.id, stack.name, event.logical_id, event.kind, event.status, event.reason
        )
    });
    Answer::result("DescribeStackEvents", &format!("<StackEvents>{}</StackEvents>", members.collect::<String>()))
}

pub(super) fn change_set(stack_id: &str, set: &ChangeSet) -> Answer {
    Answer::result(
        "DescribeChangeSet",
        &format!(
            "<StackId>{stack_id}</StackId><Status>{}</Status><StatusReason>{}</StatusReason>\
             <ExecutionStatus>{}</ExecutionStatus>",
            set.status, set.reason, set.execution
        ),
    )
}

/// Those that were not executed.
pub(super) fn change_sets(stack: &Stack) -> Answer {
    let open = stack.change_sets.iter().filter(|set| !set.execution.starts_with("EXECUTE"));
    let members = open.map(|set| format!("<member><ChangeSetName>{}</ChangeSetName></member>", set.name));
    Answer::result("ListChangeSets", &format!("<Summaries>{}</Summaries>", members.collect::<String>()))
}

pub(super) fn resources(stack: &Stack) -> Answer {
    let status = match stack.status.as_str() {
        "ROLLBACK_COMPLETE" => "DELETE_COMPLETE",
        _ => "CREATE_COMPLETE",
    };
    let template: Value = serde_json::from_str(&stack.wanted.template).unwrap_or_default();
    let all = template["Resources"].as_object().into_iter().flatten();
    let members = all.map(|(id, resource)| {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let physical = match kind {
            "AWS::CodeConnections::Connection" => {
                format!("arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/{id}")
            }
            _ => format!("{}-{id}", stack.name),
        };
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceType>{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>\
             <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
        )
    });
    let members: String = members.collect();
    Answer::result("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>"))
}

pub(super) fn template(stack: &Stack) -> Answer {
    Answer::result("GetTemplate", &format!("<TemplateBody>{}</TemplateBody>", text(&stack.wanted.template)))
}

pub(super) fn policy(stack: &Stack) -> Answer {
    let body = stack.policy.as_deref().map(|policy| format!("<StackPolicyBody>{}</StackPolicyBody>", text(policy)));
    Answer::result("GetStackPolicy", &body.unwrap_or_default())
}
