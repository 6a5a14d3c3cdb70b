use super::APP_TAG;
use super::error::StackError;
use crate::aws::cloudformation::Stack;

/// What can be done with a stack in its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is none: it can be created.
    Missing,
    /// A change set was made for it and never executed: it can be created.
    Review,
    /// It can be updated.
    Ready,
    /// Its creation was rolled back: it holds nothing, and has to be deleted before it can be created.
    Empty,
    /// An operation is under way.
    Busy,
    /// Somebody has to repair or delete it.
    Stuck,
}

impl State {
    /// The state of a stack, none being a missing one.
    pub(crate) fn of(stack: Option<&Stack>) -> Self {
        let Some(stack) = stack else {
            return Self::Missing;
        };
        match stack.status.as_str() {
            "DELETE_COMPLETE" => Self::Missing,
            "REVIEW_IN_PROGRESS" => Self::Review,
            "ROLLBACK_COMPLETE" => Self::Empty,
            "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE" => Self::Ready,
            status if status.ends_with("_IN_PROGRESS") => Self::Busy,
            _ => Self::Stuck,
        }
    }
}

/// The refusal of a stack that holds, or is about to hold, what another app or no app of Sparta's deployed.
pub(crate) fn not_ours(stack: &Stack, app: &str) -> Option<StackError> {
    let owner = stack.tags.get(APP_TAG);
    let free = match State::of(Some(stack)) {
        State::Missing => true,
        // It was never created, so that nobody's tags may be on it yet.
        State::Review => owner.is_none(),
        _ => false,
    };
    let ours = owner.is_some_and(|owner| owner == app);
    (!ours && !free).then(|| StackError::NotOurs { name: stack.name.clone(), owner: owner.cloned() })
}

/// What the status of a stack means, and what to do next.
pub(crate) fn advice(name: &str, status: &str) -> String {
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => {
            "The stack is in order and can be updated.".to_owned()
        }
        "ROLLBACK_COMPLETE" => "What was created is removed again. Correct the cause and run the same command again, \
             which replaces the stack if nothing is left in it."
            .to_owned(),
        "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => {
            "The stack is as it was before. Correct the cause and run the same command again.".to_owned()
        }
        "CREATE_FAILED" | "ROLLBACK_FAILED" => {
            "The stack was never complete, and some of its resources are left. Remove it with the `delete` command, \
             then run the same command again."
                .to_owned()
        }
        "DELETE_FAILED" => "Part of the stack is deleted, part is left. Remove what holds up the failed resources, then \
             run the `delete` command again; `recover --retain LOGICAL_ID` leaves them behind."
            .to_owned(),
        "UPDATE_ROLLBACK_FAILED" => format!(
            "The stack is between its old and its new state. Repair what the failed resources need, run \
             `recover --stack {name}`, which continues the rollback and can skip resources, then the same command again."
        ),
        "UPDATE_FAILED" => format!(
            "The stack was left half updated. Run `recover --stack {name}`, which rolls it back, then the same command \
             again."
        ),
        "DELETE_COMPLETE" => "The stack is gone. Run the same command again to create it.".to_owned(),
        status if status.ends_with("_IN_PROGRESS") => {
            "An operation is under way. Running the same command again attaches to it; the `status` command shows the stack.".to_owned()
        }
        status => format!(
            "Sparta knows no way on from {status}. Look at the stack's events \
             (`aws cloudformation describe-stack-events --stack-name {name}`)."
        ),
    }
}
