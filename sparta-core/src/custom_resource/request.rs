//! What CloudFormation asks for.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What the physical id of a resource begins with whose creation failed, so that there is nothing to delete.
const NEVER_MADE: &str = "sparta-never-made-";

/// What CloudFormation wants done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum RequestType {
    /// It is to be made.
    Create,
    /// It is to be changed.
    Update,
    /// It is to be deleted.
    Delete,
}

/// CloudFormation's event.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Event {
    pub(super) request_type: RequestType,
    #[serde(rename = "ResponseURL")]
    pub(super) response_url: String,
    pub(super) stack_id: String,
    pub(super) request_id: String,
    pub(super) logical_resource_id: String,
    #[serde(default)]
    pub(super) physical_resource_id: Option<String>,
    #[serde(rename = "ResourceProperties", default)]
    pub(super) properties: Map<String, Value>,
    #[serde(rename = "OldResourceProperties", default)]
    pub(super) old_properties: Map<String, Value>,
}

/// The address lets whoever has it answer, and properties may be secret.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request().fmt(f)
    }
}

/// A request of CloudFormation for one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRequest {
    request_type: RequestType,
    stack_id: String,
    token: String,
    logical_id: String,
    physical_id: String,
}

impl ResourceRequest {
    /// What is to be done.
    pub fn request_type(&self) -> RequestType {
        self.request_type
    }

    /// The ARN of the stack.
    pub fn stack_id(&self) -> &str {
        &self.stack_id
    }

    /// The same for each delivery of one request: what AWS's services call a client token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The resource's logical id in the template.
    pub fn logical_id(&self) -> &str {
        &self.logical_id
    }

    /// The resource's physical id; while it is made, the one that it gets unless
    /// [`Provisioned::physical_id`](super::Provisioned::physical_id) says another, which is new for each request.
    pub fn physical_id(&self) -> &str {
        &self.physical_id
    }
}

impl Event {
    pub(super) fn request(&self) -> ResourceRequest {
        ResourceRequest {
            request_type: self.request_type,
            stack_id: self.stack_id.clone(),
            token: self.request_id.clone(),
            logical_id: self.logical_resource_id.clone(),
            physical_id: self.physical_id(),
        }
    }

    /// The physical id that it has, or that it gets: of what it is in the template, and the request.
    pub(super) fn physical_id(&self) -> String {
        let new = || format!("{}-{}", self.logical_resource_id, self.request_id);
        self.physical_resource_id.clone().unwrap_or_else(new)
    }

    /// The physical id of a resource that could not be made, which CloudFormation asks to delete all the same.
    pub(super) fn id_of_failure(&self) -> String {
        let none = || format!("{NEVER_MADE}{}", self.request_id);
        self.physical_resource_id.clone().unwrap_or_else(none)
    }

    pub(super) fn was_never_made(&self) -> bool {
        self.physical_resource_id.as_deref().is_some_and(|id| id.starts_with(NEVER_MADE))
    }
}
