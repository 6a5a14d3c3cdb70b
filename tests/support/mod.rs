//! Runs services as a person does: the plain build from the command line, and the package that it makes.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sparta_test_tools::Arm64;
use tempfile::TempDir;
use zip::ZipArchive;

mod account;

pub(crate) use account::Account;

/// A run of a service's command line that has ended.
pub(crate) struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A service of this workspace, in its plain build, which hands over to the `aws` build where it has to.
pub(crate) struct Service {
    program: PathBuf,
    /// Where cargo keeps what it compiles in between, if not in the program's target folder.
    build_folder: Option<PathBuf>,
}

/// The serving build of large libraries, optimized, takes minutes; what is in it is the same. Builds that are made a second time,
/// for another processor or in a clone, are not optimized again either.
pub(crate) const LIGHT_PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// The services whose packages are made that way: one with such libraries, and one of which the documents alone are looked at.
const LIGHT: [&str; 2] = ["commands", "quotes"];

const BUILD_FOLDER: &str = "CARGO_BUILD_BUILD_DIR";

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Cargo, without the variables that it sets for the tests and that a person does not have.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_TARGET_TMPDIR" {
            command.env_remove(&*name);
        }
    }
    command.current_dir(root());
    command
}

impl Service {
    /// Compiles the service of this package, once for all tests.
    pub(crate) fn of(package: &str) -> Self {
        static COMPILED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let program = compiled.entry(package.to_owned()).or_insert_with(|| compile(cargo(), package, &[]));
        Self { program: program.clone(), build_folder: None }
    }

    /// The service with features of its package, in a folder where it does not replace the one without.
    pub(crate) fn with_features(package: &str, features: &[&str]) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target folder");
        let mut cargo = cargo();
        cargo.env(BUILD_FOLDER, target);
        let folder = target.join("with-features");
        let folder = folder.to_str().expect("the path is UTF-8");
        let program = compile(cargo, package, &["--features", &features.join(","), "--target-dir", folder]);
        Self { program, build_folder: Some(target.to_owned()) }
    }

    /// Where it is.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// A run of it in `folder`, with these arguments.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, folder: &Path, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(folder).env_remove("RUSTFLAGS").env_remove("CARGO_PKG_NAME");
        command.envs(self.build_folder.iter().map(|folder| (BUILD_FOLDER, folder)));
        // `cargo run` says where the package is.
        command.env("CARGO_MANIFEST_DIR", root());
        command
    }

    /// Runs it in `folder` to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, folder: &Path, arguments: impl IntoIterator<Item = A>) -> Run {
        run(&mut self.command(folder, arguments))
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

impl Run {
    /// The output of a run that did what it should; anything else fails the test with all that was said.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

#[track_caller]
pub(crate) fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

/// An example of this package, compiled.
pub(crate) fn example(package: &str, name: &str) -> PathBuf {
    compile(cargo(), package, &["--example", name])
}

fn compile(mut cargo: Command, package: &str, flags: &[&str]) -> PathBuf {
    cargo.args(["build", "--quiet", "--message-format", "json", "--package", package]).args(flags);
    let built = run(&mut cargo);
    let executable = built
        .success()
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back();
    executable.unwrap_or_else(|| panic!("the package {package} has a program"))
}

/// What `build` makes of the service of this package, once for all tests.
pub(crate) fn package(package: &str) -> Arc<TempDir> {
    static PACKAGES: OnceLock<Mutex<BTreeMap<String, Arc<TempDir>>>> = OnceLock::new();
    let mut packages = PACKAGES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let made = packages.entry(package.to_owned()).or_insert_with(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = folder.path().to_str().expect("its path is UTF-8").to_owned();
        // Only the documents of this one are looked at, and its SDK takes minutes.
        let command = if package == "chat" { "synth" } else { "build" };
        let mut build = Service::of(package)
            .command(root(), [command, "--codePipelinePackage", "pipeline.zip", "--outputDir", &output]);
        if LIGHT.contains(&package) {
            build.envs(LIGHT_PROFILE);
        }
        run(&mut build).success();
        Arc::new(folder)
    });
    made.clone()
}

/// What `build` makes of the test service for arm64.
pub(crate) fn package_for_arm64(tools: &Arm64) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().to_str().expect("its path is UTF-8");
    let service = Service::with_features("sparta-test-service", &["arm64"]);
    let build = ["build", "--features", "arm64", "--compiler", "zigbuild", "--outputDir", output];
    run(service.command(root(), build).envs(tools.variables()).envs(LIGHT_PROFILE)).success();
    folder
}

/// The content of an archive, with the modes of its files.
pub(crate) fn unzip(archive: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut archive = ZipArchive::new(File::open(archive).expect("the archive is there")).expect("it is a zip");
    archive.extract(folder.path()).expect("it can be unpacked");
    folder
}

/// A file of JSON.
pub(crate) fn document(file: &Path) -> serde_json::Value {
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
