//! `pipeline start`: the last commit is delivered without a push.

use crate::{CliError, package::Features, session::Session, stack::AnyPipeline};

/// Start the pipeline with the last commit of its branch
#[derive(clap::Args)]
pub(crate) struct Start {
    #[command(flatten)]
    pipeline: AnyPipeline,

    #[command(flatten)]
    features: Features,
}

impl Start {
    pub(super) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.synthesized()?;
        let name = self.pipeline.name(&synthesis.model)?;
        if session.global.noop {
            let document = serde_json::json!({"pipeline": name, "execution": "noop"});
            return session.print(&format!("would start the pipeline {name}"), &document);
        }
        session.check_place()?;
        with_aws!(&synthesis, &self.features, start(session, &name))
    }
}

#[cfg(feature = "aws")]
async fn start(session: &Session, name: &str) -> Result<(), CliError> {
    let execution = crate::pipeline::DeployedPipeline::new(&session.aws().await?, name).start().await?;
    let document = serde_json::json!({"pipeline": name, "execution": execution});
    session.print(&format!("the pipeline {name} runs: execution {execution}"), &document)
}
