//! `synth`: the documents of a deployment, without its code.

use crate::{
    CliError,
    package::DocumentOptions,
    session::{Session, cargo_run},
};

/// Write template and configuration files, without compiling anything
#[derive(clap::Args)]
pub(crate) struct Synth {
    #[command(flatten)]
    documents: DocumentOptions,
}

impl Synth {
    pub(crate) fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let files = self.documents.of(session, &synthesis)?.write(&self.documents.output.folder())?;
        session.print(&format!("{files}next: `{} build` adds the code", cargo_run()), &files)
    }
}
