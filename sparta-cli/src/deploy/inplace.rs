use std::collections::BTreeMap;

use aws_config::SdkConfig;

use super::diff::{CodeIdentity, Desired, Difference, compare, functions};
use super::error::StackError;
use super::state::State;
use super::{Stacks, advice};
use crate::aws::AwsError;
use crate::aws::lambda::Lambda;
use crate::error::Advice;

/// New code for the functions of a stack, and all that the stack would be with it.
#[derive(Clone, Debug)]
pub struct InPlace {
    /// The stack's name.
    pub name: String,
    /// What the stack would be.
    pub desired: Desired,
    /// Which parameters and tags stand for the code.
    pub code: CodeIdentity,
    /// Base64 of the archive's SHA-256, to leave alone what runs it already.
    pub sha256: Option<String>,
}

/// Why code was not updated in place.
#[derive(Debug, thiserror::Error)]
pub enum InPlaceError {
    /// A call of AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// There is no such stack.
    #[error(transparent)]
    Stack(StackError),
    /// The stack's status allows no change.
    #[error("stack {name:?} is in {status}: its code is not changed in place")]
    State {
        /// The stack.
        name: String,
        /// Its status.
        status: String,
    },
    /// The deployed template is not JSON, so nobody can say what changed.
    #[error("the template of stack {name:?} is not one of Sparta's")]
    Foreign {
        /// The stack.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// More than code changed.
    #[error("more than code changed in stack {name:?}:{}", list(differences))]
    MoreThanCode {
        /// The stack.
        name: String,
        /// What changed.
        differences: Vec<Difference>,
    },
    /// Lambda could not take the code.
    #[error("function {function:?} did not take its new code: {reason}")]
    Failed {
        /// The function.
        function: String,
        /// AWS's reason.
        reason: String,
    },
}

impl Advice for InPlaceError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Aws(error) => return error.hints(),
            Self::Stack(error) => return error.hints(),
            Self::State { name, status } => advice(name, status),
            Self::Foreign { .. } | Self::MoreThanCode { .. } => {
                "Provision without --inplace, which updates the stack.".to_owned()
            }
            Self::Failed { .. } => {
                "Correct the cause and run the same command again; provisioning without --inplace updates the stack."
                    .to_owned()
            }
        };
        vec![hint]
    }
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}

impl Stacks<'_> {
    /// Gives a stack's functions new code without CloudFormation, if nothing but code changed.
    ///
    /// Answers the names of the functions that were updated.
    ///
    /// # Errors
    ///
    /// [`InPlaceError`], which names what else changed.
    pub async fn update_in_place(&self, config: &SdkConfig, request: &InPlace) -> Result<Vec<String>, InPlaceError> {
        let updated = self.replace_code(config, request).await;
        self.progress.stop();
        let updated = updated?;
        let name = &request.name;
        self.progress.say(&if updated.is_empty() {
            format!("All functions of stack {name:?} run this code already: nothing to change")
        } else {
            format!(
                "The parameters of stack {name:?} still name the old code: provision without --inplace to update them"
            )
        });
        Ok(updated)
    }

    async fn replace_code(&self, config: &SdkConfig, request: &InPlace) -> Result<Vec<String>, InPlaceError> {
        let InPlace { name, desired, code, .. } = request;
        self.check(request).await?;
        let bucket = desired.parameters.get(&code.bucket_parameter).cloned().unwrap_or_default();
        let key = desired.parameters.get(&code.key_parameter).cloned().unwrap_or_default();

        let physical = self.cfn.resources(name).await?.into_iter();
        let physical: BTreeMap<_, _> = physical.filter_map(|r| Some((r.logical_id, r.physical_id?))).collect();
        let lambda = Lambda::new(config);
        let mut updated = Vec::new();
        self.progress.start(&format!("Updating code of stack {name:?} in place"));
        for id in functions(&desired.template, code) {
            let Some(function) = physical.get(&id) else {
                continue;
            };
            let now = self.settled_function(&lambda, function).await?;
            if Some(&now.sha256) == request.sha256.as_ref() {
                continue;
            }
            lambda.update_code(function, &bucket, &key).await?;
            let now = self.settled_function(&lambda, function).await?;
            if now.last_update == "Failed" {
                let reason = now.reason.unwrap_or_else(|| "AWS gives no reason".to_owned());
                return Err(InPlaceError::Failed { function: function.clone(), reason });
            }
            self.progress.say(&format!("Updated {function}"));
            updated.push(function.clone());
        }
        Ok(updated)
    }

    async fn check(&self, request: &InPlace) -> Result<(), InPlaceError> {
        let name = request.name.clone();
        let Some(stack) = self.cfn.stack(&name).await? else {
            return Err(InPlaceError::Stack(StackError::Missing { name }));
        };
        if State::of(Some(&stack)) != State::Ready {
            return Err(InPlaceError::State { name, status: stack.status });
        }
        let template = self.cfn.template(&name).await?;
        let template =
            serde_json::from_str(&template).map_err(|source| InPlaceError::Foreign { name: name.clone(), source })?;
        let deployed = Desired { template, parameters: stack.parameters, tags: stack.tags };
        let comparison = compare(&deployed, &request.desired, &request.code);
        if !comparison.unknown.is_empty() {
            self.progress
                .say(&format!("AWS does not show the values of {}: taken as unchanged", comparison.unknown.join(", ")));
        }
        if comparison.differences.is_empty() {
            return Ok(());
        }
        Err(InPlaceError::MoreThanCode { name, differences: comparison.differences })
    }

    /// A function takes no update while one is under way.
    async fn settled_function(&self, lambda: &Lambda, function: &str) -> Result<crate::aws::lambda::Code, AwsError> {
        let mut pause = self.pace.first;
        loop {
            let code = lambda.code(function).await?;
            if code.last_update != "InProgress" {
                return Ok(code);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(self.pace.most);
        }
    }
}
