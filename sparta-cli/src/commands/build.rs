//! `build`: everything that a deployment needs, on disk.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use crate::{
    CliError,
    output::say,
    package::{BuildOptions, write_whole},
    session::{Session, cargo_run},
};

/// Compile the serving build, package it, and write template and configuration files
#[derive(clap::Args)]
pub(crate) struct Build {
    #[command(flatten)]
    options: BuildOptions,

    /// Package this serving build, which is compiled already, instead of compiling one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compiler", "features", "all_features", "no_default_features"])]
    binary: Option<PathBuf>,

    /// Write the buildspec.yml that the pipeline's build runs, and nothing else
    #[arg(long)]
    buildspec: bool,
}

impl Build {
    pub(crate) fn run(self, session: &Session) -> Result<(), CliError> {
        if self.buildspec {
            return self.write_buildspec(session);
        }
        let built = self.options.build(session, session.checked()?, self.binary.as_deref())?;
        let mut text = built.files.to_string();
        let cargo = cargo_run();
        _ = write!(text, "next: `{cargo} provision --s3Bucket BUCKET` deploys it");
        if built.synthesis.model.pipeline().is_some() {
            _ = write!(
                text,
                "\n      `{cargo} build --buildspec`, and once that is committed `{cargo} provisionPipeline --connection ARN`, make \
                 its pipeline"
            );
        }
        session.print(&text, &built.files)
    }

    /// Writes `buildspec.yml`, but never over one that somebody has edited.
    fn write_buildspec(&self, session: &Session) -> Result<(), CliError> {
        let model = session.synthesized()?.model;
        let path = Path::new(model.pipeline().map_or("buildspec.yml", |pipeline| pipeline.buildspec_path()));
        let noop = self.options.output_dir.join(path.file_name().unwrap_or_default());
        let path = if session.global.noop { &noop } else { path };
        let (wanted, warnings) = self.options.this_program(model.architecture())?.buildspec()?;
        warnings.iter().for_each(|warning| say(format!("warning: {warning}")));
        match std::fs::read(path) {
            Ok(there) if there == wanted.as_bytes() => {}
            Ok(_) if !session.global.noop => {
                let message = format!(
                    "{} is there already, and not what Sparta would write; nothing was changed",
                    path.display()
                );
                return Err(CliError::failed(message).hint("Keep it, or remove it first to have it written anew."));
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let message = format!("{} cannot be read; nothing was changed", path.display());
                return Err(CliError::failed(message).source(error));
            }
            _ => write_whole(path, wanted.as_bytes())?,
        }
        session.print(&format!("buildspec       {}", path.display()), &serde_json::json!({"buildspec": path}))
    }
}
