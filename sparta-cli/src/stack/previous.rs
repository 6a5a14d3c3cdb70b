//! What was deployed before, so that it can be deployed again where a smoke test finds that what follows does not work.

use std::collections::BTreeMap;

use super::{Deployment, Request, RollbackConfiguration};
use crate::{CliError, aws::cloudformation::CloudFormation, deploy::State};

/// What CloudFormation shows of a parameter with `NoEcho`.
const HIDDEN: &str = "****";

/// A stack as it was before an update.
pub(crate) struct Previous {
    template: String,
    parameters: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
}

impl Deployment {
    /// The stack as it is now; none where there is nothing that could be deployed again.
    ///
    /// # Errors
    ///
    /// Those of the calls, after which nothing was deployed.
    pub(crate) async fn previous(&self, name: &str) -> Result<Option<Previous>, CliError> {
        self.look(name).await.map_err(|error| error.hint("Nothing was deployed."))
    }

    async fn look(&self, name: &str) -> Result<Option<Previous>, CliError> {
        let Some(stack) = self.settled(name).await? else { return Ok(None) };
        if State::of(Some(&stack)) != State::Ready {
            return Ok(None);
        }
        let template = CloudFormation::new(self.config()).template(&stack.id).await?;
        Ok(Some(Previous { template, parameters: stack.parameters, tags: stack.tags }))
    }

    /// Deploys again what was there before, and says with the error how that ended.
    ///
    /// What CloudFormation does not tell, the values of parameters with `NoEcho`, stays as it is now.
    pub(crate) async fn take_back(
        &self,
        app: &str,
        request: &Request,
        previous: Option<Previous>,
        error: CliError,
    ) -> CliError {
        let name = &request.stack_name;
        let Some(previous) = previous else {
            return error.hint(format!("The stack {name} stays as it is: there was nothing before it."));
        };
        self.progress().say(&format!("Taking stack {name:?} back to what was deployed before"));
        match self.deploy_again(app, request, previous).await {
            Ok(()) => error.hint(format!("The stack {name} is again what it was before.")),
            Err(other) => error.hint(format!(
                "The stack {name} could not be taken back, and is as the deployment left it: {other}. `status` shows it."
            )),
        }
    }

    async fn deploy_again(&self, app: &str, request: &Request, previous: Previous) -> Result<(), CliError> {
        let value = |(name, value): (String, String)| match request.parameters.get(&name) {
            Some(now) if value == HIDDEN => (name, now.clone()),
            _ => (name, value),
        };
        let request = Request {
            parameters: previous.parameters.into_iter().map(value).collect(),
            tags: previous.tags,
            stack_policy: None,
            // What rings now would keep the new code.
            rollback_configuration: RollbackConfiguration::default(),
            ..request.clone()
        };
        let template = self.template_text(app, previous.template).await?;
        self.unreviewed().converge(&request.with_template(template)).await?;
        Ok(())
    }
}
