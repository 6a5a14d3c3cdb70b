use std::fmt;

use super::APP_TAG;
use super::state::advice;
use crate::aws::AwsError;
use crate::aws::cloudformation::Event;
use crate::difference::ReviewError;
use crate::error::Advice;
use crate::output::Shown;

/// Why a stack is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StackError {
    /// A call of AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A call of AWS failed before the stack was changed.
    #[error("{source}")]
    Unchanged {
        /// The stack.
        name: String,
        /// The call.
        source: AwsError,
    },
    /// A call of AWS failed after an empty stack was deleted, and before it was created anew.
    #[error("{source}")]
    Removed {
        /// The stack.
        name: String,
        /// The call.
        source: AwsError,
    },
    /// AWS may have begun the deletion, or may begin it yet.
    #[error("{source}")]
    Unclear {
        /// The stack.
        name: String,
        /// The call.
        source: AwsError,
    },
    /// The stack's policy could not be set.
    #[error("the stack policy of {name:?} is not set")]
    Policy {
        /// The stack.
        name: String,
        /// It was just created; else it was about to be updated.
        created: bool,
        /// Why.
        source: AwsError,
    },
    /// There is no such stack.
    #[error("there is no stack {name:?} in this account and region")]
    Missing {
        /// The stack.
        name: String,
    },
    /// The stack belongs to another app, or was not made by Sparta.
    #[error("stack {name:?} belongs to {}, and is left alone", belongs_to(owner.as_deref()))]
    NotOurs {
        /// The stack.
        name: String,
        /// The app that it is tagged with.
        owner: Option<String>,
    },
    /// The stack's status allows no update.
    #[error("stack {name:?} is in {status} and cannot be updated{}", because(reason.as_deref()))]
    Stuck {
        /// The stack.
        name: String,
        /// Its status.
        status: String,
        /// AWS's reason for it.
        reason: Option<String>,
    },
    /// AWS could not work out the changes.
    #[error("AWS made no change set for stack {name:?}{}", because(Some(reason)))]
    ChangeSet {
        /// The stack.
        name: String,
        /// AWS's reason.
        reason: String,
    },
    /// Nobody agreed to what the update does.
    #[error(transparent)]
    Refused(#[from] ReviewError),
    /// The operation failed in AWS.
    #[error(transparent)]
    Operation(Box<Failure>),
    /// The operation goes on, but AWS stopped answering questions about it.
    #[error("lost sight of stack {name:?}, on which an operation goes on in AWS")]
    LostSight {
        /// The stack.
        name: String,
        /// Why there is no answer.
        source: AwsError,
    },
    /// AWS accepted the operation, and nothing was seen of it.
    #[error("AWS accepted the operation on stack {name:?} and has not begun it")]
    NotBegun {
        /// The stack.
        name: String,
    },
    /// Ctrl-C before anything was changed.
    #[error("interrupted; stack {name:?} was not changed")]
    Stopped {
        /// The stack.
        name: String,
    },
    /// Ctrl-C before anything was changed, but what was made for the change could not be deleted again.
    #[error("interrupted; nothing in stack {name:?} was changed")]
    Littered {
        /// The stack.
        name: String,
        /// The change set.
        change_set: String,
        /// There was no stack before.
        made_stack: bool,
    },
    /// Ctrl-C while AWS was at work.
    #[error("interrupted; the operation on stack {name:?} goes on in AWS")]
    Left {
        /// The stack.
        name: String,
    },
    /// Others changed the stack each time that it was our turn.
    #[error("stack {name:?} was changed by somebody else each time that it was to be changed here")]
    Contended {
        /// The stack.
        name: String,
    },
}

impl StackError {
    /// A failure of a call before the stack was changed.
    pub(crate) fn before_any_change(self, name: &str) -> Self {
        match self {
            Self::Aws(source) => Self::Unchanged { name: name.to_owned(), source },
            error => error,
        }
    }

    /// A failure of a call between the deletion of an empty stack and its creation.
    pub(crate) fn before_it_is_new(self, name: &str) -> Self {
        match self {
            Self::Aws(source) => Self::Removed { name: name.to_owned(), source },
            error => error,
        }
    }
}

impl Advice for StackError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Aws(error) => aws_hints(error),
            Self::Unchanged { name, source } => {
                let mut hints = vec![format!("Stack {name:?} was not changed.")];
                hints.extend(aws_hints(source));
                hints
            }
            Self::Removed { name, source } => {
                let mut hints = source.hints();
                hints.push(format!(
                    "The empty stack {name:?} was deleted, and is not there yet again: the same command creates it."
                ));
                hints
            }
            Self::Unclear { name, source } => {
                let mut hints = source.hints();
                hints.push(format!(
                    "It is not known whether the deletion of {name:?} began: the `status` command shows the stack, and \
                     the same command deletes it, or waits until it is gone."
                ));
                hints
            }
            Self::Policy { created, source, .. } => {
                let mut hints = source.hints();
                hints.push(if *created { CREATED_WITHOUT_POLICY } else { NOT_WITHOUT_POLICY }.to_owned());
                hints
            }
            Self::Missing { .. } => {
                vec!["Check --region and --profile, or create the stack with `provision`.".to_owned()]
            }
            Self::NotOurs { .. } => vec![
                "Rename the app, choose another --environment (of a pipeline: another --pipeline), or another account or \
                 region with --profile or --region."
                    .to_owned(),
            ],
            Self::Stuck { status, .. } if status == "ROLLBACK_COMPLETE" => vec![
                "Save what has to be kept, remove the stack with the `delete` command, then run the same command again."
                    .to_owned(),
            ],
            Self::Stuck { name, status, .. } => vec![advice(name, status)],
            Self::ChangeSet { .. } => {
                vec!["The stack is as it was. Correct the cause and run the same command again.".to_owned()]
            }
            Self::Refused(error) => error.hints(),
            Self::Operation(failure) => failure.hints(),
            Self::LostSight { source, .. } => {
                let mut hints = source.hints();
                hints.push(ATTACH.to_owned());
                hints
            }
            Self::Stopped { .. } => Vec::new(),
            Self::Littered { name, change_set, made_stack } => vec![littered(name, change_set, *made_stack)],
            Self::NotBegun { .. } | Self::Left { .. } => vec![ATTACH.to_owned()],
            Self::Contended { .. } => {
                vec!["Nothing was begun from here. Find out who deploys this stack too, then run the same command again."
                    .to_owned()]
            }
        }
    }
}

