use std::io::Write;

use serde::Serialize;
use sparta_core::{App, Model, Synthesis};
#[cfg(not(sparta_lambda))]
use sparta_core::{Pipeline, cfn::Template, delivery::Source};

use crate::{
    CliError,
    narration::say,
    options::{Format, Global},
};

/// What one run of the command line has: the App and the global options.
pub(crate) struct Session {
    pub(crate) app: App,
    pub(crate) global: Global,
}

impl Session {
    pub(crate) fn new(app: App, global: Global) -> Self {
        crate::narration::start(global.level);
        Self { app, global }
    }

    /// The App without mistakes.
    pub(crate) fn validated(&self) -> Result<Model, CliError> {
        Ok(self.synthesized()?.model)
    }

    /// The App without mistakes and its template.
    pub(crate) fn synthesized(&self) -> Result<Synthesis, CliError> {
        Ok(self.app.synthesize()?)
    }

    /// The App and its template, which is also checked against what CloudFormation takes.
    pub(crate) fn checked(&self) -> Result<Synthesis, CliError> {
        let synthesis = self.synthesized()?;
        #[cfg(not(sparta_lambda))]
        synthesis.check()?;
        Ok(synthesis)
    }

    /// The stack of the pipeline, checked in the same way.
    #[cfg(not(sparta_lambda))]
    pub(crate) fn pipeline(
        &self,
        synthesis: &Synthesis,
        pipeline: &Pipeline,
        source: Source<'_>,
    ) -> Result<Template, CliError> {
        let stack = synthesis.pipeline(pipeline, source)?;
        synthesis.check_pipeline(&stack)?;
        Ok(stack)
    }

    /// Warns of functions whose signature goes away, and of what AWS may refuse.
    pub(crate) fn warn(&self, synthesis: &Synthesis) {
        synthesis.model.deprecations().for_each(say);
        synthesis.warnings().iter().for_each(|warning| say(format!("warning: {warning}")));
    }

    /// Prints a result: `text` for people, `document` for machines.
    pub(crate) fn print(&self, text: &str, document: &impl Serialize) -> Result<(), CliError> {
        let output = match self.global.format {
            Format::Text => text.trim_end().to_owned(),
            Format::Json => serde_json::to_string_pretty(document)
                .map_err(|error| CliError::failed("the result is no JSON").source(error))?,
        };
        // A reader that went away, as in `| head`, is no failure.
        _ = writeln!(std::io::stdout(), "{output}");
        Ok(())
    }

    /// Where the narration of a deployment goes.
    #[cfg(not(sparta_lambda))]
    pub(crate) fn progress(&self) -> Box<dyn crate::deploy::Progress> {
        crate::deploy::progress(self.global.format == Format::Json)
    }

    /// AWS's configuration as the options and the environment have it.
    #[cfg(not(sparta_lambda))]
    pub(crate) async fn aws(&self) -> Result<aws_config::SdkConfig, CliError> {
        Ok(crate::aws::config::load(&self.global.aws_options()).await?)
    }
}

/// What a command that calls AWS says in the build that goes to Lambda.
#[cfg(sparta_lambda)]
pub(crate) fn lambda_build(command: &str) -> CliError {
    CliError::failed(format!("`{command}` calls AWS, and this is a Lambda build, which carries no AWS SDK"))
        .hint(format!("Use the service's usual build: `{} {command} ...`", cargo_run()))
}

/// What a command that computes roles says in the build that goes to Lambda.
#[cfg(sparta_lambda)]
pub(crate) fn build_without_roles(command: &str) -> CliError {
    CliError::failed(format!(
        "`{command}` computes roles, and this is a Lambda build, which carries nothing to compute them from"
    ))
    .hint(format!("Use the service's usual build: `{} {command} ...`", cargo_run()))
}

/// How this service is run: in a workspace of several programs `cargo run` has to be told which.
pub(crate) fn cargo_run() -> String {
    std::env::var("CARGO_PKG_NAME").map_or_else(|_| "cargo run --".to_owned(), |name| format!("cargo run -p {name} --"))
}
