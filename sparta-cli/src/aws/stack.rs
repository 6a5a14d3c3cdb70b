//! Stacks, change sets and events, as far as deployment asks for them.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudformation::types::StackEvent;
use serde::Serialize;

use crate::stack::{RollbackConfiguration, RollbackTrigger};

/// The most bytes of a template that may be sent in the request
/// ([limits](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)).
pub(crate) const TEMPLATE_BODY_LIMIT: usize = 51_200;

/// Where CloudFormation finds a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TemplateSource {
    /// In the request itself: at most [`TEMPLATE_BODY_LIMIT`] bytes.
    Body(String),
    /// At an S3 address: at most 1 MB.
    Url(String),
}

/// What a stack is to become.
#[derive(Clone, Debug)]
pub(crate) struct StackRequest {
    /// The stack's name.
    pub name: String,
    /// The template.
    pub template: TemplateSource,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// Tags of the stack, which CloudFormation hands on to its resources.
    pub tags: BTreeMap<String, String>,
    /// Acknowledged capabilities, such as `CAPABILITY_IAM`.
    pub capabilities: Vec<String>,
    /// What updates of the stack may change; `None` leaves the policy that it has.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>.
    pub policy: Option<serde_json::Value>,
    /// The ARN of the role that CloudFormation acts in; `None` leaves its caller's rights, or the role that the stack has.
    pub role: Option<String>,
    /// The alarms that roll an update back, in whatever region and account it is.
    pub rollback: RollbackConfiguration,
}

/// A stack as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stack {
    /// The ARN.
    pub id: String,
    /// The name.
    pub name: String,
    /// The status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// AWS's reason for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The template's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was created (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last updated (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Values of the parameters; `****` stands for one that is not shown.
    pub parameters: BTreeMap<String, String>,
    /// The outputs.
    pub outputs: Vec<Output>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The ARN of the change set that it was created or last updated by, or that it waits for.
    #[serde(skip)]
    pub change_set: Option<String>,
    /// The alarms that roll its updates back.
    #[serde(skip)]
    pub rollback: RollbackConfiguration,
}

/// One output of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// Its key in the template.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One resource of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its status.
    pub status: String,
    /// AWS's reason for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One thing that happened to a resource, or to the stack itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// The event's own id.
    pub id: String,
    /// When it happened (RFC 3339).
    pub time: String,
    /// The resource's name in the template; the stack's name for the stack itself.
    pub logical_id: String,
    /// The resource's name in AWS; the stack's ARN for the stack itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// The resource's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status that it reached.
    pub status: String,
    /// AWS's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A change set as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChangeSet {
    /// The stack's ARN.
    pub stack_id: String,
    /// Its status, such as `CREATE_COMPLETE`.
    pub status: String,
    /// AWS's reason for the status.
    pub reason: Option<String>,
    /// The status of its execution, such as `AVAILABLE`.
    pub execution: String,
}

fn rollback(configuration: aws_sdk_cloudformation::types::RollbackConfiguration) -> RollbackConfiguration {
    let triggers = configuration.rollback_triggers.unwrap_or_default().into_iter();
    let trigger = |it: aws_sdk_cloudformation::types::RollbackTrigger| RollbackTrigger {
        arn: it.arn.unwrap_or_default(),
        kind: it.r#type.unwrap_or_default(),
    };
    RollbackConfiguration {
        rollback_triggers: triggers.map(trigger).collect(),
        monitoring_time_in_minutes: configuration
            .monitoring_time_in_minutes
            .and_then(|minutes| minutes.try_into().ok())
            .unwrap_or_default(),
    }
}

fn time(at: Option<DateTime>) -> Option<String> {
    at.and_then(|at| at.fmt(DateTimeFormat::DateTime).ok())
}

impl From<aws_sdk_cloudformation::types::Stack> for Stack {
    fn from(stack: aws_sdk_cloudformation::types::Stack) -> Self {
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let tags = stack.tags.unwrap_or_default().into_iter();
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        Self {
            id: stack.stack_id.unwrap_or_default(),
            name: stack.stack_name.unwrap_or_default(),
            status: stack.stack_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: stack.stack_status_reason,
            description: stack.description,
            created: time(stack.creation_time),
            updated: time(stack.last_updated_time),
            parameters: parameters
                .map(|p| (p.parameter_key.unwrap_or_default(), p.parameter_value.unwrap_or_default()))
                .collect(),
            outputs: outputs
                .map(|o| Output {
                    key: o.output_key.unwrap_or_default(),
                    value: o.output_value.unwrap_or_default(),
                    description: o.description,
                })
                .collect(),
            tags: tags.map(|t| (t.key.unwrap_or_default(), t.value.unwrap_or_default())).collect(),
            change_set: stack.change_set_id,
            rollback: stack.rollback_configuration.map(rollback).unwrap_or_default(),
        }
    }
}

impl From<StackEvent> for Event {
    fn from(event: StackEvent) -> Self {
        Self {
            id: event.event_id.unwrap_or_default(),
            time: time(event.timestamp).unwrap_or_default(),
            logical_id: event.logical_resource_id.unwrap_or_default(),
            physical_id: event.physical_resource_id,
            kind: event.resource_type.unwrap_or_default(),
            status: event.resource_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: event.resource_status_reason,
        }
    }
}
