//! One run of the command line: the App, the options of all commands, and what every command does with them.

use std::cell::OnceCell;

use serde::Serialize;
use sparta_core::{App, Environment, Pipeline, Synthesis, Warning, cfn::Template, delivery::Source};

use crate::{
    CliError, gate, log,
    options::Global,
    output::{self, say},
    place::{self, Home},
};

/// What one run of the command line has: the App and the global options.
pub(crate) struct Session {
    pub(crate) app: App,
    pub(crate) global: Global,
    /// The place of the environment that the command is about.
    place: OnceCell<Home>,
}

impl Session {
    pub(crate) fn new(app: App, global: Global) -> Self {
        log::start(global.level);
        Self { app, global, place: OnceCell::new() }
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

    /// Turns to the account and the region that an environment says, for all that AWS is called with from now on.
    pub(crate) fn enter(&self, environment: Option<&Environment>) -> Result<(), CliError> {
        if let Some(home) = environment.and_then(Home::of) {
            home.check(&self.global)?;
            self.place.get_or_init(|| home);
        }
        Ok(())
    }

    /// The options with the region of the environment that the command is about.
    pub(crate) fn options(&self) -> Global {
        let region = self.place.get().and_then(|home| home.region.clone());
        Global { region: region.or_else(|| self.global.region.clone()), ..self.global.clone() }
    }

    /// Refuses a profile or a region that does not exist, before minutes are spent on what AWS is called with.
    pub(crate) fn check_place(&self) -> Result<(), CliError> {
        Ok(place::check(&self.options())?)
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
        let config = crate::aws::config::load(&self.options().aws_options()).await?;
        if let Some(home) = self.place.get() {
            home.check_account(&config).await?;
        }
        Ok(config)
    }
}

/// How this service is run: in a workspace of several programs `cargo run` has to be told which.
pub(crate) fn cargo_run() -> String {
    std::env::var("CARGO_PKG_NAME").map_or_else(|_| "cargo run --".to_owned(), |name| format!("cargo run -p {name} --"))
}
