//! `describe`: the service as it is declared.

use std::path::PathBuf;

use crate::{
    CliError,
    description::Description,
    diagram::mermaid,
    options::Format,
    output::{self, say},
    package::write_whole,
    session::Session,
};

/// Show the service: functions, triggers, environments, pipeline and its roles; as a page or a diagram, too
#[derive(clap::Args)]
pub(crate) struct Describe {
    /// How it is shown
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,

    /// Write it to this file, instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Describe {
    pub(crate) fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let description = Description::of(&synthesis)?;
        let shown = match self.format {
            Format::Text => description.to_text(),
            Format::Json => output::json(&description)?,
            Format::Mermaid => mermaid(description.diagrams()),
            Format::Html => description.to_html(),
        };
        let shown = shown.trim_end();
        let Some(file) = &self.output else {
            output::print_text(shown);
            return Ok(());
        };
        write_whole(file, format!("{shown}\n").as_bytes()).map_err(|error| {
            let hint = "Give a file that can be written: --output FILE.";
            CliError::failed(format!("the description was not written to {}", file.display())).source(error).hint(hint)
        })?;
        say(format!("wrote {}", file.display()));
        Ok(())
    }
}
