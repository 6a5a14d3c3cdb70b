//! `pipeline status`: a pipeline as it is.

use crate::{CliError, package::Features, session::Session, stack::AnyPipeline};

/// Show the pipeline: its stages, what waits for whom, its last executions
#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    features: Features,
}

impl Status {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, show(session, &name))
    }
}

#[cfg(feature = "aws")]
async fn show(session: &Session, name: &str) -> Result<(), CliError> {
    let view = crate::pipeline::DeployedPipeline::new(&session.aws().await?, name).look().await?;
    session.print(&view.to_string(), &view)
}
