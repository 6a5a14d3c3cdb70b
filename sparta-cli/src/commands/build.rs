//! `build`: everything that a deployment needs, on disk.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use sparta_core::{contract::PIPELINE_FILE, delivery::Source};

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

    /// Write what the pipeline reads in the repository: buildspec.yml, which its build runs, and its own template; or the file of
    /// GitHub Actions or GitLab CI
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
                "\n      `{cargo} build --buildspec`, and once that is committed `{cargo} provisionPipeline`, make its pipeline"
            );
        }
        session.print(&text, &built.files)
    }

    /// Writes what the pipeline reads in the repository: the build specification, or the file of another CI system, but never over one
    /// that somebody has edited, and the template of the pipeline's own stack.
    fn write_buildspec(&self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let (model, pipeline) = (&synthesis.model, synthesis.model.pipeline());
        let program = self.options.this_program(model.architecture())?;
        let of_ci = pipeline.map(|pipeline| program.ci_file(&synthesis, pipeline)).transpose()?.flatten();
        let path = pipeline.map_or("buildspec.yml", |pipeline| pipeline.buildspec_path());
        let mut files = Vec::new();
        let warnings = match of_ci {
            Some((file, warnings)) => {
                files.push(("workflow", PathBuf::from(file.path), file.text));
                warnings
            }
            None => {
                let ([delivered, of_pull_requests], warnings) = program.buildspecs(&synthesis.model)?;
                files.push(("buildspec", PathBuf::from(path), delivered));
                if let Some(declared) = pipeline.and_then(|pipeline| pipeline.declared_pull_requests()) {
                    files.push(("pullRequests", PathBuf::from(declared.buildspec_path()), of_pull_requests));
                }
                warnings
            }
        };
        warnings.iter().for_each(|warning| say(format!("warning: {warning}")));
        let own = match pipeline.filter(|pipeline| pipeline.mutates()) {
            Some(pipeline) => Some((pipeline, session.pipeline(&synthesis, pipeline, Source::Connection)?.to_json())),
            None => None,
        };
        if session.global.noop {
            let folder = self.options.documents.output.folder();
            for (_, path, wanted) in &mut files {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                *path = folder.write(name, wanted.as_bytes())?;
            }
            let own = own.map(|(_, template)| folder.write(PIPELINE_FILE, template.as_bytes())).transpose()?;
            return print_written(session, &files, own.as_deref());
        }
        let checkout = Checkout::around(Path::new("."));
        for (what, path, wanted) in &mut files {
            *path = checkout.up.join(&*path);
            write_once(what, path, wanted)?;
        }
        // Nobody edits it, so that it takes the place of an earlier one.
        let own = own.map(|(pipeline, template)| {
            let path = checkout.up.join(pipeline.template_path());
            write_whole(&path, template.as_bytes()).map(|()| path)
        });
        print_written(session, &files, own.transpose()?.as_deref())
    }
}

fn print_written(
    session: &Session,
    files: &[(&str, PathBuf, String)],
    pipeline: Option<&Path>,
) -> Result<(), CliError> {
    let written = files.iter().map(|(what, path, _)| (*what, Some(path.as_path())));
    let written: Vec<_> = written.chain([("pipeline", pipeline)]).collect();
    let lines = written.iter().filter_map(|(what, path)| Some(format!("{what:<16}{}", (*path)?.display())));
    let text = lines.collect::<Vec<_>>().join("\n");
    let document: serde_json::Map<_, _> =
        written.iter().map(|(what, path)| ((*what).to_owned(), serde_json::json!(path))).collect();
    session.print(&text, &document)
}

/// Writes a build specification, or leaves it where it is there already.
fn write_once(what: &str, path: &Path, wanted: &str) -> Result<(), CliError> {
    let there = match fs::read_to_string(path) {
        Ok(there) => there,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(write_whole(path, wanted.as_bytes())?),
        Err(error) => {
            let message = format!("{} cannot be read; nothing was changed", path.display());
            return Err(CliError::failed(message).source(error));
        }
    };
    match (package(&there), package(wanted)) {
        (Some(other), Some(own)) if other != own => {
            let message = format!("{} builds another service, `{other}`; nothing was changed", path.display());
            let hint = match (what, path.file_name().and_then(|name| name.to_str())) {
                (_, Some(".gitlab-ci.yml")) => {
                    "GitLab reads one file: put the jobs of both into it by hand.".to_owned()
                }
                ("pullRequests", _) => {
                    format!(
                        "Give this one a file of its own: `.buildspec(\"{own}/pull-request.yml\")` of its `PullRequests`."
                    )
                }
                _ => {
                    format!("Give this one a file of its own: `.buildspec(\"{own}/buildspec.yml\")` of its `Pipeline`.")
                }
            };
            return Err(CliError::failed(message).hint(hint));
        }
        _ if there != wanted => {
            say(format!(
                "{} is not what Sparta would write, and is kept as it is: remove it first to have it written anew",
                path.display()
            ));
        }
        _ => {}
    }
    Ok(())
}

/// The package that a build specification of Sparta's compiles.
fn package(buildspec: &str) -> Option<&str> {
    buildspec.split_once("--package ")?.1.split_whitespace().next()
}
