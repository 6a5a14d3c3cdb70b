use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use sparta_core::contract::CODE_KEY;

use super::HealthReport;
use super::Stacks;
use super::error::StackError;
use super::lasting::{Kept, Trust, kept, trusts};
use crate::aws::cloudformation::{Event, Resource, Stack};
use crate::aws::{AwsError, Fault};
use crate::output::Shown;

/// A stack and its resources, as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StatusReport {
    /// The stack.
    #[serde(flatten)]
    pub stack: Stack,
    /// Its resources.
    pub resources: Vec<Resource>,
    /// Who outside of the account's own services its resources trust.
    pub trusts: Vec<Trust>,
    /// What a deletion, or a template without it, leaves behind.
    pub kept: Vec<Kept>,
    /// What was left behind already.
    pub left: Vec<Resource>,
    /// Whether the service is healthy, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthReport>,
}

impl Stacks<'_> {
    /// Reports on a stack.
    ///
    /// # Errors
    ///
    /// [`StackError::Missing`], and those of the calls.
    pub(crate) async fn status(&self, name: &str) -> Result<StatusReport, StackError> {
        let Some(stack) = self.cfn.stack(name).await? else {
            return Err(StackError::Missing { name: name.to_owned() });
        };
        let resources = self.cfn.resources(name).await?;
        let template = self.allowed(self.cfn.template(name).await)?.unwrap_or_default();
        // Only templates in JSON can be looked into, as all of Sparta's are.
        let template = serde_json::from_str(&template).unwrap_or_default();
        let left = self.allowed(self.left_behind(&stack.id).await)?.unwrap_or_default();
        Ok(StatusReport { stack, resources, trusts: trusts(&template), kept: kept(&template), left, health: None })
    }

    /// None where these credentials may not ask, which is said.
    fn allowed<T>(&self, answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.fault == Fault::Denied => {
                self.progress.say(&format!("{error}; going on without it"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The resources that CloudFormation let go of instead of deleting them, as far back as it remembers.
    async fn left_behind(&self, stack_id: &str) -> Result<Vec<Resource>, AwsError> {
        let mut left = BTreeMap::new();
        let mut page = None;
        loop {
            let (events, next) = self.cfn.events(stack_id, page).await?;
            for Event { logical_id, physical_id, kind, status, reason, .. } in events {
                if status == "DELETE_SKIPPED" {
                    let resource = Resource { logical_id, physical_id, kind, status, reason };
                    left.insert((resource.logical_id.clone(), resource.physical_id.clone()), resource);
                }
            }
            match next {
                Some(token) => page = Some(token),
                None => return Ok(left.into_values().collect()),
            }
        }
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, resources, trusts, kept, left, health } = self;
        writeln!(f, "Stack    {}", stack.name)?;
        writeln!(f, "Id       {}", stack.id)?;
        match &stack.reason {
            Some(reason) => writeln!(f, "Status   {} ({})", stack.status, Shown(reason))?,
            None => writeln!(f, "Status   {}", stack.status)?,
        }
        if let Some(updated) = stack.updated.as_ref().or(stack.created.as_ref()) {
            writeln!(f, "Updated  {updated}")?;
        }
        if let Some(key) = stack.parameters.get(CODE_KEY) {
            writeln!(f, "Code     {}", Shown(key))?;
        }
        if !stack.outputs.is_empty() {
            writeln!(f, "\nOutputs")?;
            let width = stack.outputs.iter().map(|output| output.key.len()).max().unwrap_or(0);
            for output in &stack.outputs {
                writeln!(f, "  {:width$}  {}", output.key, Shown(&output.value))?;
            }
        }
        if !stack.tags.is_empty() {
            writeln!(f, "\nTags")?;
            let width = stack.tags.keys().map(String::len).max().unwrap_or(0);
            for (key, value) in &stack.tags {
                writeln!(f, "  {key:width$}  {}", Shown(value))?;
            }
        }
        writeln!(f, "\nResources")?;
        let width = resources.iter().map(|resource| resource.status.len()).max().unwrap_or(0);
        for Resource { status, logical_id, kind, reason, .. } in resources {
            write!(f, "  {status:width$}  {logical_id} ({kind})")?;
            match reason {
                Some(reason) => writeln!(f, "  {}", Shown(reason))?,
                None => writeln!(f)?,
            }
        }
        if !trusts.is_empty() {
            writeln!(f, "\nTrusts others")?;
            for Trust { logical_id, kind, principal } in trusts {
                writeln!(f, "  {logical_id} ({kind})  {}", Shown(principal))?;
            }
        }
        if !kept.is_empty() {
            writeln!(f, "\nStays when it is taken out of the template, or the stack is deleted")?;
            for Kept { logical_id, kind, policy } in kept {
                writeln!(f, "  {logical_id} ({kind})  {policy}")?;
            }
        }
        if !left.is_empty() {
            writeln!(f, "\nLeft behind: no longer in the stack, and not deleted")?;
            for Resource { logical_id, physical_id, kind, .. } in left {
                writeln!(f, "  {logical_id} ({kind})  {}", Shown(physical_id.as_deref().unwrap_or("-")))?;
            }
        }
        if let Some(health) = health {
            writeln!(f, "\nHealth   {} ({})", if health.is_healthy() { "pass" } else { "fail" }, Shown(&health.url))?;
            let width = health.checks().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, status) in health.checks() {
                writeln!(f, "  {:width$}  {}", Shown(name), Shown(status))?;
            }
        }
        Ok(())
    }
}
