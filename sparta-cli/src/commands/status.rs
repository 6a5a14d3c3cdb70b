use super::{Session, target::AnyStack};
use crate::CliError;

/// Show the deployed stack: its state, outputs, tags and resources
#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    stack: AnyStack,
}

impl Status {
    #[cfg(not(sparta_lambda))]
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let name = self.stack.name(&session.validated()?)?;
        let progress = session.progress();
        let report = crate::deploy::Stacks::new(&session.aws().await?, &*progress).status(&name).await?;
        session.print(&report.to_string(), &report)
    }

    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_async, reason = "the full build asks AWS here")]
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        self.stack.name(&session.validated()?)?;
        Err(super::session::lambda_build("status"))
    }
}