const CREATED_WITHOUT_POLICY: &str = "The stack is created and in order; the same command sets its policy.";

const NOT_WITHOUT_POLICY: &str =
    "The stack was not updated: its policy comes first, so that it guards the update. Run the same command again.";

const ATTACH: &str =
    "Watch it with the `status` command, or run the same command again, which attaches to the operation.";

fn littered(name: &str, change_set: &str, made_stack: bool) -> String {
    if made_stack {
        return format!(
            "An empty stack {name:?} may be left behind in REVIEW_IN_PROGRESS: the same command creates it, and the \
             `delete` command removes it."
        );
    }
    format!(
        "The change set {change_set} may be left behind, which changes nothing: `aws cloudformation delete-change-set \
         --stack-name {name} --change-set-name {change_set}` deletes it."
    )
}

fn aws_hints(error: &AwsError) -> Vec<String> {
    let mut hints = error.hints();
    if error.message.contains("TerminationProtection") {
        hints.push(
            "The stack is protected: `aws cloudformation update-termination-protection \
             --no-enable-termination-protection --stack-name NAME` lifts that."
                .to_owned(),
        );
    }
    hints
}

fn belongs_to(owner: Option<&str>) -> String {
    owner.map_or_else(|| format!("no app (it has no tag `{APP_TAG}`)"), |owner| format!("the app {owner:?}"))
}

fn because(reason: Option<&str>) -> String {
    reason.map(|reason| format!(": {}", Shown(reason))).unwrap_or_default()
}

/// An operation that AWS began and could not finish.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// The stack.
    pub name: String,
    /// What was to be done: `created`, `updated` or `deleted`.
    pub operation: &'static str,
    /// The stack's status now.
    pub status: String,
    /// AWS's reason for it.
    pub reason: Option<String>,
    /// The failed resources, the first cause first.
    pub failed: Vec<Event>,
    /// The resources that AWS gave up because of those.
    pub cancelled: Vec<String>,
}

impl Failure {
    /// Finds the first cause and the rest in an operation's events, oldest first.
    pub(crate) fn of(
        name: &str,
        operation: &'static str,
        status: &str,
        reason: Option<String>,
        events: &[Event],
    ) -> Self {
        let reason = reason.or_else(|| events.iter().find_map(|event| rollback_reason(name, event)));
        let mut failure =
            Self { name: name.to_owned(), operation, status: status.to_owned(), reason, ..Self::default() };
        for event in events.iter().filter(|event| event.status.ends_with("_FAILED")) {
            if event.kind == "AWS::CloudFormation::Stack" && event.logical_id == name {
                continue;
            }
            if is_cancellation(event) {
                failure.cancelled.push(event.logical_id.clone());
            } else {
                failure.failed.push(event.clone());
            }
        }
        failure
    }

    fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        for event in self.failed.iter().filter(|event| holds_objects(event)) {
            let bucket = event.physical_id.as_deref().unwrap_or(&event.logical_id);
            hints.push(format!(
                "The bucket of {} still holds objects: `aws s3 rm s3://{bucket} --recursive` empties it.",
                event.logical_id
            ));
        }
        if self.failed.iter().any(denied_by_policy) {
            hints.push(
                "The stack's policy forbids it, and it stays as it is until another one is deployed: change the \
                 environment's `stack_policy`."
                    .to_owned(),
            );
        }
        hints.push(format!("The stack is in {}. {}", self.status, advice(&self.name, &self.status)));
        hints
    }
}

/// Why a stack is rolled back, which is an alarm where no resource failed.
fn rollback_reason(name: &str, event: &Event) -> Option<String> {
    let is_stack = event.kind == "AWS::CloudFormation::Stack" && event.logical_id == name;
    event.reason.clone().filter(|_| is_stack && event.status.ends_with("ROLLBACK_IN_PROGRESS"))
}

fn is_cancellation(event: &Event) -> bool {
    event.reason.as_deref().is_some_and(|reason| {
        let reason = reason.to_lowercase();
        reason.starts_with("resource") && reason.contains("cancelled")
    })
}

fn denied_by_policy(event: &Event) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.contains("denied by stack policy"))
}

fn holds_objects(event: &Event) -> bool {
    event.kind == "AWS::S3::Bucket"
        && event.status == "DELETE_FAILED"
        && event.reason.as_deref().is_some_and(|reason| reason.contains("not empty") || reason.contains("NotEmpty"))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stack {:?} could not be {}", self.name, self.operation)?;
        let mut failed = self.failed.iter();
        match failed.next() {
            Some(first) => write!(f, ": {}", describe(first))?,
            None => f.write_str(&because(self.reason.as_deref()))?,
        }
        for event in failed {
            write!(f, "\n  then {}", describe(event))?;
        }
        if !self.cancelled.is_empty() {
            write!(f, "\n  cancelled because of that: {}", self.cancelled.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

fn describe(event: &Event) -> String {
    let reason = because(event.reason.as_deref());
    format!("{} ({}) {}{reason}", event.logical_id, event.kind, event.status)
}
