//! SnapStart: the process is stored after its start, and restored from there as often as Lambda needs it.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>.

use super::Env;
use super::ServeError;
use super::api::{Diagnostic, RuntimeApi};
use super::hooks::{self, Hook};
use crate::error::{BoxError, Failure};

/// Whether this process is to be stored.
pub(super) fn is_wanted(env: Env<'_>) -> bool {
    env("AWS_LAMBDA_INITIALIZATION_TYPE").is_some_and(|kind| kind == "snap-start")
}

/// Runs the hooks before, the last registered first, and waits for the restore.
pub(super) async fn take(api: &mut RuntimeApi, before: Vec<Hook>) -> Result<(), ServeError> {
    for hook in before.into_iter().rev() {
        hooks::run("hook before the snapshot", hook).await.map_err(ServeError::Snapshot)?;
    }
    api.restored().await.map_err(|error| ServeError::Runtime(error.into()))?;
    // The other end of the connection is not in the snapshot.
    api.connection.close();
    Ok(())
}

/// Runs the hooks after the restore, in the order of their registration. A failure is reported.
pub(super) async fn restore(api: &mut RuntimeApi, after: Vec<Hook>) -> Result<(), ServeError> {
    for hook in after {
        if let Err(failure) = hooks::run("hook after the restore", hook).await {
            report(api, &failure).await;
            return Err(ServeError::Restore(failure));
        }
    }
    Ok(())
}

async fn report(api: &mut RuntimeApi, failure: &Failure) {
    let message = failure.message();
    tracing::error!(errorType = failure.type_name(), "the function cannot go on after its restore: {message}");
    let report = Diagnostic { error_type: failure.type_name(), error_message: &message };
    if let Err(error) = api.fail_restore(&report).await {
        let error: BoxError = error.into();
        tracing::error!(error, "the failed restore cannot be reported");
    }
}
