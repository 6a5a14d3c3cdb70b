//! `pipeline reject`: the answer to an approval that waits.

use super::decision::Decision;
use crate::{CliError, session::Session};

/// Reject what waits for somebody, which ends that execution at its stage
#[derive(clap::Args)]
pub(crate) struct Reject {
    #[command(flatten)]
    decision: Decision,
}

impl Reject {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        self.decision.run(session, false).await
    }
}
