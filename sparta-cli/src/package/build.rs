//! A build of the service: its options, and everything that it makes and writes.

use std::path::{Path, PathBuf};

use sparta_core::{
    Architecture, Model, Synthesis,
    contract::{CODE_ARCHIVE, CODE_FOLDER, PIPELINE_FILE, TEMPLATE_FILE, configuration_file},
    delivery::Source,
};

use super::files::{Content, packaging};
use super::{Archive, BuildId, Compile, Compiler, Features, Files, check_binary, check_service};
use crate::{CliError, output::say, session::Session};

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

    /// What compiles the serving build
    #[arg(long, value_enum, default_value_t)]
    compiler: Compiler,

    #[command(flatten)]
    pub(crate) features: Features,
}

/// What a build made: the App's documents and its code, in memory and on disk.
pub(crate) struct Built {
    pub(crate) synthesis: Synthesis,
    pub(crate) build_id: BuildId,
    pub(crate) code: Archive,
    pub(crate) files: Files,
}

impl BuildOptions {
    /// Compiles, packages and writes everything, or packages the `compiled` binary. Calls nothing.
    pub(crate) fn build(
        &self,
        session: &Session,
        synthesis: Synthesis,
        compiled: Option<&Path>,
    ) -> Result<Built, CliError> {
        let declared = synthesis.model.pipeline();
        let pipeline =
            declared.map(|declared| session.pipeline(&synthesis, declared, Source::Connection)).transpose()?;
        session.warn(&synthesis);
        if let Some(name) = &self.code_pipeline_package {
            check_package_name(name, &synthesis.model)?;
        }
        let binary = match compiled {
            Some(path) => compiled_before(path, &synthesis.model)?,
            None => self.compile_now(&synthesis.model)?,
        };
        let build_id = match &self.build_id {
            Some(given) => given.clone(),
            None => BuildId::find(Path::new("."), &self.output_dir, |name| std::env::var(name).ok(), &binary),
        };
        let code = Archive::code(&binary, build_id.as_str()).map_err(packaging)?;
        let content = Content {
            synthesis: &synthesis,
            pipeline: pipeline.as_ref(),
            binary: &binary,
            build_id: &build_id,
            code: &code,
            package: self.code_pipeline_package.as_deref(),
        };
        let files = content.write(&self.output_dir)?;
        Ok(Built { synthesis, build_id, code, files })
    }

    /// The serving build of this service, which is compiled now.
    fn compile_now(&self, model: &Model) -> Result<Vec<u8>, CliError> {
        let compiled = self.this_program(model.architecture())?.run()?;
        compiled.warnings.iter().for_each(|warning| say(format!("warning: {warning}")));
        check_service(&compiled.path, model)?;
        Ok(compiled.bytes)
    }

    /// The program that is running, as cargo knows it.
    pub(crate) fn this_program(&self, architecture: Architecture) -> Result<Compile, CliError> {
        let failed = |error| CliError::failed("the running program cannot be found").source(error);
        Compile::this_program(architecture, self.compiler, self.features.clone()).map_err(failed)
    }
}

/// A serving build of this service, which is there already.
fn compiled_before(path: &Path, model: &Model) -> Result<Vec<u8>, CliError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("the binary {} cannot be read", path.display());
        CliError::usage(message).source(error).hint("Leave --binary out to have it compiled now.")
    })?;
    check_binary(&bytes, model.architecture())?;
    check_service(path, model)?;
    Ok(bytes)
}

fn check_package_name(name: &str, model: &Model) -> Result<(), CliError> {
    let taken = [TEMPLATE_FILE, PIPELINE_FILE, CODE_ARCHIVE, CODE_FOLDER].map(str::to_owned);
    let environments = model.environments().iter().map(|environment| configuration_file(environment.name()));
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    if plain && !taken.into_iter().chain(environments).any(|file| file.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let message = format!("`{name}` cannot be the package's name");
    Err(CliError::usage(message).hint("Give a file's name, such as `pipeline.zip`; it is written to --outputDir."))
}
