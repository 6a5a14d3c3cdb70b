//! `build`: everything that a deployment needs, on disk.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use crate::{
    CliError,
    output::say,
    package::{BuildOptions, Checkout, write_whole},
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
        let environment = built.synthesis.model.environments().first();
        let environment = environment.map_or_else(String::new, |it| format!(" --environment {}", it.name()));
        _ = write!(text, "next: `{cargo} provision{environment} --s3Bucket BUCKET` deploys it");
        if built.synthesis.model.pipeline().is_some() {
            _ = write!(
                text,
                "\n      `{cargo} build --buildspec`, and once that is committed `{cargo} provisionPipeline --connection ARN`, make \
                 its pipeline"
            );
        }
        session.print(&text, &built.files)
    }

    /// Writes `buildspec.yml` where the pipeline reads it, but never over one that somebody has edited.
    fn write_buildspec(&self, session: &Session) -> Result<(), CliError> {
        let model = session.synthesized()?.model;
        let path = Path::new(model.pipeline().map_or("buildspec.yml", |pipeline| pipeline.buildspec_path()));
        let (wanted, warnings) = self.options.this_program(model.architecture())?.buildspec()?;
        warnings.iter().for_each(|warning| say(format!("warning: {warning}")));
        let path = if session.global.noop {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            self.options.documents.output.folder().write(name, wanted.as_bytes())?
        } else {
            let path = Checkout::around(Path::new(".")).up.join(path);
            write_once(&path, &wanted)?;
            path
        };
        session.print(&format!("buildspec       {}", path.display()), &serde_json::json!({"buildspec": path}))
    }
}

/// Writes a build specification, or leaves it where it is the same already.
fn write_once(path: &Path, wanted: &str) -> Result<(), CliError> {
    let there = match std::fs::read_to_string(path) {
        Ok(there) => there,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(write_whole(path, wanted.as_bytes())?),
        Err(error) => {
            let message = format!("{} cannot be read; nothing was changed", path.display());
            return Err(CliError::failed(message).source(error));
        }
    };
    if there == wanted {
        return Ok(());
    }
    match (package(&there), package(wanted)) {
        (Some(other), Some(own)) if other != own => {
            let message = format!("{} builds another service, `{other}`; nothing was changed", path.display());
            let hint =
                format!("Give this one a file of its own: `.buildspec(\"{own}/buildspec.yml\")` of its `Pipeline`.");
            Err(CliError::failed(message).hint(hint))
        }
        _ => {
            let message =
                format!("{} is there already, and not what Sparta would write; nothing was changed", path.display());
            Err(CliError::failed(message).hint("Keep it, or remove it first to have it written anew."))
        }
    }
}

/// The package that a build specification of Sparta's compiles.
fn package(buildspec: &str) -> Option<&str> {
    buildspec.split_once("--package ")?.1.split_whitespace().next()
}
