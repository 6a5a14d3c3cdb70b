//! Builds the services alike.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use sparta_core::synth::{SERVING_FLAGS, release_profile};

use crate::Result;

/// The workspace's folder.
pub(crate) const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A binary that is a service.
pub(crate) struct Package {
    /// The package's folder in the workspace.
    folder: &'static str,
    binary: &'static str,
}

/// The example that stands for Sparta.
pub(crate) const SPARTA: Package = Package { folder: "examples/hello", binary: "hello" };
/// The bare service's own handler, moved to Sparta.
pub(crate) const MOVED: Package = Package { folder: "benches/moved", binary: "moved-hello" };
/// The same service without Sparta.
pub(crate) const BARE: Package = Package { folder: "benches/bare", binary: "bare-lambda-http" };
/// The same with logging set up.
pub(crate) const LOGGING: Package = Package { binary: "bare-lambda-http-logging", ..BARE };

/// Builds `package` and returns its executable.
pub(crate) fn build(package: &Package, target: Option<&Path>) -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo.args(["build", "--release", "--locked", "--bin", package.binary]);
    cargo.arg("--manifest-path").arg(Path::new(package.folder).join("Cargo.toml"));
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.args(release_profile(&[]).iter().flat_map(|setting| ["--config", setting]));
    if let Some(target) = target {
        cargo.arg("--target-dir").arg(target);
    }
    // What Lambda runs only serves; to the bare services it means nothing. With a target the flags are not for macros, which
    // look things up.
    cargo.args(["--target", &host()?]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", SERVING_FLAGS.join("\x1f"));
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("`{}` does not build", package.binary).into());
    }
    let mut messages = output.stdout.split(|byte| *byte == b'\n').flat_map(serde_json::from_slice::<Value>);
    let executable = messages.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.ok_or_else(|| format!("`{}` has no executable", package.binary).into())
}

/// What rustc calls this machine.
fn host() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "host-tuple"]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Cargo in the workspace, with no flags of the caller's.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(WORKSPACE).env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTFLAGS");
    cargo
}
