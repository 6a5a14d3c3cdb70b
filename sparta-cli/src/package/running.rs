//! The program that is running: what cargo calls it, where cargo put it, and cargo as it would run here.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cargo_metadata::MetadataCommand;

use super::CompileError;
use super::cargo_settings::{Settings, Variables, without_cargo_run};
use super::program::{Choice, Program};

/// The folder in a target folder that the `aws` builds of programs lie in, so that they do not replace the plain ones.
const WITH_AWS: &str = "with-aws";

/// The program that is running.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub name: String,
    /// None where it was taken out of the target folder.
    pub place: Option<Place>,
    pub folder: PathBuf,
    pub variables: Variables,
}

/// A program's place in a target folder: `target/[TRIPLE/]PROFILE/[examples/]NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub target: PathBuf,
    pub triple: Option<String>,
    pub profile: String,
    pub example: bool,
}

impl Running {
    /// The program that is running, where it is running.
    pub(crate) fn this_program() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: name.trim_end_matches(std::env::consts::EXE_SUFFIX).to_owned(),
            place: Place::of(&program),
            folder: std::env::current_dir()?,
            variables: std::env::vars_os().collect(),
        })
    }

    /// Cargo as it is configured here.
    pub(crate) fn cargo(&self) -> Result<Cargo<'_>, CompileError> {
        Ok(Cargo { running: self, settings: Settings::load(&self.folder, &self.variables)? })
    }
}

impl Place {
    fn of(program: &Path) -> Option<Self> {
        let name = |folder: &Path| Some(folder.file_name()?.to_str()?.to_owned());
        let folder = program.parent()?;
        let example = name(folder)? == "examples";
        let folder = if example { folder.parent()? } else { folder };
        let (profile, folder) = (name(folder)?, folder.parent()?);
        // Cargo marks the folder of a triple as it marks the target folder itself.
        let within = folder.parent().filter(|parent| is_target(parent) && is_triple(folder));
        let (triple, target) = match within {
            Some(target) => (Some(name(folder)?), target),
            None => (None, folder),
        };
        let plain = target.parent().filter(|parent| target.ends_with(WITH_AWS) && is_target(parent));
        let target = plain.unwrap_or(target);
        is_target(target).then(|| Self { target: target.to_owned(), triple, profile, example })
    }
}

impl Place {
    /// What cargo calls the profile whose folder it is.
    pub(crate) fn cargo_profile(&self) -> &str {
        if self.profile == "debug" { "dev" } else { &self.profile }
    }

    /// The plain build of a program here.
    pub(crate) fn plain_program(&self, name: &str) -> PathBuf {
        self.program_in(self.target.clone(), name)
    }

    fn program_in(&self, mut path: PathBuf, name: &str) -> PathBuf {
        path.extend(&self.triple);
        path.push(&self.profile);
        path.extend(self.example.then_some("examples"));
        path.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// Where the `aws` build is, for the plain one.
#[cfg(any(test, not(feature = "aws")))]
impl Place {
    /// The target folder of `aws` builds.
    pub(crate) fn folder_with_aws(&self) -> PathBuf {
        self.target.join(WITH_AWS)
    }

    /// The `aws` build of a program here.
    pub(crate) fn program_with_aws(&self, name: &str) -> PathBuf {
        self.program_in(self.folder_with_aws(), name)
    }
}

fn is_target(folder: &Path) -> bool {
    folder.join("CACHEDIR.TAG").is_file()
}

/// Target folders can lie in one another, so that it takes more than a folder in a target folder.
fn is_triple(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().split('-').count() >= 3)
}

/// Cargo, as it would run where the program is running.
pub(crate) struct Cargo<'r> {
    pub running: &'r Running,
    pub settings: Settings,
}

