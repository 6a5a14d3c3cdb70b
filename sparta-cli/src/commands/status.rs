//! `status`: a stack as it is.

use crate::{CliError, package::Features, session::Session, stack::AnyStack};

/// Show the deployed stack: its state, outputs, tags and resources
#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    stack: AnyStack,

    #[command(flatten)]
    features: Features,
}

impl Status {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.stack.name(&synthesis.model)?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, show(session, &name))
    }
}

#[cfg(feature = "aws")]
async fn show(session: &Session, name: &str) -> Result<(), CliError> {
    let progress = session.progress();
    let report = crate::deploy::Stacks::new(&session.aws().await?, &*progress).status(name).await?;
    session.print(&report.to_string(), &report)
}
