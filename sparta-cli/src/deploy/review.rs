//! What is deployed, compared with what is asked for before it is changed.

use std::collections::BTreeMap;

use sparta_core::diff::{Version, VersionError};

use super::{Stacks, error::StackError, state::State};
use crate::{aws::AwsError, aws::cloudformation::Stack, difference::Reviewer};

/// A stack as it was last deployed.
pub(crate) struct DeployedStack {
    template: String,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
}

impl DeployedStack {
    /// What can be compared.
    pub(crate) fn version(self) -> Result<Version, VersionError> {
        Ok(Version::from_json(&self.template)?.parameters(self.parameters).tags(self.tags))
    }
}

impl<'a> Stacks<'a> {
    /// Sets who looks at updates before they begin.
    #[must_use]
    pub(crate) fn reviewer(mut self, reviewer: Option<&'a Reviewer>) -> Self {
        self.reviewer = reviewer;
        self
    }

    /// The stack of this name as it was last deployed; none where there is none, or nothing in it.
    ///
    /// # Errors
    ///
    /// Those of the calls.
    pub(crate) async fn deployed(&self, name: &str) -> Result<Option<DeployedStack>, StackError> {
        match self.cfn.stack(name).await? {
            Some(stack) if State::of(Some(&stack)) != State::Review => Ok(Some(self.as_deployed(&stack).await?)),
            _ => Ok(None),
        }
    }

    async fn as_deployed(&self, stack: &Stack) -> Result<DeployedStack, AwsError> {
        let template = self.cfn.template(&stack.id).await?;
        Ok(DeployedStack { template, parameters: stack.parameters.clone(), tags: stack.tags.clone() })
    }

    /// Looks at the update of a stack that can be updated right now, before anything is done for it.
    ///
    /// # Errors
    ///
    /// What nobody agrees to, and those of the calls.
    pub(crate) async fn review_early(&self, name: &str) -> Result<(), StackError> {
        let reviewed = async {
            match self.cfn.stack(name).await? {
                Some(stack) if State::of(Some(&stack)) == State::Ready => self.review(&stack).await,
                _ => Ok(()),
            }
        };
        reviewed.await.map_err(|error| error.before_any_change(name))
    }

    /// Whether a stack may be updated.
    pub(super) async fn review(&self, stack: &Stack) -> Result<(), StackError> {
        let Some(reviewer) = self.reviewer else { return Ok(()) };
        let deployed = self.as_deployed(stack).await?;
        self.progress.stop();
        Ok(reviewer.review(&stack.name, deployed.version())?)
    }
}
