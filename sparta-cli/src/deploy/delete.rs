use super::converge::{ROUNDS, is_contended};
use super::error::{Failure, StackError};
use super::follow::{Follower, Watched};
use super::state::{State, not_ours};
use super::{Phase, Stacks};
use crate::aws::AwsError;
use crate::aws::cloudformation::Stack;

/// What a deletion found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// The stack was there and is gone.
    Deleted,
    /// There was no such stack.
    Missing,
}

impl Stacks<'_> {
    /// Deletes a stack and waits until it is gone; one that is missing is no error.
    ///
    /// With an `app`, a stack that belongs to another is refused.
    ///
    /// # Errors
    ///
    /// [`StackError`], which names the resources that could not be deleted.
    pub(crate) async fn delete(&self, name: &str, app: Option<&str>) -> Result<Deletion, StackError> {
        let deleted =
            self.interruptible(self.delete_uninterrupted(name, app), async || self.interrupted(name).await).await;
        deleted.map_err(|error| error.before_any_change(name))
    }

    async fn delete_uninterrupted(&self, name: &str, app: Option<&str>) -> Result<Deletion, StackError> {
        let mut found = Deletion::Missing;
        for _ in 0..ROUNDS {
            let stack = self.cfn.stack(name).await?;
            if let (Some(stack), Some(app)) = (&stack, app)
                && let Some(error) = not_ours(stack, app)
            {
                return Err(error);
            }
            match (State::of(stack.as_ref()), stack) {
                (State::Missing, _) | (_, None) => {
                    if found == Deletion::Missing {
                        self.progress.say(&format!("There is no stack {name:?}: nothing to delete"));
                    }
                    return Ok(found);
                }
                (State::Busy, Some(stack)) => {
                    self.attach(&stack).await?;
                    if stack.status == "DELETE_IN_PROGRESS" {
                        found = Deletion::Deleted;
                    }
                }
                (_, Some(stack)) => match self.remove(&stack).await {
                    Ok(()) => return Ok(Deletion::Deleted),
                    Err(StackError::Aws(error)) if is_contended(&error) => {
                        tokio::time::sleep(self.pace.first).await;
                    }
                    Err(error) => return Err(error),
                },
            }
        }
        Err(StackError::Contended { name: name.to_owned() })
    }

    /// Deletes a stack that is there and on which nothing is under way.
    pub(crate) async fn remove(&self, stack: &Stack) -> Result<(), StackError> {
        let name = &stack.name;
        let watched = Watched::Deletion { again: stack.status == "DELETE_FAILED" };
        let follower = Follower::from_now(self, name, &stack.id, watched).await?;
        self.progress.start(&format!("Deleting stack {name:?}"));
        self.enter(Phase::Operation);
        if let Err(error) = self.cfn.delete_stack(&stack.id).await {
            self.check_begun(stack, error).await?;
        }
        let ended = follower.wait().await?;
        self.enter(Phase::Nothing);
        if ended.status() == "DELETE_COMPLETE" {
            self.progress.say(&format!("Stack {name:?} is deleted"));
            return Ok(());
        }
        let reason = ended.stack.as_ref().and_then(|stack| stack.reason.clone());
        let failure = Failure::of(name, "deleted", ended.status(), reason, &ended.events);
        Err(StackError::Operation(Box::new(failure)))
    }

    /// Makes sure that the deletion began although its answer is an error: that of the first attempt may have been lost.
    async fn check_begun(&self, stack: &Stack, error: AwsError) -> Result<(), StackError> {
        if !error.is_transient() {
            self.enter(Phase::Nothing);
            return Err(error.into());
        }
        match self.cfn.stack(&stack.id).await {
            Ok(now) if now.as_ref().is_none_or(is_leaving) => Ok(()),
            _ => Err(StackError::Unclear { name: stack.name.clone(), source: error }),
        }
    }
}

fn is_leaving(stack: &Stack) -> bool {
    matches!(stack.status.as_str(), "DELETE_IN_PROGRESS" | "DELETE_COMPLETE")
}
