//! The `buildspec.yml` that a pipeline's build runs.

use std::fmt::{self, Display};

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
/// assert!(buildspec.to_string().contains("cargo run --locked --package hello --bin hello"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Buildspec<'a> {
    /// The service's package.
    pub package: &'a str,
    /// Its binary.
    pub binary: &'a str,
    /// The toolchain that compiles it, such as `1.94`.
    pub rust_version: &'a str,
    /// Cargo's flags for the package's features, such as `--features metrics`.
    pub features: &'a str,
}

impl Display for Buildspec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, binary, rust_version, features } = self;
        let features = if features.is_empty() { String::new() } else { format!("        {features}\n") };
        write!(
            f,
            r#"{HEAD}      rust: "{rust_version}"
  build:
    commands:
      # As at a desk: the service compiles what Lambda runs, and packs it. The commit is its build id.
      - >-
        cargo run --locked --package {package} --bin {binary}
{features}        -- build --outputDir .sparta
{features}        ${{CODEBUILD_RESOLVED_SOURCE_VERSION:+--buildID "$CODEBUILD_RESOLVED_SOURCE_VERSION"}}
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
"#;

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: Buildspec<'_> = Buildspec { package: "hello", binary: "hello", rust_version: "1.94", features: "" };

    #[test]
    fn the_service_compiles_and_packs_what_lambda_runs() {
        insta::assert_snapshot!(HELLO);
    }

    #[test]
    fn features_are_compiled_into_both_builds() {
        let text = Buildspec { features: "--features metrics --no-default-features", ..HELLO }.to_string();
        let features = "        --features metrics --no-default-features\n";
        let command = format!("--bin hello\n{features}        -- build --outputDir .sparta\n{features}");
        assert!(text.contains(&command), "{text}");
    }
}
