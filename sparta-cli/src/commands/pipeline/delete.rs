//! `pipeline delete`: a pipeline goes, and what it deployed stays.

use sparta_core::Synthesis;

use crate::{
    CliError,
    consent::Consent,
    package::Features,
    session::{Session, cargo_run},
    stack::AnyPipeline,
};

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
        let left = left(&synthesis, &name);
        with_aws!(&synthesis, &self.features, delete(session, &self, &name, &left))
    }
}

/// What the pipeline has in other accounts and regions, where this command does not go.
fn left(synthesis: &Synthesis, name: &str) -> Vec<String> {
    let Some(pipeline) = synthesis.model.pipeline().map(|it| it.clone().name(name)) else { return Vec::new() };
    // What is wrong with the declaration keeps no pipeline.
    let stores = synthesis.stores(&pipeline).unwrap_or_default().into_iter();
    let targets = synthesis.elsewhere(&pipeline).unwrap_or_default().into_iter();
    let stores = stores.map(|it| (it.stack, None, it.region));
    let targets = targets.map(|it| (it.stack, it.account, it.region));
    let left = |(stack, account, region): (String, Option<String>, Option<String>)| {
        let region = region.map(|it| format!(" --region {it}")).unwrap_or_default();
        let account = account.map(|it| format!(", with credentials of account {it}")).unwrap_or_default();
        format!("the stack {stack} stays: `{} delete --stack {stack}{region}` deletes it{account}", cargo_run())
    };
    targets.chain(stores).map(left).collect()
}

#[cfg(feature = "aws")]
async fn delete(session: &Session, command: &Delete, name: &str, left: &[String]) -> Result<(), CliError> {
    use crate::{output::say, pipeline::Removal, stack::Deployment};

    let mut deployment = Deployment::start(session, None).await?;
    let app = session.app.name();
    let removal = Removal::of(&deployment, name, app, command.everything).await?;
    if session.global.noop {
        return session.print(&removal.report().to_string(), removal.report());
    }
    say(removal.report());
    left.iter().for_each(say);
    if !command.consent.given(&removal.question())? {
        return Err(CliError::failed(format!("the pipeline {name} was not deleted")));
    }
    deployment = deployment.with_bucket(removal.bucket());
    let report = removal.carry_out(&deployment, app).await?;
    session.print(&report.to_string(), &report)
}
