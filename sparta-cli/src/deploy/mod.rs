//! Deployment: stacks, uploads, code in place, secrets, connections.

mod change_set;
mod connection;
mod converge;
mod delete;
mod diff;
mod error;
mod follow;
mod health;
mod inplace;
mod lasting;
mod policy;
mod progress;
mod recover;
mod review;
mod rollback;
mod secret;
mod state;
mod status;
#[cfg(test)]
pub(crate) mod tests;
mod token;
mod upload;
mod verify;

use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;

use crate::aws::cloudformation::CloudFormation;
pub(crate) use crate::aws::cloudformation::{StackRequest, TEMPLATE_BODY_LIMIT, TemplateSource};
use crate::difference::Reviewer;
use change_set::Pending;
pub(crate) use connection::{ConnectionError, Waiting, authorised};
pub(crate) use converge::{Change, Outcome};
pub(crate) use delete::Deletion;
pub(crate) use diff::{CodeIdentity, Desired, functions};
pub(crate) use error::StackError;
pub(crate) use health::HealthReport;
pub(crate) use inplace::InPlace;
#[cfg(test)]
pub(crate) use progress::Lines;
pub(crate) use progress::{Progress, progress};
pub(crate) use recover::{Remedy, Wishes};
pub(crate) use secret::store_token;
pub(crate) use sparta_core::contract::APP_TAG;
pub(crate) use state::{State, advice, not_ours};
pub(crate) use token::Token;
pub(crate) use upload::{Upload, check_bucket, upload};

/// How often AWS is asked how far it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The first pause; each later one is half as long again.
    pub first: Duration,
    /// The longest pause.
    pub most: Duration,
    /// Questions in a row that may stay without an answer.
    pub patience: u32,
}

impl Default for Pace {
    /// From 0.4 to 4 seconds, which stays far below CloudFormation's request rates.
    fn default() -> Self {
        Self { first: Duration::from_millis(400), most: Duration::from_secs(4), patience: 10 }
    }
}

type Interrupt = Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The stacks of one account and region.
pub(crate) struct Stacks<'a> {
    cfn: CloudFormation,
    progress: &'a dyn Progress,
    pace: Pace,
    interrupt: Interrupt,
    reviewer: Option<&'a Reviewer>,
    phase: Mutex<Phase>,
}

/// What Ctrl-C would leave behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Nothing,
    ChangeSet(Pending),
    Operation,
}

impl<'a> Stacks<'a> {
    /// The stacks of the configured account and region.
    pub(crate) fn new(config: &SdkConfig, progress: &'a dyn Progress) -> Self {
        Self {
            cfn: CloudFormation::new(config),
            progress,
            pace: Pace::default(),
            interrupt: Box::new(|| Box::pin(interruption())),
            reviewer: None,
            phase: Mutex::new(Phase::Nothing),
        }
    }

    /// Sets how often AWS is asked.
    #[must_use]
    pub(crate) fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Sets what interrupts an operation; default: Ctrl-C, and SIGTERM where there are signals.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn interrupt<F>(mut self, interrupt: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.interrupt = Box::new(move || Box::pin(interrupt()));
        self
    }

    pub(crate) fn enter(&self, phase: Phase) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    async fn interruptible<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>>,
        interrupted: impl AsyncFnOnce() -> E,
    ) -> Result<T, E> {
        self.enter(Phase::Nothing);
        let result = tokio::select! {
            result = work => result,
            () = (self.interrupt)() => Err(interrupted().await),
        };
        self.progress.stop();
        result
    }

    async fn interrupted(&self, name: &str) -> StackError {
        let phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = name.to_owned();
        match phase {
            Phase::Nothing => StackError::Stopped { name },
            Phase::Operation => StackError::Left { name },
            Phase::ChangeSet(pending) => {
                self.progress.start(&format!("Interrupted: deleting the change set of stack {name:?}"));
                // Somebody who presses Ctrl-C does not want to wait for AWS.
                let cleaned = tokio::select! {
                    cleaned = self.clean_up(&name, &pending) => cleaned,
                    () = tokio::time::sleep(Duration::from_secs(5)) => false,
                    () = (self.interrupt)() => false,
                };
                if cleaned {
                    return StackError::Stopped { name };
                }
                StackError::Littered { name, change_set: pending.id, made_stack: pending.made_stack }
            }
        }
    }
}

impl fmt::Debug for Stacks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stacks").field("cfn", &self.cfn).field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// Ctrl-C, or the signal that stops builds and containers.
///
/// Never done where they cannot be listened to: then they end the process as ever.
async fn interruption() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = pending();
    tokio::select! {
        () = ctrl_c => {}
        () = terminate => {}
    }
}
