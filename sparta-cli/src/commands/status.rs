//! `status`: a stack as it is.

use crate::{CliError, package::Features, session::Session, stack::AnyStack};

/// Show the deployed stack: its state, outputs, tags and resources
#[derive(clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    stack: AnyStack,

    /// Ask the service's health route too, and fail where it is not healthy
    #[arg(long)]
    health: bool,

    #[command(flatten)]
    features: Features,
}

impl Status {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.stack.name(session, &synthesis.model)?;
        let path = synthesis.model.health().filter(|_| self.health);
        if self.health && path.is_none() {
            return Err(CliError::usage("the App has no route that says whether it is healthy")
                .hint("Add one with `.health(Health::at(\"/health\"))`."));
        }
        session.check_place()?;
        with_aws!(&synthesis, &self.features, show(session, &name, path))
    }
}

#[cfg(feature = "aws")]
async fn show(session: &Session, name: &str, health: Option<&str>) -> Result<(), CliError> {
    use crate::deploy::{HealthReport, Stacks};

    let progress = session.progress();
    let mut report = Stacks::new(&session.aws().await?, &*progress).status(name).await?;
    if let Some(path) = health {
        report.health = Some(HealthReport::ask(&report.stack, path).await?);
    }
    session.print(&report.to_string(), &report)?;
    report.health.map_or(Ok(()), |health| health.verdict())
}