impl Cargo<'_> {
    /// A cargo that sees what a person's would.
    pub(crate) fn command(&self) -> Command {
        let Running { folder, variables, .. } = self.running;
        let mut command = Command::new(self.settings.cargo());
        command.current_dir(folder).env_clear().envs(without_cargo_run(variables));
        command
    }

    /// What is compiled to the running program. `cargo run` says where the package is; else it is looked for from the
    /// current folder, and from the one that the target folder is in.
    pub(crate) fn program(&self) -> Result<Program, CompileError> {
        let Running { name, place, folder, variables } = self.running;
        let said = variables.get(&OsString::from("CARGO_MANIFEST_DIR")).map(PathBuf::from);
        let around = place.as_ref().and_then(|place| Some(place.target.parent()?.to_owned()));
        let mut failure = None;
        let mut others = Vec::new();
        for folder in said.into_iter().chain([folder.clone()]).chain(around) {
            let programs = match self.programs(&folder) {
                Ok(programs) => programs,
                Err(error) => {
                    failure = failure.or(Some(error));
                    continue;
                }
            };
            match Program::named(&programs, name, &folder) {
                Choice::One(program) => return Ok(program),
                Choice::Several(programs) => return Err(self.unclear(&programs)),
                Choice::None => others.extend(programs.into_iter().filter(|program| !program.example)),
            }
        }
        let mut seen = BTreeSet::new();
        others.retain(|program: &Program| seen.insert((program.manifest.clone(), program.name.clone())));
        match (Choice::of(others), failure) {
            (Choice::One(program), _) => Ok(program),
            (Choice::Several(programs), _) => Err(self.unclear(&programs)),
            (Choice::None, Some(failure)) => Err(failure),
            (Choice::None, None) => Err(self.unclear(&[])),
        }
    }

    fn programs(&self, folder: &Path) -> Result<Vec<Program>, CompileError> {
        let arguments = MetadataCommand::new().no_deps().cargo_command();
        let mut command = self.command();
        command.args(arguments.get_args()).current_dir(folder).stderr(Stdio::piped());
        if let Some(place) = &self.running.place {
            // It may have been a flag of `cargo run`, which nobody can see here.
            command.env("CARGO_TARGET_DIR", &place.target);
        }
        let output = run(command)?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(CompileError::Metadata(cargo_metadata::Error::CargoMetadata { stderr }));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata = MetadataCommand::parse(text).map_err(CompileError::Metadata)?;
        Ok(Program::all(&metadata))
    }

    fn unclear(&self, programs: &[Program]) -> CompileError {
        let candidates: BTreeSet<String> = programs.iter().map(Program::label).collect();
        CompileError::Program { name: self.running.name.clone(), candidates: candidates.into_iter().collect() }
    }
}

/// Runs a command to its end: its output is collected, its messages are shown.
pub(super) fn run(mut command: Command) -> Result<Output, CompileError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    child.and_then(|child| child.wait_with_output()).map_err(|source| CompileError::Run { program, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join("CACHEDIR.TAG"), "").unwrap();
        }
        root
    }

    #[test]
    fn a_programs_path_tells_its_profile_its_platform_and_whether_it_is_an_example() {
        let root = targets(&["target", "target/aarch64-unknown-linux-gnu"]);
        let target = root.path().join("target");
        for (path, triple, profile, example) in [
            ("debug/hello", None, "debug", false),
            ("release/examples/hello", None, "release", true),
            ("aarch64-unknown-linux-gnu/tiny/hello", Some("aarch64-unknown-linux-gnu"), "tiny", false),
            ("aarch64-unknown-linux-gnu/debug/examples/hello", Some("aarch64-unknown-linux-gnu"), "debug", true),
        ] {
            let place = Place::of(&target.join(path)).unwrap();
            let triple = triple.map(str::to_owned);
            assert_eq!(place, Place { target: target.clone(), triple, profile: profile.into(), example }, "{path}");
            assert_eq!(place.program_with_aws("hello"), target.join("with-aws").join(path));
        }
    }

    #[test]
    fn the_aws_build_of_a_program_is_in_the_same_target_folder() {
        let root = targets(&["target", "target/with-aws", "target/with-aws/aarch64-unknown-linux-gnu"]);
        for path in ["debug/hello", "aarch64-unknown-linux-gnu/debug/examples/hello"] {
            let place = Place::of(&root.path().join("target/with-aws").join(path)).unwrap();
            assert_eq!(place.target, root.path().join("target"), "{path}");
            assert_eq!(place.program_with_aws("hello"), root.path().join("target/with-aws").join(path));
        }
    }

    #[test]
    fn a_target_folder_can_lie_in_another_one() {
        let root = targets(&["target", "target/rust-analyzer"]);
        let place = Place::of(&root.path().join("target/rust-analyzer/debug/hello")).unwrap();
        assert_eq!((place.target, place.triple), (root.path().join("target/rust-analyzer"), None));
    }

    #[test]
    fn a_program_that_was_taken_elsewhere_has_no_place() {
        let root = targets(&[]);
        assert_eq!(Place::of(&root.path().join("bin/hello")), None);
    }

    #[test]
    fn the_usual_profiles_folder_is_called_otherwise() {
        let root = targets(&["t"]);
        let profile = |path: &str| Place::of(&root.path().join(path)).unwrap().cargo_profile().to_owned();
        assert_eq!([profile("t/debug/a"), profile("t/release/a"), profile("t/mine/a")], ["dev", "release", "mine"]);
    }
}
