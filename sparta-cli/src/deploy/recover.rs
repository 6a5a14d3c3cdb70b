//! Stacks that are stuck, and what gets them out of that.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::converge::is_contended;
use super::error::{Failure, StackError};
use super::follow::{Follower, Watched};
use super::state::not_ours;
use super::{Phase, Stacks};
use crate::aws::AwsError;
use crate::aws::cloudformation::{Resource, Stack};
use crate::error::{Advice, ErrorKind};
use crate::output::Shown;

/// What is to be done differently.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    /// Resources that a rollback goes on without.
    pub skip: Vec<String>,
    /// Resources that a deletion leaves behind.
    pub retain: Vec<String>,
    /// An update that is under way is given up.
    pub cancel: bool,
}

/// What gets a stack out of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Remedy {
    /// It can be updated as it is.
    Nothing,
    /// The operation that is under way ends by itself.
    Wait,
    /// The update that is under way is given up and rolled back.
    Cancel,
    /// The rollback of an update that stopped goes on.
    Continue,
    /// An update that stopped is rolled back.
    RollBack,
    /// The stack was never complete: it goes, and is created anew.
    Delete,
    /// Its deletion goes on.
    DeleteAgain,
}

/// A stack, what is wrong with it, and what can be done.
#[derive(Clone, Debug)]
pub(crate) struct Diagnosis {
    /// The stack.
    pub stack: Stack,
    /// The resources that failed, as far as AWS still says.
    failed: Vec<Resource>,
    /// The resources that a deletion deletes.
    left: Vec<String>,
    /// What gets it out.
    pub remedy: Remedy,
}

/// Why a stack is left as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoveryError {
    /// An option is for another state.
    #[error("{option} is for a stack in {state}, and {name:?} is in {status}")]
    Unfit {
        /// The option.
        option: &'static str,
        /// The state that it is for.
        state: &'static str,
        /// The stack.
        name: String,
        /// Its status.
        status: String,
    },
    /// A resource that was named has not failed.
    #[error("{option} {id}: no resource of {name:?} that failed is called so")]
    NotFailed {
        /// The option.
        option: &'static str,
        /// The resource.
        id: String,
        /// The stack.
        name: String,
        /// Those that failed.
        failed: Vec<String>,
    },
}

impl Advice for RecoveryError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Unfit { .. } => vec!["Without it, the same command says what it would do.".to_owned()],
            Self::NotFailed { failed, .. } if failed.is_empty() => {
                vec!["None has failed by itself: leave the option out.".to_owned()]
            }
            Self::NotFailed { failed, .. } => vec![format!("Known: {}.", failed.join(", "))],
        }
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl Remedy {
    /// What gets a stack out of this status; none where Sparta knows no way.
    fn of(status: &str, cancel: bool) -> Option<Self> {
        Some(match status {
            "UPDATE_IN_PROGRESS" if cancel => Self::Cancel,
            "REVIEW_IN_PROGRESS" | "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => Self::Delete,
            "UPDATE_ROLLBACK_FAILED" => Self::Continue,
            "UPDATE_FAILED" => Self::RollBack,
            "DELETE_FAILED" => Self::DeleteAgain,
            status if status.ends_with("_IN_PROGRESS") => Self::Wait,
            status if status.ends_with("_COMPLETE") => Self::Nothing,
            _ => return None,
        })
    }
}

