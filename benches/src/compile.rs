//! Builds the two services alike.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;
use sparta_core::synth::release_profile;

use crate::Result;
use crate::report::{Table, Unit};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// A package of this workspace that is a service.
pub struct Package {
    name: &'static str,
    features: &'static str,
}

/// The example that stands for Sparta.
pub const SPARTA: Package = Package { name: "hello", features: "" };
/// The same service without Sparta.
pub const BARE: Package = Package { name: "bare-lambda-http", features: "service" };

/// Builds `package` and returns its executable.
pub fn build(package: &Package, target: Option<&Path>) -> Result<PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--manifest-path", MANIFEST, "--package", package.name]);
    cargo.args(["--features", package.features, "--message-format", "json-render-diagnostics"]);
    cargo.args(release_profile(&[]).iter().flat_map(|setting| ["--config", setting]));
    if let Some(target) = target {
        cargo.arg("--target-dir").arg(target);
    }
    // It means nothing to the bare service.
    cargo.env("SPARTA_BUILD", "serving");
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("`{}` does not build", package.name).into());
    }
    let mut messages = output.stdout.split(|byte| *byte == b'\n').flat_map(serde_json::from_slice::<Value>);
    let executable = messages.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.ok_or_else(|| format!("`{}` has no executable", package.name).into())
}

/// Builds both from nothing, in a folder of their own.
pub fn build_times(table: &mut Table) -> Result<()> {
    let target = env::temp_dir().join(format!("sparta-bench-{}", std::process::id()));
    let mut wall = [0.0; 2];
    let mut cpu = [0.0; 2];
    for (which, package) in [SPARTA, BARE].iter().enumerate() {
        let (begin, cpu_before) = (Instant::now(), children_cpu()?);
        let built = build(package, Some(&target));
        wall[which] = begin.elapsed().as_secs_f64();
        cpu[which] = children_cpu()? - cpu_before;
        let _ = fs::remove_dir_all(&target);
        built?;
    }
    table.record("build from clean", Unit::Seconds, wall);
    table.record("build from clean, CPU", Unit::Seconds, cpu);
    Ok(())
}

/// Processor time in seconds of all processes that ended below this one.
fn children_cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("stat without a name")?;
    let ticks =
        fields.split_whitespace().skip(13).take(2).map(str::parse::<f64>).sum::<std::result::Result<f64, _>>()?;
    Ok(ticks / rustix::param::clock_ticks_per_second() as f64)
}
