//! A stack as it is asked for, before anything is sent.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use super::RollbackConfiguration;
#[cfg(feature = "aws")]
use crate::deploy::{StackRequest, TemplateSource};
use crate::{CliError, package::Output};

/// A stack as it is asked for.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    pub(crate) stack_name: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) capabilities: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stack_policy: Option<serde_json::Value>,
    /// The role that CloudFormation acts in, in place of its caller's rights.
    #[serde(rename = "RoleARN", skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    #[serde(skip_serializing_if = "RollbackConfiguration::is_empty")]
    pub(crate) rollback_configuration: RollbackConfiguration,
}

impl Request {
    /// What is asked of CloudFormation, with its template.
    #[cfg(feature = "aws")]
    pub(crate) fn with_template(&self, template: TemplateSource) -> StackRequest {
        StackRequest {
            name: self.stack_name.clone(),
            template,
            parameters: self.parameters.clone(),
            tags: self.tags.clone(),
            capabilities: self.capabilities.iter().map(|&capability| capability.to_owned()).collect(),
            policy: self.stack_policy.clone(),
            role: self.role.clone(),
            rollback: self.rollback_configuration.clone(),
        }
    }

    /// Writes what would have been sent besides the template.
    pub(crate) fn write(&self, output: &Output, name: &str) -> Result<PathBuf, CliError> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|error| CliError::failed("the request is no JSON").source(error))?;
        Ok(output.write(name, json.as_bytes())?)
    }
}