impl Stacks<'_> {
    /// What is wrong with a stack, and what gets it out of that. With an `app`, another's stack is refused.
    ///
    /// # Errors
    ///
    /// [`StackError`], also where Sparta knows no way.
    pub(crate) async fn diagnose(&self, name: &str, app: Option<&str>, cancel: bool) -> Result<Diagnosis, StackError> {
        self.look_at(name, app, cancel).await.map_err(|error| error.before_any_change(name))
    }

    async fn look_at(&self, name: &str, app: Option<&str>, cancel: bool) -> Result<Diagnosis, StackError> {
        let Some(stack) = self.cfn.stack(name).await? else {
            return Err(StackError::Missing { name: name.to_owned() });
        };
        if let Some(error) = app.and_then(|app| not_ours(&stack, app)) {
            return Err(error);
        }
        let Some(remedy) = Remedy::of(&stack.status, cancel) else {
            let Stack { status, reason, .. } = stack;
            return Err(StackError::Stuck { name: name.to_owned(), status, reason });
        };
        let resources = match remedy {
            Remedy::Nothing | Remedy::Wait | Remedy::Cancel => Vec::new(),
            _ => self.cfn.resources(&stack.id).await?,
        };
        let gone = |it: &Resource| matches!(it.status.as_str(), "DELETE_COMPLETE" | "DELETE_SKIPPED");
        let left = resources.iter().filter(|it| !gone(it) && it.physical_id.is_some());
        Ok(Diagnosis {
            left: left.map(|it| format!("{} ({})", it.logical_id, it.kind)).collect(),
            failed: resources.iter().filter(|it| it.status.ends_with("_FAILED")).cloned().collect(),
            stack,
            remedy,
        })
    }

    /// Gets a stack out of its state, and watches that to its end; answers its status then.
    ///
    /// # Errors
    ///
    /// [`StackError`], which says what state is left.
    pub(crate) async fn recover(&self, diagnosis: &Diagnosis, wishes: &Wishes) -> Result<String, StackError> {
        let name = &diagnosis.stack.name;
        let work = self.recover_uninterrupted(diagnosis, wishes);
        let recovered = self.interruptible(work, async || self.interrupted(name).await).await;
        recovered.map_err(|error| error.before_any_change(name))
    }

    async fn recover_uninterrupted(&self, diagnosis: &Diagnosis, wishes: &Wishes) -> Result<String, StackError> {
        let Diagnosis { stack, remedy, .. } = diagnosis;
        let (doing, operation) = match remedy {
            Remedy::Nothing => return Ok(stack.status.clone()),
            Remedy::Wait => {
                self.attach(stack).await?;
                let now = self.cfn.stack(&stack.id).await?;
                return Ok(now.map_or_else(|| "DELETE_COMPLETE".to_owned(), |stack| stack.status));
            }
            Remedy::Cancel => ("Cancelling the update of", "rolled back"),
            Remedy::Continue | Remedy::RollBack => ("Rolling back", "rolled back"),
            Remedy::Delete | Remedy::DeleteAgain => ("Deleting", "deleted"),
        };
        let name = &stack.name;
        let watched = match remedy {
            Remedy::Delete | Remedy::DeleteAgain => Watched::Deletion { again: stack.status == "DELETE_FAILED" },
            _ => Watched::Recovery { from: stack.status.clone() },
        };
        let follower = Follower::from_now(self, name, &stack.id, watched).await?;
        self.progress.start(&format!("{doing} stack {name:?}"));
        self.enter(Phase::Operation);
        if let Err(error) = self.begin_recovery(diagnosis, wishes).await {
            self.check_recovery_begun(stack, error).await?;
        }
        let ended = follower.wait().await?;
        self.enter(Phase::Nothing);
        if ended.status().ends_with("_COMPLETE") {
            return Ok(ended.status().to_owned());
        }
        let reason = ended.stack.as_ref().and_then(|stack| stack.reason.clone());
        let failure = Failure::of(name, operation, ended.status(), reason, &ended.events);
        Err(StackError::Operation(Box::new(failure)))
    }

    async fn begin_recovery(&self, diagnosis: &Diagnosis, wishes: &Wishes) -> Result<(), AwsError> {
        let id = &diagnosis.stack.id;
        match diagnosis.remedy {
            Remedy::Cancel => self.cfn.cancel_update(id).await,
            Remedy::Continue => self.cfn.continue_rollback(id, &wishes.skip).await,
            Remedy::RollBack => self.cfn.roll_back(id).await,
            _ => self.cfn.delete_stack_retaining(id, &wishes.retain).await,
        }
    }

    /// Makes sure that the operation began although its answer is an error: that of the first attempt may have been lost.
    async fn check_recovery_begun(&self, before: &Stack, error: AwsError) -> Result<(), StackError> {
        let now = self.cfn.stack(&before.id).await;
        let has_begun = |now: &Option<Stack>| now.as_ref().is_none_or(|now| now.status != before.status);
        if (error.is_transient() || is_contended(&error)) && now.as_ref().is_ok_and(has_begun) {
            return Ok(());
        }
        self.enter(Phase::Nothing);
        Err(error.into())
    }
}

