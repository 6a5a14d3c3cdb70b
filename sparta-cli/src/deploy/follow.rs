use std::collections::HashSet;

use super::Stacks;
use super::error::StackError;
use crate::aws::cloudformation::{Event, Stack};
use crate::aws::{AwsError, Fault};

/// Polls that may show the old status of a stack after an operation was accepted.
const LATENESS: u32 = 5;

/// Watches one operation on one stack, and shows its events in their order.
pub(crate) struct Follower<'a> {
    stacks: &'a Stacks<'a>,
    name: &'a str,
    stack_id: String,
    /// Ids of the events that were seen: AWS may leave out the newest of them for a while.
    seen: HashSet<String>,
    /// The next look goes back to the event that began the operation under way.
    searching: bool,
    readable: bool,
    events: Vec<Event>,
}

/// How an operation ended.
pub(crate) struct Ended {
    /// The stack as it is now; none if it is gone.
    pub stack: Option<Stack>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
}

impl Ended {
    pub(crate) fn status(&self) -> &str {
        self.stack.as_ref().map_or("DELETE_COMPLETE", |stack| &stack.status)
    }
}

impl<'a> Follower<'a> {
    /// Follows an operation that is under way.
    pub(crate) fn attached(stacks: &'a Stacks<'a>, name: &'a str, stack_id: &str) -> Self {
        Self {
            stacks,
            name,
            stack_id: stack_id.to_owned(),
            seen: HashSet::new(),
            searching: true,
            readable: true,
            events: Vec::new(),
        }
    }

    /// Follows an operation that is about to begin.
    pub(crate) async fn from_now(stacks: &'a Stacks<'a>, name: &'a str, stack_id: &str) -> Result<Self, StackError> {
        let mut follower = Self::attached(stacks, name, stack_id);
        let newest = match stacks.cfn.events(stack_id, None).await {
            Ok((events, _)) => events,
            Err(error) => follower.blind(error)?,
        };
        follower.seen.extend(newest.into_iter().map(|event| event.id));
        follower.searching = false;
        Ok(follower)
    }

    /// Waits for the end of the operation.
    pub(crate) async fn wait(mut self) -> Result<Ended, StackError> {
        let mut pause = self.stacks.pace.first;
        let mut failures = 0;
        let mut early = 0;
        loop {
            match self.look().await {
                Ok(stack) => {
                    failures = 0;
                    early += 1;
                    let begun = !self.events.is_empty() || early > LATENESS;
                    let busy = stack.as_ref().is_some_and(|s| s.status.ends_with("_IN_PROGRESS"));
                    if begun && !busy || stack.is_none() {
                        return Ok(Ended { stack, events: self.events });
                    }
                }
                Err(error) if error.is_transient() && failures < self.stacks.pace.patience => {
                    failures += 1;
                    self.stacks.progress.say(&format!("{error}; asking again"));
                }
                Err(source) => {
                    return Err(StackError::LostSight { name: self.name.to_owned(), source });
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(self.stacks.pace.most);
        }
    }

    /// The status is read before the events, so that those of a finished operation are all there.
    async fn look(&mut self) -> Result<Option<Stack>, AwsError> {
        let stack = self.stacks.cfn.stack(&self.stack_id).await?;
        if self.readable {
            let events = match self.unseen().await {
                Ok(events) => events,
                // A deleted stack may be forgotten between the two questions.
                Err(error) if error.is_missing_stack() => Vec::new(),
                Err(error) => self.blind(error)?,
            };
            for event in events {
                self.stacks.progress.event(&event);
                self.events.push(event);
            }
        }
        Ok(stack)
    }

    async fn unseen(&mut self) -> Result<Vec<Event>, AwsError> {
        let mut fresh = Vec::new();
        let mut page = None;
        'pages: loop {
            let (events, next) = self.stacks.cfn.events(&self.stack_id, page).await?;
            for event in events {
                if self.seen.contains(&event.id) {
                    break 'pages;
                }
                let first = self.searching && self.begins_operation(&event);
                fresh.push(event);
                if first {
                    break 'pages;
                }
            }
            match next {
                Some(token) => page = Some(token),
                None => break,
            }
        }
        fresh.retain(|event| self.seen.insert(event.id.clone()));
        self.searching &= fresh.is_empty();
        fresh.reverse();
        Ok(fresh)
    }

    fn begins_operation(&self, event: &Event) -> bool {
        event.physical_id.as_deref() == Some(&self.stack_id)
            && matches!(
                event.status.as_str(),
                "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS" | "IMPORT_IN_PROGRESS"
            )
    }

    /// Who may not read events can still deploy.
    fn blind<T: Default>(&mut self, error: AwsError) -> Result<T, AwsError> {
        if error.fault != Fault::Denied {
            return Err(error);
        }
        self.readable = false;
        self.stacks.progress.say(&format!("{error}; going on without the resources' events"));
        Ok(T::default())
    }
}
