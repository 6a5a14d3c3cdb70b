//! `pipeline retry`: a stage that failed runs again, with the same commit.

use crate::{CliError, package::Features, session::Session, stack::AnyPipeline};

/// Run a failed stage again, with the commit that it failed with
#[derive(clap::Args)]
pub(crate) struct Retry {
    /// Environment or stage that failed; needed where several did
    #[arg(value_name = "ENVIRONMENT")]
    place: Option<String>,

    /// Run all actions of the stage again, and not only those that failed
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    features: Features,
}

impl Retry {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        session.check_place()?;
        let place = self.pipeline.place(&synthesis.model, self.place.as_deref())?;
        with_aws!(&synthesis, &self.features, retry(session, &name, &place, self.all))
    }
}

#[cfg(feature = "aws")]
async fn retry(session: &Session, name: &str, place: &crate::stack::Place, all: bool) -> Result<(), CliError> {
    use crate::{output::say, pipeline::DeployedPipeline};

    let pipeline = DeployedPipeline::new(&session.aws().await?, name);
    let view = pipeline.look().await?;
    let retry = view.retry(place, all)?;
    say(&retry);
    if session.global.noop {
        return session.print(&format!("would run {} again", retry.stage), &retry);
    }
    pipeline.retry(&retry).await?;
    session.print(&format!("{} runs again", retry.stage), &retry)
}
