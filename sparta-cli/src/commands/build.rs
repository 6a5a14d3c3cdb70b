use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use serde::Serialize;
use sparta_core::{Synthesis, cfn::Template};

use super::{Session, session::cargo_run};
#[cfg(not(sparta_lambda))]
use crate::package::{Compile, Features};
use crate::{
    CliError,
    package::{Archive, BuildId, write_whole},
};
#[cfg(not(sparta_lambda))]
use sparta_core::Architecture;

/// Compile the Lambda binary, package it, and write template and configuration files
#[derive(clap::Args)]
pub(crate) struct Build {
    #[command(flatten)]
    options: BuildOptions,

    /// Write the buildspec.yml that the pipeline's build runs, and nothing else
    #[arg(long)]
    buildspec: bool,
}

/// The options of a build, which a provision has too.
#[derive(clap::Args)]
pub(crate) struct BuildOptions {
    /// Name of this build; by default the git commit, or a hash of the binary
    #[arg(long = "buildID", alias = "build-id", short = 'i', value_name = "ID", value_parser = |text: &str| BuildId::new(text))]
    build_id: Option<BuildId>,

    /// Folder that everything is written to
    #[arg(long = "outputDir", alias = "output-dir", short, value_name = "FOLDER", default_value = ".sparta")]
    pub(crate) output_dir: PathBuf,

    /// Also write a zip of this name with the template and all configuration files, as CodePipeline takes it; `provision`
    /// then deploys nothing
    #[arg(long = "codePipelinePackage", alias = "code-pipeline-package", short = 'p', value_name = "NAME")]
    pub(crate) code_pipeline_package: Option<String>,

    /// What compiles the Lambda binary
    #[cfg(not(sparta_lambda))]
    #[arg(long, value_enum, default_value_t)]
    compiler: crate::package::Compiler,

    #[cfg(not(sparta_lambda))]
    #[command(flatten)]
    features: Features,
}

/// What a build made: the App's documents and its code, in memory and on disk.
pub(crate) struct Built {
    pub(crate) synthesis: Synthesis,
    pub(crate) build_id: BuildId,
    pub(crate) code: Archive,
    pub(crate) files: Files,
}

/// Where everything is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Files {
    app: String,
    build_id: String,
    template: PathBuf,
    code: PathBuf,
    code_sha256: String,
    code_bytes: usize,
    configurations: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<PathBuf>,
}

impl Build {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        if self.buildspec {
            return self.options.write_buildspec(session).await;
        }
        let built = self.options.build(session).await?;
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
}

impl BuildOptions {
    /// Compiles, packages and writes everything. Calls nothing.
    pub(crate) async fn build(&self, session: &Session) -> Result<Built, CliError> {
        let synthesis = session.checked()?;
        let pipeline = Self::pipeline(session, &synthesis)?;
        session.warn(&synthesis);
        if let Some(name) = &self.code_pipeline_package {
            self.check_package_name(name, &synthesis)?;
        }
        let binary = self.binary(&synthesis).await?;
        let build_id = match &self.build_id {
            Some(given) => given.clone(),
            None => BuildId::find(Path::new("."), &self.output_dir, |name| std::env::var(name).ok(), &binary),
        };
        let code = Archive::code(&binary, build_id.as_str()).map_err(packaging)?;
        let files = self.write(&synthesis, pipeline.as_ref(), &binary, &build_id, &code)?;
        Ok(Built { synthesis, build_id, code, files })
    }

    /// The Lambda build of this service: the running one, or one that is compiled now.
    #[cfg(not(sparta_lambda))]
    async fn binary(&self, synthesis: &Synthesis) -> Result<Vec<u8>, CliError> {
        let compiled = self.this_program(synthesis.model.architecture())?.run().await?;
        compiled.warnings.iter().for_each(|warning| crate::narration::say(format!("warning: {warning}")));
        Ok(compiled.bytes)
    }

