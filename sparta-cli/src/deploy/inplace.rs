use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;

use super::diff::{CodeIdentity, Desired, Difference, compare, functions};
use super::error::StackError;
use super::state::State;
use super::{Stacks, advice};
use crate::aws::AwsError;
use crate::aws::calls::UPDATE_FUNCTION_CODE;
use crate::aws::lambda::Lambda;
use crate::error::Advice;
use crate::output::Shown;

/// New code for the functions of a stack, and all that the stack would be with it.
#[derive(Clone, Debug)]
pub(crate) struct InPlace {
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
pub(crate) enum InPlaceError {
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
    /// Ctrl-C.
    #[error("interrupted while the code of stack {name:?} was updated in place")]
    Interrupted {
        /// The stack.
        name: String,
    },
    /// It ended when some functions may have had the new code already.
    #[error("{source}")]
    Halfway {
        /// How far it had come.
        reached: Reached,
        /// Why it ended.
        source: Box<InPlaceError>,
    },
    /// Lambda took another archive than was uploaded.
    #[error("function {function:?} took other code than was uploaded: SHA-256 {found}, not {wanted}")]
    Other {
        /// The function.
        function: String,
        /// Base64 of the SHA-256 of what it runs.
        found: String,
        /// Base64 of the SHA-256 of what was uploaded.
        wanted: String,
    },
    /// Lambda could not take the code.
    #[error("function {function:?} did not take its new code: {}", Shown(reason))]
    Failed {
        /// The function.
        function: String,
        /// AWS's reason.
        reason: String,
    },
}

impl InPlaceError {
    /// Whether its own words say that nothing was changed.
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Aws(_) | Self::Interrupted { .. })
    }

    /// Whether the function may take the new code after all.
    fn is_unclear(&self) -> bool {
        matches!(self, Self::Aws(error) if error.is_transient() || error.call != UPDATE_FUNCTION_CODE)
    }
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
            Self::Halfway { reached, source } => {
                let mut hints = vec![reached.to_string()];
                hints.extend(source.hints());
                return hints;
            }
            Self::Interrupted { .. } => {
                "Run the same command again, which updates the rest; provisioning without --inplace updates the stack."
                    .to_owned()
            }
            Self::Other { .. } => {
                "Somebody replaced the archive in the bucket: see who may write there, then run the same command again."
                    .to_owned()
            }
            Self::Failed { .. } => {
                "Correct the cause and run the same command again; provisioning without --inplace updates the stack."
                    .to_owned()
            }
        };
        vec![hint]
    }
}

/// How far an update in place has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The functions that were given the new code, and run it.
    pub updated: Vec<String>,
    /// The function that Lambda is giving the new code to.
    pub begun: Option<String>,
    /// The functions that were not given it.
    pub left: Vec<String>,
}

impl Reached {
    fn nowhere(&self) -> bool {
        self.updated.is_empty() && self.begun.is_none()
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nowhere() {
            return f.write_str("No function was given the new code.");
        }
        let mut sentences = Vec::new();
        if !self.updated.is_empty() {
            sentences.push(format!("New code: {}.", self.updated.join(", ")));
        }
        if let Some(begun) = &self.begun {
            sentences.push(format!("Being updated, with which AWS goes on: {begun}."));
        }
        if !self.left.is_empty() {
            sentences.push(format!("Not updated: {}.", self.left.join(", ")));
        }
        f.write_str(&sentences.join(" "))
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
    pub(crate) async fn update_in_place(
        &self,
        config: &SdkConfig,
        request: &InPlace,
    ) -> Result<Vec<String>, InPlaceError> {
        let name = &request.name;
        let reached = Mutex::default();
        let interrupted = async || InPlaceError::Interrupted { name: name.clone() };
        let result = self.interruptible(self.replace_code(config, request, &reached), interrupted).await;
        let reached = reached.into_inner().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(()) => {}
            Err(source) if reached.nowhere() && source.is_refusal() => return Err(source),
            Err(source) => return Err(InPlaceError::Halfway { reached, source: Box::new(source) }),
        }
        self.progress.say(&if reached.updated.is_empty() {
            format!("All functions of stack {name:?} run this code already: nothing to change")
        } else {
            format!(
                "The parameters of stack {name:?} still name the old code: provision without --inplace to update them"
            )
        });
        Ok(reached.updated)
    }

    async fn replace_code(
        &self,
        config: &SdkConfig,
        request: &InPlace,
        reached: &Mutex<Reached>,
    ) -> Result<(), InPlaceError> {
        let InPlace { name, desired, code, .. } = request;
        self.check(request).await?;
        let physical = self.cfn.resources(name).await?.into_iter();
        let physical: BTreeMap<_, _> = physical.filter_map(|r| Some((r.logical_id, r.physical_id?))).collect();
        let functions: Vec<String> =
            functions(&desired.template, code).into_iter().filter_map(|id| physical.get(&id).cloned()).collect();
        let note = |change: &dyn Fn(&mut Reached)| change(&mut reached.lock().unwrap_or_else(PoisonError::into_inner));
        note(&|reached| reached.left.clone_from(&functions));
        let lambda = Lambda::new(config);
        self.progress.start(&format!("Updating code of stack {name:?} in place"));
        for function in &functions {
            let now = self.settled_function(&lambda, function).await?;
            if Some(&now.sha256) != request.sha256.as_ref() {
                note(&|reached| {
                    reached.left.retain(|left| left != function);
                    reached.begun = Some(function.clone());
                });
                let updated = self.update_function(&lambda, request, function).await;
                note(&|reached| match &updated {
                    Err(error) if error.is_unclear() => {}
                    // It has neither its old code nor the new one, as its error says.
                    Err(InPlaceError::Other { .. }) => reached.begun = None,
                    Err(_) => drop(reached.left.splice(..0, reached.begun.take())),
                    Ok(()) => reached.updated.extend(reached.begun.take()),
                });
                updated?;
                self.progress.say(&format!("Updated {function}"));
            }
            note(&|reached| reached.left.retain(|left| left != function));
        }
        Ok(())
    }

    async fn update_function(&self, lambda: &Lambda, request: &InPlace, function: &str) -> Result<(), InPlaceError> {
        let InPlace { desired, code, .. } = request;
        let parameter = |name: &str| desired.parameters.get(name).cloned().unwrap_or_default();
        lambda.update_code(function, &parameter(&code.bucket_parameter), &parameter(&code.key_parameter)).await?;
        let now = self.settled_function(lambda, function).await?;
        if now.last_update == "Failed" {
            let reason = now.reason.unwrap_or_else(|| "AWS gives no reason".to_owned());
            return Err(InPlaceError::Failed { function: function.to_owned(), reason });
        }
        if let Some(wanted) = request.sha256.clone().filter(|wanted| *wanted != now.sha256) {
            return Err(InPlaceError::Other { function: function.to_owned(), found: now.sha256, wanted });
        }
        Ok(())
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
