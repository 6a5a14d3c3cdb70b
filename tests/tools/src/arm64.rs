use std::env;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::venv::{Tools, Venv, cache, run};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// Debian's Rust, with the standard library of this machine and of arm64. All are of one version.
const RUST: [&str; 3] = ["rustc-web", "libstd-rust-web-dev", "libstd-rust-web-dev:arm64"];
/// The emulator of the processor, and the C library that is loaded under it.
const EMULATOR: [&str; 2] = ["qemu-user-static", "libc6:arm64"];

/// What packages services for arm64 on x86-64 and runs them there: cargo-zigbuild, a Rust that has arm64's standard
/// library, and qemu.
///
/// Debian's packages are unpacked into the cache folder, so that nothing of the machine is changed.
pub struct Arm64 {
    folder: PathBuf,
    zig: Venv,
}

impl Arm64 {
    /// Set up now unless it is there.
    ///
    /// # Panics
    ///
    /// Without Debian's apt-get, or if its Rust is older than what the workspace needs and rustup has no arm64.
    pub fn ready() -> Self {
        let folder = cache().join("arm64-1");
        fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("cannot create {}: {e}", folder.display()));
        let lock = File::create(folder.with_extension("lock")).expect("the cache folder can be written");
        lock.lock().expect("the cache folder can be locked");
        let this = Self { folder, zig: Venv::ready(Tools::Zig) };
        if !this.folder.join("ready").exists() {
            // past the capture of test output
            let _ = writeln!(io::stderr(), "setting up arm64 for the tests in {}, once", this.folder.display());
            this.set_up();
            fs::write(this.folder.join("ready"), "").expect("the cache folder can be written");
        }
        this
    }

    /// Variables with which cargo finds cargo-zigbuild, and compiles for arm64.
    pub fn variables(&self) -> Vec<(&'static str, OsString)> {
        let path = env::var_os("PATH").unwrap_or_default();
        let zig = self.zig.program("cargo-zigbuild");
        let folders = zig.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&path));
        let path = env::join_paths(folders).expect("no folder's name has a colon");
        let mut variables = vec![("PATH", path)];
        if self.rustc().exists() {
            variables.push(("RUSTC", self.rustc().into()));
        }
        variables
    }

    /// A program beside the bootstrap that runs it as an arm64 machine would.
    pub fn emulated(&self, bootstrap: &Path) -> PathBuf {
        let program = bootstrap.with_file_name("emulated-bootstrap");
        let root = self.folder.join("emulator");
        let qemu = root.join("usr/bin/qemu-aarch64-static");
        script(&program, &format!("exec '{}' -L '{}' '{}'", qemu.display(), root.display(), bootstrap.display()));
        program
    }

    fn rustc(&self) -> PathBuf {
        self.folder.join("rustc")
    }

    fn set_up(&self) {
        let apt = Apt::new(&self.folder.join("apt"));
        let root = self.folder.join("emulator");
        apt.unpack(&EMULATOR.map(str::to_owned), &root);
        if !rustup_has_arm64() {
            self.set_up_rust(&apt);
        }
    }

    fn set_up_rust(&self, apt: &Apt) {
        let root = self.folder.join("rust");
        let mut packages = apt.libraries_of("libstd-rust-web-dev");
        packages.extend(RUST.map(str::to_owned));
        apt.unpack(&packages, &root);
        let libraries =
            ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|it| root.join(it).display().to_string());
        let rustc = root.join("usr/bin/rustc");
        let set = format!("export LD_LIBRARY_PATH='{}'", libraries.join(":"));
        script(&self.rustc(), &format!("{set}\nexec '{}' \"$@\"", rustc.display()));
        let version = run(Command::new(self.rustc()).arg("--version"));
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        let oldest = env!("CARGO_PKG_RUST_VERSION");
        assert!(
            minor(version.split(' ').nth(1).unwrap_or_default()) >= minor(oldest),
            "Debian has {version}, and the workspace needs {oldest}: rustup target add {TARGET}"
        );
    }
}

/// Whether the Rust that is installed compiles for arm64 as it is.
fn rustup_has_arm64() -> bool {
    let folder = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    folder.is_ok_and(|it| it.status.success() && Path::new(String::from_utf8_lossy(&it.stdout).trim()).is_dir())
}

/// The second number of Rust's version.
fn minor(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or_default()
}

fn script(path: &Path, lines: &str) {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).expect("the folder can be written");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("the file can be made executable");
}

/// apt-get with lists of its own, which know arm64 too.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("lists/partial")).expect("the cache folder can be written");
        let this = Self { folder: folder.to_owned() };
        // sources that are not needed may fail; what is missing then is told by its download
        let _ = this.command("apt-get").arg("update").output();
        this
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-o", "APT::Architectures::=amd64", "-o", "APT::Architectures::=arm64"]);
        for (key, place) in [("Dir::State::Lists", "lists"), ("Dir::Cache", "cache")] {
            command.arg("-o").arg(format!("{key}={}", self.folder.join(place).display()));
        }
        // who unpacks them may read them
        command.args(["-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1"]).current_dir(&self.folder);
        command
    }

    /// The packages that a package needs, and those that they need, without the C library, which is there.
    fn libraries_of(&self, package: &str) -> Vec<String> {
        let mut list = self.command("apt-cache");
        list.args(["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks"]);
        let list = run(list.args(["--no-replaces", "--no-enhances", package]));
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        let is_package = |line: &&str| !line.starts_with([' ', '<', '|']) && !line.contains(':') && *line != "libc6";
        list.lines().filter(is_package).map(str::to_owned).collect()
    }

    fn unpack(&self, packages: &[String], root: &Path) {
        run(self.command("apt-get").arg("download").args(packages));
        fs::create_dir_all(root).expect("the cache folder can be written");
        for file in fs::read_dir(&self.folder).expect("the cache folder can be read").flatten() {
            let path = file.path();
            if path.extension().is_some_and(|end| end == "deb") {
                run(Command::new("dpkg-deb").arg("--extract").arg(&path).arg(root));
                fs::remove_file(path).expect("the cache folder can be written");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(minor("1.100.0") > minor("1.95"));
        assert_eq!(minor("1.96.0"), 96);
    }
}
