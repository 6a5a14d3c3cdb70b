//! What a service does at the turning points of its process's life.

use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::lambda::caught;
use crate::error::{Error, Failure};

/// Something to be done once.
pub type Hook = Box<dyn FnOnce() -> BoxFuture<'static, Result<(), Error>> + Send>;

/// What is to be done when, each in the order of its registration.
#[derive(Default)]
pub struct Hooks {
    /// Before Lambda ends the process.
    pub shutdown: Vec<Hook>,
    /// Before SnapStart takes its snapshot of the process.
    pub before_snapshot: Vec<Hook>,
    /// After SnapStart restored the process from the snapshot.
    pub after_restore: Vec<Hook>,
}

/// A hook that calls `hook`.
pub(crate) fn hook<F, Fut, E>(hook: F) -> Hook
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Error>,
{
    Box::new(|| hook().map(|done| done.map_err(Into::into)).boxed())
}

/// Runs one hook; a panic is its failure.
pub(super) async fn run(what: &str, hook: Hook) -> Result<(), Failure> {
    caught(what, async { hook().await }).await?.map_err(Failure::from)
}
