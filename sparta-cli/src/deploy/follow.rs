use std::collections::HashSet;

use super::Stacks;
use super::converge::is_contended;
use super::error::StackError;
use super::state::State;
use crate::aws::cloudformation::{Event, Stack};
use crate::aws::{AwsError, Fault};

/// Looks that may show an old status after AWS said that something is over.
const LATENESS: u32 = 5;

/// Looks after which an operation that AWS accepted has to be under way: four minutes.
const BEGINNING: u32 = 60;

/// Failures in a row after which the stack's own status is enough of an operation that was seen at work.
const UNANSWERED: u32 = 3;

/// What an operation is known by.
#[derive(Clone, Debug)]
pub(crate) enum Watched {
    /// It was seen at work.
    UnderWay,
    /// The execution of the change set of this ARN or name, which has a status of its own.
    ChangeSet(String),
    /// The deletion of the stack, which may have failed once before.
    Deletion {
        /// It was in `DELETE_FAILED` already.
        again: bool,
    },
    /// What gets the stack out of a status, to which it may come back.
    Recovery {
        /// The status.
        from: String,
    },
}

/// What one look found.
enum Look {
    /// The operation is over; the stack as it is now, none if it is gone.
    Over(Option<Box<Stack>>),
    /// Something is under way.
    Working,
    /// AWS has not begun, or does not show it yet.
    Idle,
}

/// Watches one operation on one stack, and shows its events in their order.
pub(crate) struct Follower<'a> {
    stacks: &'a Stacks<'a>,
    name: &'a str,
    stack_id: String,
    watched: Watched,
    /// The operation was seen at work.
    begun: bool,
    /// Looks in a row that found nothing at work.
    idle: u32,
    /// Looks in a row that failed.
    failures: u32,
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
            watched: Watched::UnderWay,
            begun: false,
            idle: 0,
            failures: 0,
            seen: HashSet::new(),
            searching: true,
            readable: true,
            events: Vec::new(),
        }
    }

    /// Follows an operation that is about to begin.
    pub(crate) async fn from_now(
        stacks: &'a Stacks<'a>,
        name: &'a str,
        stack_id: &str,
        watched: Watched,
    ) -> Result<Self, StackError> {
        let mut follower = Self { watched, ..Self::attached(stacks, name, stack_id) };
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
        loop {
            match self.look().await {
                Ok(Look::Over(stack)) => return Ok(Ended { stack: stack.map(|stack| *stack), events: self.events }),
                Ok(Look::Idle) if self.idle >= BEGINNING => {
                    return Err(StackError::NotBegun { name: self.name.to_owned() });
                }
                Ok(Look::Idle) => {
                    self.failures = 0;
                    self.idle += 1;
                }
                Ok(Look::Working) => {
                    self.failures = 0;
                    self.idle = 0;
                    self.begun = true;
                }
                Err(error) if error.is_transient() && self.failures < self.stacks.pace.patience => {
                    self.failures += 1;
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
    async fn look(&mut self) -> Result<Look, AwsError> {
        let mut stack = self.stacks.cfn.stack(&self.stack_id).await?;
        let look = match &stack {
            None => Look::Over(None),
            Some(now) if is_busy(now) => Look::Working,
            Some(now) => match self.execution(now).await? {
                None if self.is_over(now) => Look::Over(stack.map(Box::new)),
                None => Look::Idle,
                // The status was read before its change set was over.
                Some(executed) => {
                    stack = self.stacks.cfn.stack(&self.stack_id).await?;
                    match &stack {
                        Some(now) if is_busy(now) => Look::Working,
                        Some(now) if executed != is_success(now) && self.idle < LATENESS => Look::Idle,
                        _ => Look::Over(stack.map(Box::new)),
                    }
                }
            },
        };
        self.tell().await?;
        Ok(look)
    }

    /// Shows what happened since the last look.
    async fn tell(&mut self) -> Result<(), AwsError> {
        if !self.readable {
            return Ok(());
        }
        let events = match self.unseen().await {
            Ok(events) => events,
            // A deleted stack may be forgotten between the two questions.
            Err(error) if error.is_missing_stack() => Vec::new(),
            Err(error) => self.blind(error)?,
        };
        for event in events {
            self.begun = true;
            self.stacks.progress.event(&event);
            self.events.push(event);
        }
        Ok(())
    }

    /// How the watched change set's execution ended; none while it has not, or where there is none.
    async fn execution(&self, stack: &Stack) -> Result<Option<bool>, AwsError> {
        let Watched::ChangeSet(id) = &self.watched else { return Ok(None) };
        match self.stacks.cfn.change_set(self.name, id).await {
            Ok(set) => Ok(match set.execution.as_str() {
                "EXECUTE_COMPLETE" => Some(true),
                "EXECUTE_FAILED" => Some(false),
                _ => None,
            }),
            // Then the stack says which change set it was changed by last.
            Err(error) if is_contended(&error) => {
                let ours = self.begun || stack.change_set.as_ref() == Some(id);
                Ok((ours && State::of(Some(stack)) != State::Review).then(|| is_success(stack)))
            }
            Err(error) if error.is_transient() && self.begun && self.failures >= UNANSWERED => {
                Ok(Some(is_success(stack)))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the status of a stack at which nothing is at work is that after the operation.
    fn is_over(&self, stack: &Stack) -> bool {
        match self.watched {
            Watched::UnderWay => true,
            Watched::ChangeSet(_) => false,
            Watched::Recovery { ref from } => stack.status != *from || self.begun || self.idle >= LATENESS,
            Watched::Deletion { again } => match stack.status.as_str() {
                "DELETE_COMPLETE" => true,
                "DELETE_FAILED" => !again || self.begun || self.idle >= LATENESS,
                _ => false,
            },
        }
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

fn is_busy(stack: &Stack) -> bool {
    State::of(Some(stack)) == State::Busy
}

/// Whether this is the status after an operation that did what it was asked to.
fn is_success(stack: &Stack) -> bool {
    matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE")
}
