//! A build of the service: its options, and everything that it makes and writes.

use std::path::{Path, PathBuf};

use sparta_core::{Architecture, Model, Synthesis, hook};

use super::documents::packaging;
use super::files::Content;
use super::packed::Packed;
use super::tool;
use super::{
    BuildId, Code, Compile, Compiler, DocumentOptions, Features, Files, Running, Shipped, check_binary, check_build_id,
    check_service,
};
use crate::{CliError, hooks, output::say, session::Session};

/// The options of a build, which a provision has too.
#[derive(clap::Args)]
pub(crate) struct BuildOptions {
    /// Name of this build; by default the git commit, or a hash of the binary
    #[arg(long = "buildID", alias = "build-id", short = 'i', value_name = "ID", value_parser = |text: &str| BuildId::new(text))]
    build_id: Option<BuildId>,

    #[command(flatten)]
    pub(crate) documents: DocumentOptions,

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
    pub(crate) code: Code,
    pub(crate) files: Files,
    #[cfg(feature = "aws")]
    pub(crate) package: hook::Package,
}

impl BuildOptions {
    /// Compiles, packages and writes everything, or packages the `compiled` binary. Calls nothing.
    pub(crate) fn build(
        &self,
        session: &Session,
        synthesis: Synthesis,
        compiled: Option<&Path>,
    ) -> Result<Built, CliError> {
        let documents = self.documents.of(session, &synthesis)?;
        let output = self.documents.output.folder();
        let build = hook::Build::new(synthesis.model.clone(), package_folder(), output.path());
        hooks::before_build(session, &build)?;
        let (binary, compiled_as) = match compiled {
            Some(path) => compiled_before(path, &synthesis.model)?,
            None => (self.compile_now(&synthesis.model)?, None),
        };
        let shipped = Shipped::all(&synthesis.model, build.folder())?;
        let code = Code::pack(&binary, &shipped).map_err(packaging)?;
        let build_id = match &self.build_id {
            Some(given) => given.clone(),
            None => BuildId::find(Path::new("."), output.path(), |name| std::env::var(name).ok(), code.id()),
        };
        if let (Some(path), Some(found)) = (compiled, compiled_as) {
            check_build_id(path, found, &build_id)?;
        }
        let content = Content { binary: &binary, build_id: &build_id, shipped: &shipped, code: &code };
        let files = content.write(documents.write(&output)?, &output)?;
        tool::hand_over(&synthesis.model, &output)?;
        let package = hook::Package::new(build, build_id.as_str(), files.paths(&output));
        hooks::after_build(session, &package)?;
        Ok(Built {
            synthesis,
            build_id,
            code,
            files,
            #[cfg(feature = "aws")]
            package,
        })
    }

    /// What an earlier build of this program has left in the output folder. Compiles and runs nothing.
    pub(crate) fn built_before(&self, session: &Session, synthesis: Synthesis) -> Result<Built, CliError> {
        let documents = self.documents.of(session, &synthesis)?;
        let output = self.documents.output.folder();
        let packed = Packed::read(&output, &synthesis)?;
        let files = Files::of(documents.write(&output)?, &packed);
        let Packed { build_id, code, .. } = packed;
        #[cfg(feature = "aws")]
        let package = {
            let build = hook::Build::new(synthesis.model.clone(), package_folder(), output.path());
            hook::Package::new(build, build_id.as_str(), files.paths(&output))
        };
        Ok(Built {
            synthesis,
            build_id,
            code,
            files,
            #[cfg(feature = "aws")]
            package,
        })
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

/// A serving build of this service, which is there already, and the id that it was compiled with.
fn compiled_before(path: &Path, model: &Model) -> Result<(Vec<u8>, Option<String>), CliError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("the binary {} cannot be read", path.display());
        CliError::usage(message).source(error).hint("Leave --binary out to have it compiled now.")
    })?;
    check_binary(&bytes, model.architecture())?;
    let compiled_as = check_service(path, model)?;
    Ok((bytes, compiled_as))
}

/// The folder of the service's package: `cargo run` says which it is, and cargo itself where another program asks.
fn package_folder() -> PathBuf {
    let of_cargo = || {
        let running = Running::this_program().ok()?;
        let manifest = running.cargo().ok()?.program().ok()?.manifest;
        Some(Path::new(&manifest).parent()?.to_owned())
    };
    of_cargo()
        .or_else(|| std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("."))
}
