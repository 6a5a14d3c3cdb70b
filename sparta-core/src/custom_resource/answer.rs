//! What CloudFormation is told.

use serde::Serialize;
use serde_json::Value;

use super::request::Event;

/// The most bytes that CloudFormation takes.
const MOST: usize = 4096;
/// The most characters of a reason that are told: the rest is in the function's log.
const REASON: usize = 1000;

/// A resource that was made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Provisioned<A> {
    pub(super) attributes: A,
    pub(super) physical_id: Option<String>,
    pub(super) no_echo: bool,
}

impl<A> Provisioned<A> {
    /// One with these attributes, and the physical id that the request has.
    pub fn new(attributes: A) -> Self {
        Self { attributes, physical_id: None, no_echo: false }
    }

    /// What identifies it, which `Ref` gives: up to 1,024 bytes. Another one than before is a replacement.
    pub fn physical_id(mut self, id: impl Into<String>) -> Self {
        self.physical_id = Some(id.into());
        self
    }

    /// Hides the attributes wherever CloudFormation shows them.
    pub fn no_echo(mut self) -> Self {
        self.no_echo = true;
        self
    }
}

/// The body of an answer.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_echo: bool,
    #[serde(skip_serializing_if = "Value::is_null")]
    data: Value,
}

impl Answer {
    fn new(event: &Event, physical_id: String) -> Self {
        Self {
            status: "SUCCESS",
            reason: None,
            stack_id: event.stack_id.clone(),
            request_id: event.request_id.clone(),
            logical_resource_id: event.logical_resource_id.clone(),
            physical_resource_id: physical_id,
            no_echo: false,
            data: Value::Null,
        }
    }

    pub(super) fn of<A: Serialize>(event: &Event, provisioned: Provisioned<A>) -> Self {
        let Provisioned { attributes, physical_id, no_echo } = provisioned;
        let physical_id = physical_id.unwrap_or_else(|| event.physical_id());
        if physical_id.is_empty() || physical_id.len() > 1024 {
            let bytes = physical_id.len();
            return Self::failed(event, &format!("a physical id has 1 to 1,024 bytes, and this has {bytes}"));
        }
        let data = match serde_json::to_value(attributes) {
            Ok(data @ (Value::Object(_) | Value::Null)) => data,
            Ok(_) => return Self::failed(event, "the attributes are no struct: only those have names"),
            Err(error) => return Self::failed(event, &format!("the attributes are no JSON: {error}")),
        };
        let answer = Self { no_echo, data, ..Self::new(event, physical_id) };
        let bytes = answer.to_json().len();
        if bytes > MOST {
            let reason = format!("an answer has up to 4,096 bytes, and this has {bytes}: keep what is large elsewhere");
            return Self::failed(event, &reason);
        }
        answer
    }

    pub(super) fn deleted(event: &Event) -> Self {
        Self::new(event, event.physical_id())
    }

    pub(super) fn failed(event: &Event, reason: &str) -> Self {
        tracing::error!(resource = event.logical_resource_id, "the resource was not provided: {reason}");
        let reason: String = reason.chars().take(REASON).collect();
        let reason = if reason.is_empty() { "the function gave no reason".to_owned() } else { reason };
        Self { status: "FAILED", reason: Some(reason), ..Self::new(event, event.id_of_failure()) }
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an answer is JSON")
    }
}
