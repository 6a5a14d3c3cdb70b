//! `pipeline approve`: the answer to an approval that waits.

use super::decision::Decision;
use crate::{CliError, session::Session};

/// Approve what waits for somebody: an environment's changes, or its promotion
#[derive(clap::Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    decision: Decision,
}

impl Approve {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        self.decision.run(session, true).await
    }
}
