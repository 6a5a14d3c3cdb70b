//! What cargo's configuration files and the environment say: the target, flags, the release profile.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_config2::{Config, Flags, ResolveOptions, Walk};

use super::Architecture;

/// Names and values of a process's environment.
pub(crate) type Variables = BTreeMap<OsString, OsString>;

/// What cargo would do here: its configuration files and environment.
pub(crate) struct Settings {
    config: Config,
    home: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn load(folder: &Path, variables: &Variables) -> Result<Self, cargo_config2::Error> {
        let home = match variables.get(&OsString::from("CARGO_HOME")) {
            Some(home) if !home.is_empty() => Some(folder.join(home)),
            _ => std::env::home_dir().map(|home| home.join(".cargo")),
        };
        let options = ResolveOptions::default().env(variables.clone()).cargo_home(home.clone());
        let config = Config::load_with_options(folder, options)?;
        Ok(Self { config, home })
    }

    pub(crate) fn cargo(&self) -> OsString {
        self.config.cargo().to_owned()
    }

    pub(crate) fn rustc(&self) -> std::process::Command {
        self.config.rustc().into()
    }

    pub(crate) fn host(&self) -> Result<&str, cargo_config2::Error> {
        self.config.host_triple()
    }

    /// The user's `build.target` if it is Linux on this architecture, such as musl.
    pub(crate) fn target(&self, architecture: Architecture) -> String {
        let usual = architecture.rust_target();
        let targets = self.config.build.target.iter().flatten();
        targets
            .map(|target| target.triple())
            .find(|target| target.contains("-linux-") && processor(target) == processor(usual))
            .unwrap_or(usual)
            .to_owned()
    }

    /// The user's flags for this target, wherever they come from.
    pub(crate) fn rust_flags(&self, target: &str) -> Result<Flags, cargo_config2::Error> {
        Ok(self.config.rustflags(target)?.unwrap_or_default())
    }

    /// Where cargo looks for `cargo-NAME`.
    pub(crate) fn has_subcommand(&self, name: &str, variables: &Variables) -> bool {
        let file = format!("cargo-{name}{}", std::env::consts::EXE_SUFFIX);
        let path = variables.get(&OsString::from("PATH")).cloned().unwrap_or_default();
        let own = self.home.iter().map(|home| home.join("bin"));
        own.chain(std::env::split_paths(&path)).any(|folder| folder.join(&file).is_file())
    }

    /// What the user's release profile says: manifest, configuration files, environment.
    pub(crate) fn release_profile(&self, folder: &Path, workspace: &Path, variables: &Variables) -> toml::Table {
        let mut files: Vec<PathBuf> = Walk::with_cargo_home(folder, self.home.clone()).collect();
        files.push(workspace.join("Cargo.toml"));
        let mut profile = toml::Table::new();
        for file in files.iter().rev() {
            profile.extend(release_profile_of(file).unwrap_or_default());
        }
        for (name, value) in variables {
            let key = name.to_str().and_then(|name| name.strip_prefix("CARGO_PROFILE_RELEASE_"));
            if let Some(key) = key {
                let value = value.to_string_lossy().into_owned();
                profile.insert(key.to_lowercase().replace('_', "-"), value.into());
            }
        }
        profile
    }
}

/// The part of a target that names the processor.
pub(super) fn processor(target: &str) -> &str {
    target.split('-').next().unwrap_or(target)
}

/// A file that cargo cannot read is cargo's to complain about.
fn release_profile_of(file: &Path) -> Option<toml::Table> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut table: toml::Table = text.parse().ok()?;
    let profile = table.get_mut("profile")?.get_mut("release")?;
    profile.as_table().cloned()
}

/// What is allowed but seldom meant.
pub(super) fn warnings(profile: &toml::Table, flags: &[String]) -> Vec<String> {
    let mut warnings = Vec::new();
    if profile.get("panic").and_then(toml::Value::as_str) == Some("abort") {
        warnings.push(
            "the release profile has panic = \"abort\": a panic ends the function without a report to Lambda"
                .to_owned(),
        );
    }
    if flags.iter().any(|flag| flag.contains("target-cpu=native")) {
        warnings
            .push("the flag target-cpu=native is for this machine's processor, which may not be Lambda's".to_owned());
    }
    warnings
}

/// The environment without what `cargo run` adds for the program that it runs: build scripts which watch
/// such a variable would run again each time.
pub(super) fn without_cargo_run(variables: &Variables) -> Variables {
    const ADDED: [&str; 8] = [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_MANIFEST_LINKS",
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    let added =
        |name: &str| ADDED.contains(&name) || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_BIN_EXE_");
    let kept = variables.iter().filter(|(name, _)| !name.to_str().is_some_and(added));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_adds_is_taken_away_and_nothing_else() {
        let variables = |names: &[&str]| -> Variables { names.iter().map(|name| (name.into(), "x".into())).collect() };
        let all =
            variables(&["CARGO", "CARGO_HOME", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_TARGET_DIR", "PATH"]);
        let kept = variables(&["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "PATH"]);
        assert_eq!(without_cargo_run(&all), kept);
    }

    #[test]
    fn flags_for_this_machines_processor_are_warned_about() {
        let flags = ["-C".to_owned(), "target-cpu=native".to_owned()];
        assert_eq!(warnings(&toml::Table::new(), &flags).len(), 1);
        assert_eq!(warnings(&toml::Table::new(), &[]), Vec::<String>::new());
    }
}
