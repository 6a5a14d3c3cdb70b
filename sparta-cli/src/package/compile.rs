//! Compiles the serving build of the program that is running.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use cargo_metadata::Message;
use sparta_core::{
    CiSystem, Model, Pipeline, Synthesis,
    delivery::{self, CiFile},
    synth::{Buildspec, SERVING_FLAGS, release_profile},
};

use super::cargo_settings::{Settings, processor, warnings};
use super::program::Program;
use super::running::run;
use super::{Architecture, BinaryError, Checkout, Compiler, Features, Running, check_binary};
use crate::{CliError, error::Advice};

/// The glibc that `zigbuild` links against: that of `provided.al2023`.
const ZIG_GLIBC: &str = ".2.34";

/// A serving build that could not be compiled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompileError {
    /// Cargo cannot be started.
    #[error("cannot run `{program}`")]
    Run {
        /// What was to run.
        program: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Cargo does not say what there is to compile.
    #[error("cannot find this program's package")]
    Metadata(#[source] cargo_metadata::Error),
    /// Cargo's configuration cannot be read.
    #[error("cannot read cargo's configuration")]
    Config(#[from] cargo_config2::Error),
    /// Nothing, or more than one program, could be meant.
    #[error("cannot tell which program to compile: `{name}` could be {}", list(.candidates))]
    Program {
        /// The program that is running.
        name: String,
        /// What it could be.
        candidates: Vec<String>,
    },
    /// `--compiler zigbuild` without it.
    #[error("cargo-zigbuild is not installed")]
    NoZigbuild,
    /// Cargo alone cannot compile for that processor or system.
    #[error("cargo alone cannot compile for {target} on {host}, and cargo-zigbuild is not installed")]
    Foreign {
        /// Lambda's platform.
        target: String,
        /// This machine's.
        host: String,
    },
    /// The toolchain lacks the target.
    #[error("the Rust toolchain has no standard library for {target}")]
    NoStandardLibrary {
        /// Lambda's platform.
        target: String,
    },
    /// Cargo failed, and has said why.
    #[error("cargo could not compile `{program}` ({status})")]
    Failed {
        /// What was compiled.
        program: String,
        /// How cargo ended.
        status: ExitStatus,
    },
    /// Cargo names no executable.
    #[error("cargo compiled `{program}` but names no executable")]
    NoExecutable {
        /// What was compiled.
        program: String,
    },
    /// The result cannot be read.
    #[error("cannot read the compiled binary {}", .path.display())]
    Read {
        /// The binary.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The result is nothing that Lambda could run.
    #[error("the compiled binary {} cannot be the function's code", .path.display())]
    Binary {
        /// The binary.
        path: PathBuf,
        /// Why not.
        #[source]
        source: BinaryError,
    },
}

impl Advice for CompileError {
    fn hints(&self) -> Vec<String> {
        let install = "install it: pip install cargo-zigbuild (brings zig), or cargo install cargo-zigbuild";
        let hint = match self {
            Self::Binary { source, .. } => return source.hints(),
            Self::Run { .. } => "install Rust (https://rustup.rs), or set CARGO to its path",
            Self::Metadata(_) => "run it with `cargo run`, in the folder of its package",
            Self::Program { .. } => "run it with `cargo run --bin NAME`, in the folder of its package",
            Self::NoZigbuild => install,
            Self::Foreign { .. } => {
                let own = "or let cargo do it with a linker of your own: --compiler cargo";
                return vec![install.to_owned(), own.to_owned()];
            }
            Self::NoStandardLibrary { target } => {
                return vec![format!("rustup target add {target}")];
            }
            Self::Config(_) | Self::Failed { .. } | Self::NoExecutable { .. } | Self::Read { .. } => {
                return Vec::new();
            }
        };
        vec![hint.to_owned()]
    }
}

/// A request for the serving build of a program that is running.
#[derive(Clone, Debug)]
pub(crate) struct Compile {
    pub(super) architecture: Architecture,
    pub(super) compiler: Compiler,
    pub(super) features: Features,
    pub(super) running: Running,
}

/// A serving build, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// Where cargo put it.
    pub path: PathBuf,
    /// The binary.
    pub bytes: Vec<u8>,
    /// What the user should know about its flags and profile.
    pub warnings: Vec<String>,
}

impl Compile {
    /// The serving build of the program that is running, as cargo would make it where it is running.
    ///
    /// # Errors
    ///
    /// The system does not say what is running, or where.
    pub(crate) fn this_program(architecture: Architecture, compiler: Compiler, features: Features) -> io::Result<Self> {
        Ok(Self { architecture, compiler, features, running: Running::this_program()? })
    }

    /// Compiles it, with cargo's messages on stderr, and checks the result.
    ///
    /// # Errors
    ///
    /// What could not be found, compiled or accepted.
    pub(crate) fn run(&self) -> Result<Compiled, CompileError> {
        let cargo = self.running.cargo()?;
        let (settings, variables) = (&cargo.settings, &self.running.variables);
        let target = settings.target(self.architecture);
        let installed = settings.has_subcommand("zigbuild", variables);
        let zig = with_zig(self.compiler, installed, settings.host()?, &target)?;
        let program = cargo.program()?;
        let profile = settings.release_profile(&self.running.folder, Path::new(&program.workspace), variables);
        let mut flags = settings.rust_flags(&target)?;
        let warnings = warnings(&profile, &flags.flags);
        flags.flags.extend(SERVING_FLAGS.map(str::to_owned));

        let mut command = cargo.command();
        command
            .args([if zig { "zigbuild" } else { "build" }, "--release"])
            .args(["--message-format", "json-render-diagnostics"])
            .args(["--manifest-path", &program.manifest])
            .args(program.target_flags())
            .args(["--target", &zig_target(&target, zig)])
            .args(self.features.flags())
            .args(release_profile(&keys(&profile)).iter().flat_map(|config| ["--config", config]))
            // Of all places for flags this is the one that replaces the others, which are joined in it.
            .env("CARGO_ENCODED_RUSTFLAGS", flags.encode()?);
        if let Some(place) = &self.running.place {
            command.arg("--target-dir").arg(&place.target);
        }
        let path = compile(command, &program, settings, &target)?;
        let bytes = std::fs::read(&path).map_err(|source| CompileError::Read { path: path.clone(), source })?;
        check_binary(&bytes, self.architecture)
            .map_err(|source| CompileError::Binary { path: path.clone(), source })?;
        Ok(Compiled { path, bytes, warnings })
    }

    /// How the pipeline's build makes it, and that of a pull request, with this machine's version of Rust; and warnings of what
    /// both would lack.
    ///
    /// # Errors
    ///
    /// What cargo does not say.
    pub(crate) fn buildspecs(&self, model: &Model) -> Result<([String; 2], Vec<String>), CompileError> {
        let Delivered { program, rust_version, features, folder, warnings } = self.delivered()?;
        let buildspec = Buildspec {
            package: &program.package,
            binary: &program.name,
            rust_version: &rust_version,
            features: &features,
            folder: &folder,
            smoke_tests: model.has_smoke_tests(),
        };
        Ok(([buildspec.to_string(), buildspec.of_pull_requests()], warnings))
    }

    /// The file that the CI system of `pipeline` reads, unless that is CodePipeline, and the same warnings.
    ///
    /// # Errors
    ///
    /// What cargo does not say, and what the CI system could not deploy.
    pub(crate) fn ci_file(
        &self,
        synthesis: &Synthesis,
        pipeline: &Pipeline,
    ) -> Result<Option<(CiFile, Vec<String>)>, CliError> {
        if pipeline.ci_system() == CiSystem::CodePipeline {
            return Ok(None);
        }
        let Delivered { program, rust_version, features, folder, warnings } = self.delivered()?;
        let program = delivery::Program {
            package: &program.package,
            binary: &program.name,
            rust_version: &rust_version,
            features: &features,
            folder: &folder,
            aws_feature: program.aws_feature.as_deref().unwrap_or("sparta-lambda/aws"),
        };
        Ok(synthesis.ci_file(pipeline, program)?.map(|file| (file, warnings)))
    }

    fn delivered(&self) -> Result<Delivered, CompileError> {
        let cargo = self.running.cargo()?;
        let program = cargo.program()?;
        let mut rustc = cargo.settings.rustc();
        rustc.arg("--version");
        let version = String::from_utf8_lossy(&run(rustc)?.stdout).into_owned();
        let version = version.split([' ', '-']).nth(1).unwrap_or_default();
        let minor = version.rsplit_once('.').map_or(version, |(minor, _)| minor);
        let folder = Checkout::around(&self.running.folder).place(Path::new(&program.workspace)).unwrap_or_default();
        let outside = program.outside.iter().map(|(name, path)| {
            format!(
                "the pipeline's build has only what is in the repository, and `{name}` is in {path}: let Cargo.toml name it by \
                 `git` or by version"
            )
        });
        Ok(Delivered {
            rust_version: minor.to_owned(),
            features: self.features.flags().join(" "),
            folder,
            warnings: outside.collect(),
            program,
        })
    }
}

/// What a pipeline's build compiles.
struct Delivered {
    program: Program,
    rust_version: String,
    features: String,
    folder: String,
    warnings: Vec<String>,
}

fn compile(command: Command, program: &Program, settings: &Settings, target: &str) -> Result<PathBuf, CompileError> {
    let output = run(command)?;
    if !output.status.success() {
        return Err(match lacks_standard_library(settings, target) {
            true => CompileError::NoStandardLibrary { target: target.to_owned() },
            false => CompileError::Failed { program: program.name.clone(), status: output.status },
        });
    }
    executable(&output.stdout, program).ok_or_else(|| CompileError::NoExecutable { program: program.name.clone() })
}

fn keys(profile: &toml::Table) -> Vec<&str> {
    profile.keys().map(String::as_str).collect()
}

fn executable(messages: &[u8], program: &Program) -> Option<PathBuf> {
    Message::parse_stream(Cursor::new(messages))
        .filter_map(Result::ok)
        .filter_map(|message| match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == program.name => {
                artifact.executable.map(PathBuf::from)
            }
            _ => None,
        })
        .last()
}

/// Whether the toolchain was installed without the target: the likeliest reason for a failure.
fn lacks_standard_library(settings: &Settings, target: &str) -> bool {
    let mut rustc = settings.rustc();
    rustc.args(["--print", "target-libdir", "--target", target]);
    match run(rustc) {
        Ok(output) if output.status.success() => {
            let folder = String::from_utf8_lossy(&output.stdout);
            !Path::new(folder.trim()).is_dir()
        }
        _ => false,
    }
}

pub(super) fn with_zig(compiler: Compiler, installed: bool, host: &str, target: &str) -> Result<bool, CompileError> {
    match compiler {
        Compiler::Cargo => Ok(false),
        Compiler::Zigbuild if installed => Ok(true),
        Compiler::Zigbuild => Err(CompileError::NoZigbuild),
        Compiler::Auto if is_native(host, target) => Ok(false),
        Compiler::Auto if installed => Ok(true),
        Compiler::Auto => Err(CompileError::Foreign { target: target.to_owned(), host: host.to_owned() }),
    }
}

/// Whether cargo's own linker makes programs for `target`: another C library is none of its business.
fn is_native(host: &str, target: &str) -> bool {
    host.contains("-linux-") && processor(host) == processor(target)
}

fn zig_target(target: &str, zig: bool) -> String {
    let suffix = if zig && target.ends_with("-gnu") { ZIG_GLIBC } else { "" };
    format!("{target}{suffix}")
}

fn list(candidates: &[String]) -> String {
    if candidates.is_empty() {
        return "none that cargo knows here".to_owned();
    }
    candidates.join(", ")
}
