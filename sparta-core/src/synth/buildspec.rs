//! The `buildspec.yml` that a pipeline's build runs, and the profile of what it compiles.

use std::fmt::{self, Display};

/// The release profile of what Lambda runs: keys of `[profile.release]` and their values, as TOML has them.
///
/// Panics unwind, because an aborted process cannot report its panic to Lambda.
const RELEASE_PROFILE: [(&str, &str); 5] =
    [("opt-level", "3"), ("lto", "\"fat\""), ("codegen-units", "1"), ("strip", "true"), ("panic", "\"unwind\"")];

/// The values of cargo's `--config` that complete a release profile which sets the keys in `own` itself.
pub fn release_profile(own: &[&str]) -> Vec<String> {
    let open = |key: &&(&str, &str)| !own.contains(&key.0);
    RELEASE_PROFILE.iter().filter(open).map(|(key, value)| format!("profile.release.{key}={value}")).collect()
}

/// The `buildspec.yml` of a service: how its pipeline compiles it, and what it hands over to the environments.
///
/// Its commands run in any POSIX shell, in a clean clone, with only Rust. [`Display`] writes the YAML.
///
/// See <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>.
///
/// # Example
///
/// ```
/// use sparta_core::synth::Buildspec;
///
/// let buildspec = Buildspec { package: "hello", binary: "hello", rust_version: "1.94", ..Buildspec::default() };
/// assert!(buildspec.to_string().contains("--release --locked --package hello --bin hello"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Buildspec<'a> {
    /// The service's package.
    pub package: &'a str,
    /// Its binary.
    pub binary: &'a str,
    /// The toolchain that compiles it, such as `1.94`.
    pub rust_version: &'a str,
    /// The keys of `[profile.release]` that the service's own manifest sets, and that stay as they are.
    pub manifest_profile: &'a [&'a str],
    /// Cargo's flags for the package's features, such as `--features metrics`.
    pub features: &'a str,
}

impl Display for Buildspec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, binary, rust_version, manifest_profile, features } = self;
        let mut flags = format!("        --release --locked --package {package} --bin {binary}\n");
        if !features.is_empty() {
            flags += &format!("        {features}\n");
        }
        for config in release_profile(manifest_profile) {
            flags += &format!("        --config '{config}'\n");
        }
        write!(
            f,
            r#"{HEAD}      rust: "{rust_version}"
  build:
    commands:
      # Cargo goes by the time of a file, and a source's may be older than what the cache has compiled.
      - find . -path ./target -prune -o -type f -exec touch {{}} +
      # Twice: what Lambda runs only serves, and the usual build packs it. What they depend on is compiled once, because
      # the flags are the same.
      - >-
        SPARTA_BUILD=serving cargo build
{flags}      - cp "${{CARGO_TARGET_DIR:-target}}/release/{binary}" "${{CARGO_TARGET_DIR:-target}}/bootstrap"
      - >-
        cargo build
{flags}      # The commit is its build id.
      - >-
        "${{CARGO_TARGET_DIR:-target}}/release/{binary}" build --outputDir .sparta
        --binary "${{CARGO_TARGET_DIR:-target}}/bootstrap"
        ${{CODEBUILD_RESOLVED_SOURCE_VERSION:+--buildID "$CODEBUILD_RESOLVED_SOURCE_VERSION"}}
      # The pipeline's own stack is not for the environments.
      - rm -f .sparta/pipeline.json
"#
        )?;
        f.write_str(TAIL)
    }
}

const HEAD: &str = "\
# How the pipeline builds this service. Written by `build --buildspec`, and yours to edit.
version: 0.2

phases:
  install:
    runtime-versions:
";

const TAIL: &str = r#"
# The names are those of the pipeline's artifacts.
artifacts:
  secondary-artifacts:
    # The template and one configuration file per environment.
    Build:
      base-directory: .sparta
      files:
        - "*.json"
    # What the code archive holds; CodeBuild zips it.
    Code:
      base-directory: .sparta/code
      files:
        - "**/*"

cache:
  paths:
    - "/root/.cargo/registry/**/*"
    - "target/**/*"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: Buildspec<'_> =
        Buildspec { package: "hello", binary: "hello", rust_version: "1.94", manifest_profile: &[], features: "" };

    #[test]
    fn the_serving_build_is_compiled_and_packed_by_the_plain_one() {
        insta::assert_snapshot!(HELLO);
    }

    #[test]
    fn features_are_compiled_in() {
        let text = Buildspec { features: "--features metrics --no-default-features", ..HELLO }.to_string();
        let command = "--bin hello\n        --features metrics --no-default-features\n        --config";
        assert!(text.contains(command), "{text}");
    }

    #[test]
    fn a_release_profile_is_completed_and_nothing_of_it_replaced() {
        insta::assert_snapshot!(release_profile(&[]).join("\n"), @r#"
        profile.release.opt-level=3
        profile.release.lto="fat"
        profile.release.codegen-units=1
        profile.release.strip=true
        profile.release.panic="unwind"
        "#);
        assert_eq!(
            release_profile(&["opt-level", "lto", "panic"]),
            ["profile.release.codegen-units=1", "profile.release.strip=true"]
        );
    }

    #[test]
    fn what_the_manifest_sets_is_left_to_it() {
        let text = Buildspec { manifest_profile: &["lto", "codegen-units"], ..HELLO }.to_string();
        assert!(!text.contains("release.lto") && !text.contains("codegen-units"), "{text}");
        assert!(text.contains("--config 'profile.release.panic=\"unwind\"'"), "{text}");
    }
}
