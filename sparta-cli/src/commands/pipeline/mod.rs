//! `pipeline`: what becomes of a pipeline once it is there.

mod approve;
mod decision;
mod delete;
mod reject;
mod retry;
mod rollback;
mod start;
mod status;

use crate::{CliError, session::Session};

/// See and steer the service's pipeline: what it does, what it waits for, what it goes back to
#[derive(clap::Subcommand)]
#[command(rename_all = "camelCase")]
pub(crate) enum Pipeline {
    Status(status::Status),
    Approve(approve::Approve),
    Reject(reject::Reject),
    Retry(retry::Retry),
    Rollback(rollback::Rollback),
    Start(start::Start),
    Delete(delete::Delete),
}

impl Pipeline {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        match self {
            Self::Status(command) => command.run(session).await,
            Self::Approve(command) => command.run(session).await,
            Self::Reject(command) => command.run(session).await,
            Self::Retry(command) => command.run(session).await,
            Self::Rollback(command) => command.run(session).await,
            Self::Start(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}