impl Diagnosis {
    /// Makes sure that the wishes are for this state.
    ///
    /// # Errors
    ///
    /// [`RecoveryError`], which names the option.
    pub(crate) fn check(&self, wishes: &Wishes) -> Result<(), RecoveryError> {
        let unfit = |option, state| RecoveryError::Unfit {
            option,
            state,
            name: self.stack.name.clone(),
            status: self.stack.status.clone(),
        };
        if wishes.cancel && !matches!(self.remedy, Remedy::Cancel) {
            return Err(unfit("--cancel", "UPDATE_IN_PROGRESS"));
        }
        if !wishes.skip.is_empty() && self.remedy != Remedy::Continue {
            return Err(unfit("--skip", "UPDATE_ROLLBACK_FAILED"));
        }
        if !wishes.retain.is_empty() && self.remedy != Remedy::DeleteAgain {
            return Err(unfit("--retain", "DELETE_FAILED"));
        }
        let failed: Vec<String> = self.named().map(|it| it.logical_id.clone()).collect();
        for (option, ids) in [("--skip", &wishes.skip), ("--retain", &wishes.retain)] {
            // Those of nested stacks are called `Nested.Resource`.
            if let Some(id) = ids.iter().find(|id| !id.contains('.') && !failed.contains(id)) {
                let (id, name) = (id.clone(), self.stack.name.clone());
                return Err(RecoveryError::NotFailed { option, id, name, failed });
            }
        }
        Ok(())
    }

    /// The resources that failed by themselves, which alone can be skipped.
    fn named(&self) -> impl Iterator<Item = &Resource> {
        let cancelled = |it: &&Resource| it.reason.as_deref().is_some_and(|it| it.to_lowercase().contains("cancelled"));
        self.failed.iter().filter(move |it| !cancelled(it))
    }

    /// What is asked before it is done.
    pub(crate) fn question(&self, wishes: &Wishes) -> String {
        let without = |ids: &[String]| ids.join(", ");
        match self.remedy {
            Remedy::Continue if !wishes.skip.is_empty() => {
                format!("Continue the rollback, and skip {}?", without(&wishes.skip))
            }
            Remedy::Continue => "Continue the rollback?".to_owned(),
            Remedy::RollBack => "Roll the update back?".to_owned(),
            Remedy::Cancel => "Cancel the update, and roll it back?".to_owned(),
            Remedy::DeleteAgain if !wishes.retain.is_empty() => {
                format!("Delete the stack, and leave {} behind?", without(&wishes.retain))
            }
            Remedy::Delete | Remedy::DeleteAgain => "Delete the stack, and everything that is left in it?".to_owned(),
            Remedy::Nothing | Remedy::Wait => String::new(),
        }
    }

    fn means(&self) -> &'static str {
        match self.remedy {
            Remedy::Nothing => "It is in order, and can be updated.",
            Remedy::Wait => "That operation ends by itself; an update can be given up with --cancel.",
            Remedy::Cancel => "The update is given up, and what it changed is rolled back.",
            Remedy::Continue => {
                "An update failed, and so did its rollback. Repair what the failed resources need, and the rollback goes \
                 on. What cannot be repaired is skipped with --skip LOGICAL_ID: CloudFormation then takes it for rolled \
                 back, and the next update has to set it right."
            }
            Remedy::RollBack => "An update failed, and was not rolled back yet.",
            Remedy::Delete => "It was never complete. It is deleted, and created anew by the next deployment.",
            Remedy::DeleteAgain => {
                "Part of it is deleted. Remove what holds the failed resources up, and the deletion goes on. What is to \
                 stay is left behind with --retain LOGICAL_ID: then it belongs to no stack."
            }
        }
    }
}

impl Display for Diagnosis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Stack { name, status, reason, .. } = &self.stack;
        write!(f, "Stack {name:?} is in {status}")?;
        reason.iter().try_for_each(|reason| write!(f, ": {}", Shown(reason)))?;
        for Resource { logical_id, kind, status, reason, .. } in self.named() {
            write!(f, "\n  {logical_id} ({kind}) {status}")?;
            reason.iter().try_for_each(|reason| write!(f, ": {}", Shown(reason)))?;
        }
        write!(f, "\n{}", self.means())?;
        if matches!(self.remedy, Remedy::Delete | Remedy::DeleteAgain) && !self.left.is_empty() {
            write!(f, "\nStill in it: {}", self.left.join(", "))?;
        }
        Ok(())
    }
}
