use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use super::converge::is_contended;
use super::error::StackError;
use super::state::State;
use super::{Phase, Stacks};
use crate::aws::cloudformation::{ChangeSet, Stack, StackRequest};

/// A change set that AWS has worked out.
pub(crate) enum Prepared {
    /// It would change nothing, and is gone again.
    Empty,
    /// It can be executed.
    Ready {
        /// The stack's ARN.
        stack_id: String,
        /// The change set's ARN.
        id: String,
        /// Marks the operation, so that a repeated request begins it once.
        token: String,
    },
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
        self.progress.start(&format!("Working out what changes in stack {name:?}"));
        self.enter(Phase::ChangeSet { id: token.clone() });
        let made = match self.cfn.create_change_set(request, &token, create).await {
            Ok(id) => self.settled(name, &id).await.map(|set| set.map(|set| (id, set))),
            Err(error) if is_contended(&error) => Ok(None),
            Err(error) => Err(error.into()),
        };
        let (id, set) = match made {
            Ok(Some(made)) => made,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.clean_up(name, &token, stack.is_none()).await;
                return Err(error);
            }
        };
        if set.status == "CREATE_COMPLETE" {
            return Ok(Some(Prepared::Ready { stack_id: set.stack_id, id, token }));
        }
        self.clean_up(name, &id, stack.is_none()).await;
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

    /// Deletes a change set, and the empty stack that was made to hold it.
    async fn clean_up(&self, name: &str, id: &str, made_stack: bool) {
        self.discard(name, id).await;
        if !made_stack {
            return;
        }
        let stack = self.cfn.stack(name).await.ok().flatten();
        // Another change set belongs to somebody who is about to create the stack.
        if State::of(stack.as_ref()) == State::Review && self.cfn.count_change_sets(name).await == Ok(0) {
            let _ = self.cfn.delete_stack(name).await;
        }
    }

    /// Deletes a change set; one that stays costs nothing, so a failure is only said.
    pub(crate) async fn discard(&self, name: &str, id: &str) {
        match self.cfn.delete_change_set(name, id).await {
            Ok(()) => {}
            Err(error) if is_contended(&error) => {}
            Err(error) => self.progress.say(&format!("The change set {id} is left behind: {error}")),
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
