//! `pipeline rollback`: a stage goes back to what it deployed before.

use crate::{CliError, consent::Consent, package::Features, session::Session, stack::AnyPipeline};

/// Deploy to an environment again what the pipeline deployed there before
///
/// CodePipeline goes back only to executions that started in the present structure of the pipeline.
#[derive(clap::Args)]
pub(crate) struct Rollback {
    /// Environment, or its stage
    #[arg(value_name = "ENVIRONMENT")]
    place: String,

    /// Execution to go back to, or the beginning of its id; by default the last one that succeeded before the present one
    #[arg(long, value_name = "ID")]
    execution: Option<String>,

    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    features: Features,
}

impl Rollback {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        self.consent.check(session, "the stage is to go back")?;
        session.check_place()?;
        let place = self.pipeline.place(&synthesis.model, Some(&self.place))?;
        with_aws!(&synthesis, &self.features, roll_back(session, &self, &name, &place))
    }
}

#[cfg(feature = "aws")]
async fn roll_back(
    session: &Session,
    command: &Rollback,
    name: &str,
    place: &crate::stack::Place,
) -> Result<(), CliError> {
    use crate::{output::say, pipeline::DeployedPipeline};

    let pipeline = DeployedPipeline::new(&session.aws().await?, name);
    let rollback = pipeline.rollback_to(place, command.execution.as_deref()).await?;
    say(&rollback);
    if session.global.noop {
        return session.print(&format!("would roll {} back to {}", rollback.stage, rollback.to), &rollback);
    }
    if !command.consent.given(&format!("Roll {} back?", rollback.stage))? {
        return Err(CliError::failed(format!("{} was not rolled back", rollback.stage)));
    }
    let execution = pipeline.roll_back(&rollback).await?;
    let text = format!("{} goes back to {} as the execution {execution}", rollback.stage, rollback.to);
    session.print(&text, &serde_json::json!({"rollback": rollback, "execution": execution}))
}
