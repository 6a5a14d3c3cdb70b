//! One run of the command line: the App, the options of all commands, and what every command does with them.

use serde::Serialize;
use sparta_core::{App, Pipeline, Synthesis, Warning, cfn::Template, delivery::Source};

use crate::{
    CliError, gate, log,
    options::Global,
    output::{self, say},
    place,
};

/// What one run of the command line has: the App and the global options.
pub(crate) struct Session {
    pub(crate) app: App,
    pub(crate) global: Global,
}

impl Session {
    pub(crate) fn new(app: App, global: Global) -> Self {
        log::start(global.level);
        Self { app, global }
    }

    /// The App without mistakes and its template.
    pub(crate) fn synthesized(&self) -> Result<Synthesis, CliError> {
        Ok(self.app.synthesize()?)
    }

    /// The same, with the template checked against what CloudFormation takes; what is hardly meant is shown.
    pub(crate) fn checked(&self) -> Result<Synthesis, CliError> {
        let synthesis = self.synthesized()?;
        synthesis.check()?;
        self.warn(&synthesis);
        Ok(synthesis)
    }

    /// The stack of the pipeline, checked in the same way.
    pub(crate) fn pipeline(
        &self,
        synthesis: &Synthesis,
        pipeline: &Pipeline,
        source: Source<'_>,
    ) -> Result<Template, CliError> {
        let stack = synthesis.pipeline(pipeline, source)?;
        synthesis.check_pipeline(&stack)?;
        if !gate::was_handed_over() {
            show(&stack.warnings());
        }
        Ok(stack)
    }

    /// Warns of functions whose signature goes away, and of what AWS takes and is hardly meant. The program that handed
    /// over to this one has done so.
    fn warn(&self, synthesis: &Synthesis) {
        if !gate::was_handed_over() {
            synthesis.model.deprecations().for_each(say);
            show(&synthesis.warnings());
        }
    }

    /// Refuses a profile or a region that does not exist, before minutes are spent on what AWS is called with.
    pub(crate) fn check_place(&self) -> Result<(), CliError> {
        Ok(place::check(&self.global)?)
    }

    /// Prints a result: `text` for people, `document` for machines.
    pub(crate) fn print(&self, text: &str, document: &impl Serialize) -> Result<(), CliError> {
        output::print(self.global.format, text, document)
    }
}

fn show(warnings: &[Warning]) {
    warnings.iter().for_each(|warning| say(format!("warning: {warning}")));
}

/// What only the `aws` build has.
#[cfg(feature = "aws")]
impl Session {
    /// How the progress of a deployment is shown.
    pub(crate) fn progress(&self) -> Box<dyn crate::deploy::Progress> {
        crate::deploy::progress(self.global.format == crate::options::Format::Json)
    }

    /// AWS's configuration as the options and the environment have it.
    pub(crate) async fn aws(&self) -> Result<aws_config::SdkConfig, CliError> {
        self.check_place()?;
        Ok(crate::aws::config::load(&self.global.aws_options()).await?)
    }
}

/// How this service is run: in a workspace of several programs `cargo run` has to be told which.
pub(crate) fn cargo_run() -> String {
    std::env::var("CARGO_PKG_NAME").map_or_else(|_| "cargo run --".to_owned(), |name| format!("cargo run -p {name} --"))
}
