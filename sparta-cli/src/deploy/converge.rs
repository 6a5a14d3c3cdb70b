use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use sparta_core::contract::{BUILD_ID_TAG, CODE_KEY};

use super::change_set::{Pending, Prepared, Ready};
use super::error::{Failure, StackError};
use super::follow::{Follower, Watched};
use super::state::{State, not_ours};
use super::{APP_TAG, Phase, Stacks};
use crate::aws::AwsError;
use crate::aws::cloudformation::{Output, Stack, StackRequest};

/// How often we look again when others change the stack too.
pub(crate) const ROUNDS: u32 = 10;

/// What was done to a stack or a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// It is new.
    Created,
    /// It was changed.
    Updated,
    /// It was as it was asked to be.
    Unchanged,
}

/// A stack that is as it was asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// What was done.
    pub change: Change,
    /// The stack's ARN.
    pub stack_id: String,
    /// Its outputs.
    pub outputs: Vec<Output>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Outcome {
    fn new(change: Change, stack: Stack) -> Self {
        Self { change, stack_id: stack.id, outputs: stack.outputs, tags: stack.tags }
    }
}

impl Stacks<'_> {
    /// Makes a stack what is asked for: creates it, updates it, or finds that nothing is to be done.
    ///
    /// An operation that is under way is watched to its end first. A stack of another app than the request's tag
    /// [`APP_TAG`] says is refused.
    ///
    /// # Errors
    ///
    /// [`StackError`], which says in what state the stack is and what to do.
    pub(crate) async fn converge(&self, request: &StackRequest) -> Result<Outcome, StackError> {
        let replaces = AtomicBool::new(false);
        let work = self.converge_uninterrupted(request, &replaces);
        let converged = self.interruptible(work, async || self.interrupted(&request.name).await).await;
        converged.map_err(|error| match replaces.into_inner() {
            true => error.before_it_is_new(&request.name),
            false => error.before_any_change(&request.name),
        })
    }

    /// Makes sure, before anything else is changed for it, that a stack is this app's or free.
    ///
    /// # Errors
    ///
    /// [`StackError::NotOurs`], and those of the call.
    pub(crate) async fn check_owner(&self, name: &str, app: &str) -> Result<(), StackError> {
        let stack = self.cfn.stack(name).await;
        let stack = stack.map_err(|error| StackError::from(error).before_any_change(name))?;
        stack.and_then(|stack| not_ours(&stack, app)).map_or(Ok(()), Err)
    }

    /// Notes when an empty stack was deleted, so that there is none until it is created.
    async fn converge_uninterrupted(
        &self,
        request: &StackRequest,
        replaces: &AtomicBool,
    ) -> Result<Outcome, StackError> {
        let name = &request.name;
        for round in 0..ROUNDS {
            if round > 0 {
                tokio::time::sleep(self.pace.first).await;
            }
            let stack = self.cfn.stack(name).await?;
            if let (Some(stack), Some(app)) = (&stack, request.tags.get(APP_TAG))
                && let Some(error) = not_ours(stack, app)
            {
                return Err(error);
            }
            match (State::of(stack.as_ref()), stack) {
                (State::Busy, Some(stack)) => self.attach(&stack).await?,
                (State::Empty, Some(stack)) => {
                    self.check_empty(&stack).await?;
                    self.progress.say(&format!(
                        "Stack {name:?} is in ROLLBACK_COMPLETE and holds nothing: deleting it to create it anew"
                    ));
                    self.remove(&stack).await?;
                    replaces.store(true, Ordering::Relaxed);
                }
                (State::Stuck, Some(Stack { status, reason, .. })) => {
                    return Err(StackError::Stuck { name: name.clone(), status, reason });
                }
                (_, stack) => {
                    if let Some(outcome) = self.apply(&with_deployed_build(request, stack.as_ref()), stack).await? {
                        return Ok(outcome);
                    }
                    self.progress.say(&format!("Stack {name:?} is being changed by somebody else: looking again"));
                }
            }
        }
        Err(StackError::Contended { name: name.clone() })
    }

    /// Makes sure that deleting a stack in `ROLLBACK_COMPLETE` deletes nothing else.
    async fn check_empty(&self, stack: &Stack) -> Result<(), StackError> {
        let resources = self.cfn.resources(&stack.id).await?.into_iter();
        let left: Vec<_> = resources
            .filter(|r| !matches!(r.status.as_str(), "DELETE_COMPLETE" | "DELETE_SKIPPED" | "CREATE_FAILED"))
            .map(|r| r.logical_id)
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        Err(StackError::Stuck {
            name: stack.name.clone(),
            status: stack.status.clone(),
            reason: Some(format!("it still holds {}", left.join(", "))),
        })
    }

    /// Watches the operation that is under way.
    pub(crate) async fn attach(&self, stack: &Stack) -> Result<(), StackError> {
        let Stack { name, status, .. } = stack;
        self.enter(Phase::Operation);
        self.progress.start(&format!("Stack {name:?} is in {status}: waiting for that operation to end"));
        let ended = Follower::attached(self, name, &stack.id).wait().await?;
        self.progress.say(&format!("That operation has ended; stack {name:?} is in {}", ended.status()));
        self.enter(Phase::Nothing);
        Ok(())
    }

    /// Changes the stack; none if others were faster.
    async fn apply(&self, request: &StackRequest, stack: Option<Stack>) -> Result<Option<Outcome>, StackError> {
        let create = State::of(stack.as_ref()) != State::Ready;
        let ready = match self.prepare(request, stack.as_ref()).await? {
            None => return Ok(None),
            Some(Prepared::Ready(ready)) => ready,
            Some(Prepared::Empty) => return self.unchanged(request, stack).await,
        };
        if let Some(stack) = stack.as_ref().filter(|_| !create)
            && let Err(error) = self.review(stack).await
        {
            self.clean_up(&request.name, &ready.pending).await;
            return Err(error);
        }
        let Some(follower) = self.begin(request, &ready, create).await? else {
            return Ok(None);
        };
        let ended = follower.wait().await?;
        match (ended.status(), create) {
            ("CREATE_COMPLETE", true) | ("UPDATE_COMPLETE", false) => {}
            (status, _) => {
                let operation = if create { "created" } else { "updated" };
                let reason = ended.stack.as_ref().and_then(|stack| stack.reason.clone());
                let failure = Failure::of(&request.name, operation, status, reason, &ended.events);
                return Err(StackError::Operation(Box::new(failure)));
            }
        }
        if create {
            // It guards nothing while a stack is created.
            self.keep_policy(request, true).await?;
        }
        let change = if create { Change::Created } else { Change::Updated };
        Ok(ended.stack.map(|stack| Outcome::new(change, stack)))
    }

    /// What a stack is whose change set is empty: its policy is not in the change set.
    async fn unchanged(&self, request: &StackRequest, stack: Option<Stack>) -> Result<Option<Outcome>, StackError> {
        let change = match self.keep_policy(request, false).await? {
            true => Change::Updated,
            false => {
                self.progress.say(&format!("Stack {:?} is up to date: nothing to change", request.name));
                Change::Unchanged
            }
        };
        Ok(stack.map(|stack| Outcome::new(change, stack)))
    }

    /// Begins the operation and answers who follows it; none if others changed the stack since the change set was made.
    async fn begin<'s>(
        &'s self,
        request: &'s StackRequest,
        ready: &Ready,
        create: bool,
    ) -> Result<Option<Follower<'s>>, StackError> {
        let name = &request.name;
        let follower = match self.before_execution(request, ready, create).await {
            Ok(follower) => follower,
            Err(error) => {
                self.clean_up(name, &ready.pending).await;
                return Err(error);
            }
        };
        let doing = if create { "Creating" } else { "Updating" };
        self.progress.start(&format!("{doing} stack {name:?}"));
        Ok(self.execute(name, ready).await?.then_some(follower))
    }

    async fn before_execution<'s>(
        &'s self,
        request: &'s StackRequest,
        ready: &Ready,
        create: bool,
    ) -> Result<Follower<'s>, StackError> {
        let watched = Watched::ChangeSet(ready.pending.id.clone());
        let follower = Follower::from_now(self, &request.name, &ready.stack_id, watched).await?;
        if !create {
            // The update is guarded by the policy that is declared together with it.
            self.keep_policy(request, false).await?;
        }
        Ok(follower)
    }

    /// Starts the operation; false if others changed the stack since the change set was made.
    async fn execute(&self, name: &str, ready: &Ready) -> Result<bool, StackError> {
        let Pending { id, .. } = &ready.pending;
        self.enter(Phase::Operation);
        let Err(error) = self.cfn.execute_change_set(name, id, &ready.token).await else {
            return Ok(true);
        };
        // The answer to an attempt that began the operation may have been lost.
        match self.cfn.change_set(name, id).await {
            Ok(change_set) if change_set.execution.starts_with("EXECUTE_") => return Ok(true),
            Err(_) if error.is_transient() => {
                return Err(StackError::LostSight { name: name.to_owned(), source: error });
            }
            _ => {}
        }
        self.enter(Phase::ChangeSet(ready.pending.clone()));
        self.clean_up(name, &ready.pending).await;
        self.enter(Phase::Nothing);
        if is_contended(&error) { Ok(false) } else { Err(error.into()) }
    }
}

/// With the build that the stack's code is from, where that code is asked for again.
///
/// CloudFormation hands a stack's tags on to its resources: with the next build's, each of them would be updated for nothing.
fn with_deployed_build<'r>(request: &'r StackRequest, stack: Option<&Stack>) -> Cow<'r, StackRequest> {
    let (Some(stack), Some(code)) = (stack, request.parameters.get(CODE_KEY)) else { return Cow::Borrowed(request) };
    match stack.tags.get(BUILD_ID_TAG) {
        Some(build) if stack.parameters.get(CODE_KEY) == Some(code) && request.tags.contains_key(BUILD_ID_TAG) => {
            let mut request = request.clone();
            request.tags.insert(BUILD_ID_TAG.to_owned(), build.clone());
            Cow::Owned(request)
        }
        _ => Cow::Borrowed(request),
    }
}

/// Whether AWS refused because the stack was changed, or is being changed, by somebody else.
pub(crate) fn is_contended(error: &AwsError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    matches!(code.trim_end_matches("Exception"), "InvalidChangeSetStatus" | "ChangeSetNotFound" | "OperationInProgress")
        || error.message.contains("_IN_PROGRESS")
        || error.message.contains("already exists and cannot be created again")
        || error.is_missing_stack()
}
