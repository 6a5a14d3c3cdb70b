//! The `buildspec.yml` that a pipeline's build runs.

use std::fmt::{self, Display};

use crate::contract::{TOOL_ARTIFACT, TOOL_FILE, TOOL_FOLDER};

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
    /// The workspace's folder in the repository; empty where it is the repository's own.
    pub folder: &'a str,
    /// Whether an environment has smoke tests, which the program runs that has built the service.
    pub smoke_tests: bool,
}

impl Display for Buildspec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, binary, rust_version, features, folder, smoke_tests } = self;
        let features = if features.is_empty() { String::new() } else { format!("        {features}\n") };
        let (enter, below) = match *folder {
            "" => (String::new(), String::new()),
            folder => (format!("      - cd '{folder}'\n"), format!("{folder}/")),
        };
        let tool = match smoke_tests {
            false => String::new(),
            true => format!(
                r#"    # The program that has built them, for the smoke tests.
    {TOOL_ARTIFACT}:
      base-directory: {below}.sparta/{TOOL_FOLDER}
      files:
        - {TOOL_FILE}
"#
            ),
        };
        write!(
            f,
            r#"# How the pipeline builds this service. Written by `build --buildspec`, and yours to edit.
version: 0.2

phases:
  install:
    runtime-versions:
      rust: "{rust_version}"
  build:
    commands:
{enter}      # As at a desk: the service compiles what Lambda runs, and packs it. The commit is its build id.
      - >-
        cargo run --locked --package {package} --bin {binary}
{features}        -- build --outputDir .sparta
{features}        ${{CODEBUILD_RESOLVED_SOURCE_VERSION:+--buildID "$CODEBUILD_RESOLVED_SOURCE_VERSION"}}
      # The pipeline's own stack and the document of the routes are not for the environments.
      - rm -f .sparta/pipeline.json .sparta/openapi.json

# The names are those of the pipeline's artifacts.
artifacts:
  secondary-artifacts:
    # The template and one configuration file per environment.
    Build:
      base-directory: {below}.sparta
      files:
        - "*.json"
    # The archive as it was packed: CodeBuild's own would be another one each time.
    Code:
      base-directory: {below}.sparta
      files:
        - code.zip
{tool}"#
        )
    }
}

impl Buildspec<'_> {
    /// The build specification of the service's pull requests, which are built and tested as what is delivered is, and hand
    /// nothing over.
    pub fn of_pull_requests(&self) -> String {
        let Self { package, binary, rust_version, features, folder, .. } = self;
        let (tests, features) = match *features {
            "" => (String::new(), String::new()),
            features => (format!(" {features}"), format!("        {features}\n")),
        };
        let enter = if folder.is_empty() { String::new() } else { format!("      - cd '{folder}'\n") };
        format!(
            r#"# How a pull request of this service is built. Written by `build --buildspec`, and yours to edit.
version: 0.2

phases:
  install:
    runtime-versions:
      rust: "{rust_version}"
  build:
    commands:
{enter}      - cargo test --locked{tests}
      # What the pipeline will build once it is merged.
      - >-
        cargo run --locked --package {package} --bin {binary}
{features}        -- build --outputDir .sparta
{features}        ${{PULL_REQUEST_COMMIT:+--buildID "$PULL_REQUEST_COMMIT"}}
"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: Buildspec<'_> = Buildspec {
        package: "hello",
        binary: "hello",
        rust_version: "1.94",
        features: "",
        folder: "",
        smoke_tests: false,
    };

    #[test]
    fn the_service_compiles_and_packs_what_lambda_runs() {
        insta::assert_snapshot!(HELLO);
    }

    #[test]
    fn a_pull_request_is_tested_and_built_and_hands_nothing_over() {
        let text = HELLO.of_pull_requests();
        let [tests, build] = ["- cargo test --locked\n", "cargo run --locked --package hello --bin hello\n"];
        assert!(text.find(tests).unwrap() < text.find(build).unwrap(), "{text}");
        assert!(!text.contains("artifacts:"), "{text}");
        let text = Buildspec { features: "--features metrics", folder: "rust", ..HELLO }.of_pull_requests();
        assert!(text.contains("- cd 'rust'\n      - cargo test --locked --features metrics\n"), "{text}");
        let build = "--bin hello\n        --features metrics\n        -- build --outputDir .sparta\n        --features metrics\n";
        assert!(text.contains(build), "{text}");
    }

    #[test]
    fn features_are_compiled_into_both_builds() {
        let text = Buildspec { features: "--features metrics --no-default-features", ..HELLO }.to_string();
        let features = "        --features metrics --no-default-features\n";
        let command = format!("--bin hello\n{features}        -- build --outputDir .sparta\n{features}");
        assert!(text.contains(&command), "{text}");
    }

    #[test]
    fn a_workspace_in_a_folder_of_the_repository_is_built_there() {
        let (of_top, below) = (HELLO.to_string(), Buildspec { folder: "rust/all", ..HELLO }.to_string());
        let of_top: Vec<&str> = of_top.lines().collect();
        let other: Vec<&str> = below.lines().filter(|line| !of_top.contains(line)).map(str::trim).collect();
        assert_eq!(other, ["- cd 'rust/all'", "base-directory: rust/all/.sparta", "base-directory: rust/all/.sparta"]);
    }

    #[test]
    fn the_program_is_handed_over_where_it_runs_smoke_tests() {
        let text = Buildspec { smoke_tests: true, folder: "rust", ..HELLO }.to_string();
        let tool = "    Tool:\n      base-directory: rust/.sparta/tool\n      files:\n        - service\n";
        assert!(text.ends_with(tool), "{text}");
    }
}
