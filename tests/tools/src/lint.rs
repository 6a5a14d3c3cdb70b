use std::path::Path;
use std::process::Command;

use crate::venv::{Tools, Venv};

/// Regions that templates are checked for: those that have every type in them.
///
/// The others lack function URLs or CodeBuild, or are partitions of their own.
pub const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Rules that templates need not keep, each with the reason.
const IGNORED: &[(&str, &str)] = &[("I4010", "asks for editors' metadata, which nobody edits in a written template")];

/// Checks templates with cfn-lint, hints included.
///
/// # Errors
///
/// cfn-lint's report, when it has anything to say.
pub fn cfn_lint(templates: &[&Path], regions: &[&str]) -> Result<(), String> {
    let mut command = Command::new(Venv::ready(Tools::Aws).program("cfn-lint"));
    command.args(["--include-checks", "I", "--non-zero-exit-code", "informational"]);
    command.arg("--regions").args(regions);
    command.arg("--ignore-checks").args(IGNORED.iter().map(|(rule, _reason)| rule));
    // configuration files are read from the working folder
    command.current_dir("/").arg("--template");
    for template in templates {
        command.arg(template.canonicalize().unwrap_or_else(|e| panic!("no template {}: {e}", template.display())));
    }
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()),
    }
}
