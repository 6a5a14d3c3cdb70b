use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use super::converge::is_contended;
use super::error::StackError;
use super::state::State;
use super::{Phase, Stacks};
use crate::aws::AwsError;
use crate::aws::cloudformation::{ChangeSet, Stack, StackRequest};

/// A change set that AWS has worked out.
pub(crate) enum Prepared {
    /// It would change nothing, and is gone again.
    Empty,
    /// It can be executed.
    Ready(Ready),
}

/// A change set that can be executed.
pub(crate) struct Ready {
    /// The stack's ARN.
    pub stack_id: String,
    /// The change set.
    pub pending: Pending,
    /// Marks the operation, so that a repeated request begins it once.
    pub token: String,
}

/// A change set of ours that is not executed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Its ARN, or its name as long as that is not known.
    pub id: String,
    /// There was no stack before, so that an empty one was made to hold it.
    pub made_stack: bool,
}

impl Stacks<'_> {
    /// Makes a change set; none if others changed the stack meanwhile.
    pub(crate) async fn prepare(
        &self,
        request: &StackRequest,
        stack: Option<&Stack>,
    ) -> Result<Option<Prepared>, StackError> {
        let name = &request.name;
        let token = unique_name();
        let create = State::of(stack) != State::Ready;
        let rollback = self.rollback(request, stack.filter(|_| !create)).await?;
        self.progress.start(&format!("Working out what changes in stack {name:?}"));
        let mut pending = Pending { id: token.clone(), made_stack: stack.is_none() };
        self.enter(Phase::ChangeSet(pending.clone()));
        let made = match self.cfn.create_change_set(request, &token, create, rollback.as_ref()).await {
            Ok(id) => self.settled(name, &id).await.map(|set| set.map(|set| (id, set))),
            Err(error) if is_contended(&error) => Ok(None),
            // What AWS refuses it does not make; of what it does not answer nobody knows.
            Err(error) if !error.is_transient() => return Err(error.into()),
            Err(error) => Err(error.into()),
        };
        let (id, set) = match made {
            Ok(Some(made)) => made,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.clean_up(name, &pending).await;
                return Err(error);
            }
        };
        pending.id = id;
        if set.status == "CREATE_COMPLETE" {
            return Ok(Some(Prepared::Ready(Ready { stack_id: set.stack_id, pending, token })));
        }
        self.clean_up(name, &pending).await;
        self.enter(Phase::Nothing);
        let reason = set.reason.unwrap_or_else(|| format!("it is in {} without a reason", set.status));
        match reason.as_str() {
            reason if is_empty(reason) && !create => Ok(Some(Prepared::Empty)),
            reason if reason.contains("_IN_PROGRESS state") => Ok(None),
            _ => Err(StackError::ChangeSet { name: name.clone(), reason }),
        }
    }

    /// Waits until AWS has worked out the change set; none if it vanished, as it does when another is executed.
    async fn settled(&self, name: &str, id: &str) -> Result<Option<ChangeSet>, StackError> {
        let mut pause = self.pace.first;
        loop {
            match self.cfn.change_set(name, id).await {
                Ok(set) if matches!(set.status.as_str(), "CREATE_PENDING" | "CREATE_IN_PROGRESS") => {}
                Ok(set) => return Ok(Some(set)),
                Err(error) if is_contended(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(self.pace.most);
        }
    }

    /// Deletes a change set, and the empty stack that was made to hold it; what stays is said, and answers false.
    pub(crate) async fn clean_up(&self, name: &str, pending: &Pending) -> bool {
        let discarded = self.discard(name, &pending.id).await;
        if !pending.made_stack {
            return discarded;
        }
        match self.remove_empty(name).await {
            Ok(gone) => discarded && gone,
            Err(error) => {
                self.progress.say(&format!("The empty stack {name:?} is left behind: {error}"));
                false
            }
        }
    }

    /// Deletes a stack in which nothing is, and nothing is about to be; false if it is somebody else's by now.
    async fn remove_empty(&self, name: &str) -> Result<bool, AwsError> {
        let Some(stack) = self.cfn.stack(name).await? else { return Ok(true) };
        // Another change set belongs to somebody who is about to create the stack.
        if State::of(Some(&stack)) == State::Review && self.cfn.count_change_sets(&stack.id).await? == 0 {
            self.cfn.delete_stack(&stack.id).await?;
            self.progress.say(&format!("Deleted the empty stack {name:?}, which was made for the change set only"));
            return Ok(true);
        }
        Ok(State::of(Some(&stack)) != State::Review)
    }

    /// Deletes a change set; one that stays costs nothing, so a failure is only said.
    async fn discard(&self, name: &str, id: &str) -> bool {
        match self.cfn.delete_change_set(name, id).await {
            Ok(()) => true,
            Err(error) if is_contended(&error) => true,
            Err(error) => {
                self.progress.say(&format!("The change set {id} is left behind: {error}"));
                false
            }
        }
    }
}

fn is_empty(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

fn unique_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("sparta-{:x}-{:x}", now.as_nanos(), process::id())
}