    /// The Lambda build of this service, which is what is running.
    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_async, reason = "the full build compiles here")]
    async fn binary(&self, synthesis: &Synthesis) -> Result<Vec<u8>, CliError> {
        Ok(crate::package::own_binary(synthesis.model.architecture())?)
    }

    fn write(
        &self,
        synthesis: &Synthesis,
        pipeline: Option<&Template>,
        binary: &[u8],
        build_id: &BuildId,
        code: &Archive,
    ) -> Result<Files, CliError> {
        let Synthesis { model, template } = synthesis;
        let template = self.write_file("cloudformation.json", template.to_json().as_bytes())?;
        let mut configurations = Vec::new();
        let documents: Vec<(&str, String)> =
            model.environments().iter().map(|e| (e.name(), e.configuration().to_json())).collect();
        for (name, document) in &documents {
            configurations.push(self.write_file(&format!("{name}.json"), document.as_bytes())?);
        }
        let pipeline =
            pipeline.map(|stack| self.write_file("pipeline.json", stack.to_json().as_bytes())).transpose()?;
        self.write_folder(binary, build_id)?;
        let archive = self.write_file("code.zip", code.bytes())?;
        let package = match &self.code_pipeline_package {
            Some(name) => {
                let configurations = documents.iter().map(|(name, document)| (*name, document.as_bytes()));
                let zip =
                    Archive::pipeline(synthesis.template.to_json().as_bytes(), configurations).map_err(packaging)?;
                Some(self.write_file(name, zip.bytes())?)
            }
            None => None,
        };
        Ok(Files {
            app: model.name().to_owned(),
            build_id: build_id.to_string(),
            template,
            code: archive,
            code_sha256: code.sha256().to_owned(),
            code_bytes: code.bytes().len(),
            configurations,
            pipeline,
            package,
        })
    }

    /// The stack of the service's pipeline.
    #[cfg(not(sparta_lambda))]
    fn pipeline(session: &Session, synthesis: &Synthesis) -> Result<Option<Template>, CliError> {
        let Some(declared) = synthesis.model.pipeline() else { return Ok(None) };
        session.pipeline(synthesis, declared, sparta_core::delivery::Source::Connection).map(Some)
    }

    /// Only the full build computes the roles that are in it.
    #[cfg(sparta_lambda)]
    #[expect(clippy::unnecessary_wraps, reason = "the full build makes it here")]
    fn pipeline(_: &Session, _: &Synthesis) -> Result<Option<Template>, CliError> {
        Ok(None)
    }

    /// The archive's content as a folder, which CodeBuild makes an archive of for the pipeline.
    fn write_folder(&self, binary: &[u8], build_id: &BuildId) -> Result<(), CliError> {
        let bootstrap = self.write_file("code/bootstrap", binary)?;
        make_executable(&bootstrap)?;
        self.write_file("code/sparta-build-id", build_id.as_str().as_bytes())?;
        Ok(())
    }

    /// Writes one file of the output folder.
    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, CliError> {
        let path = self.output_dir.join(name);
        write_whole(&path, bytes)?;
        Ok(path)
    }

    /// Writes `buildspec.yml`, but never over one that somebody has edited.
    #[cfg(not(sparta_lambda))]
    async fn write_buildspec(&self, session: &Session) -> Result<(), CliError> {
        let model = session.validated()?;
        let path = Path::new(model.pipeline().map_or("buildspec.yml", |pipeline| pipeline.buildspec_path()));
        let noop = self.output_dir.join(path.file_name().unwrap_or_default());
        let path = if session.global.noop { &noop } else { path };
        let (wanted, warnings) = self.this_program(model.architecture())?.buildspec().await?;
        warnings.iter().for_each(|warning| crate::narration::say(format!("warning: {warning}")));
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

    #[cfg(sparta_lambda)]
    #[expect(clippy::unused_async, reason = "the full build asks cargo here")]
    async fn write_buildspec(&self, _: &Session) -> Result<(), CliError> {
        Err(CliError::failed("a Lambda build cannot write the buildspec")
            .hint(format!("Use `{} build --buildspec`.", cargo_run())))
    }

    #[cfg(not(sparta_lambda))]
    fn this_program(&self, architecture: Architecture) -> Result<Compile, CliError> {
        let failed = |error| CliError::failed("the running program cannot be found").source(error);
        Compile::this_program(architecture, self.compiler, self.features.clone()).map_err(failed)
    }

    fn check_package_name(&self, name: &str, synthesis: &Synthesis) -> Result<(), CliError> {
        let taken = ["cloudformation.json", "pipeline.json", "code.zip", "code"].map(str::to_owned);
        let environments = synthesis.model.environments().iter().map(|e| format!("{}.json", e.name()));
        let plain = Path::new(name).file_name().is_some_and(|file| file == name);
        if plain && !taken.into_iter().chain(environments).any(|file| file.eq_ignore_ascii_case(name)) {
            return Ok(());
        }
        let message = format!("`{name}` cannot be the package's name");
        Err(CliError::usage(message).hint("Give a file's name, such as `pipeline.zip`; it is written to --outputDir."))
    }
}

impl std::fmt::Display for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "build           {}", self.build_id)?;
        writeln!(f, "template        {}", self.template.display())?;
        let sha256 = &self.code_sha256[..12];
        writeln!(f, "code            {} ({} bytes, sha256 {sha256}...)", self.code.display(), self.code_bytes)?;
        for file in &self.configurations {
            writeln!(f, "configuration   {}", file.display())?;
        }
        if let Some(file) = &self.pipeline {
            writeln!(f, "pipeline stack  {}", file.display())?;
        }
        if let Some(file) = &self.package {
            writeln!(f, "package         {}", file.display())?;
        }
        Ok(())
    }
}

fn packaging(error: crate::package::ArchiveError) -> CliError {
    CliError::failed("the service cannot be packaged").source(error)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), CliError> {
    use std::{fs, os::unix::fs::PermissionsExt};
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| CliError::failed(format!("{} cannot be made executable", path.display())).source(error))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), CliError> {
    Ok(())
}
