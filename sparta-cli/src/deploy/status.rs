use std::fmt;

use serde::Serialize;

use super::Stacks;
use super::error::StackError;
use crate::aws::cloudformation::{Resource, Stack};

/// A stack and its resources, as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StatusReport {
    /// The stack.
    #[serde(flatten)]
    pub stack: Stack,
    /// Its resources.
    pub resources: Vec<Resource>,
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
        Ok(StatusReport { stack, resources })
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, resources } = self;
        writeln!(f, "Stack    {}", stack.name)?;
        writeln!(f, "Id       {}", stack.id)?;
        match &stack.reason {
            Some(reason) => writeln!(f, "Status   {} ({reason})", stack.status)?,
            None => writeln!(f, "Status   {}", stack.status)?,
        }
        if let Some(updated) = stack.updated.as_ref().or(stack.created.as_ref()) {
            writeln!(f, "Updated  {updated}")?;
        }
        if !stack.outputs.is_empty() {
            writeln!(f, "\nOutputs")?;
            let width = stack.outputs.iter().map(|output| output.key.len()).max().unwrap_or(0);
            for output in &stack.outputs {
                writeln!(f, "  {:width$}  {}", output.key, output.value)?;
            }
        }
        if !stack.tags.is_empty() {
            writeln!(f, "\nTags")?;
            let width = stack.tags.keys().map(String::len).max().unwrap_or(0);
            for (key, value) in &stack.tags {
                writeln!(f, "  {key:width$}  {value}")?;
            }
        }
        writeln!(f, "\nResources")?;
        let width = resources.iter().map(|resource| resource.status.len()).max().unwrap_or(0);
        for Resource { status, logical_id, kind, reason, .. } in resources {
            write!(f, "  {status:width$}  {logical_id} ({kind})")?;
            match reason {
                Some(reason) => writeln!(f, "  {reason}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
