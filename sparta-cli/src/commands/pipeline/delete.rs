//! `pipeline delete`: a pipeline goes, and what it deployed stays.

use crate::{CliError, consent::Consent, package::Features, session::Session, stack::AnyPipeline};

/// Delete the pipeline; the environments' stacks stay
#[derive(clap::Args)]
pub(crate) struct Delete {
    /// Also what outlives the stack, as far as no environment's stack needs it: bucket, roles, boundaries, token
    #[arg(long)]
    everything: bool,

    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    features: Features,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        self.consent.check(session, &format!("the pipeline {name} is to be deleted"))?;
        session.check_place()?;
        with_aws!(&synthesis, &self.features, delete(session, &self, &name))
    }
}

#[cfg(feature = "aws")]
async fn delete(session: &Session, command: &Delete, name: &str) -> Result<(), CliError> {
    use crate::{output::say, pipeline::Removal, stack::Deployment};

    let mut deployment = Deployment::start(session, None).await?;
    let app = session.app.name();
    let removal = Removal::of(&deployment, name, app, command.everything).await?;
    if session.global.noop {
        return session.print(&removal.report().to_string(), removal.report());
    }
    say(removal.report());
    if !command.consent.given(&removal.question())? {
        return Err(CliError::failed(format!("the pipeline {name} was not deleted")));
    }
    deployment = deployment.with_bucket(removal.bucket());
    let report = removal.carry_out(&deployment, app).await?;
    session.print(&report.to_string(), &report)
}
