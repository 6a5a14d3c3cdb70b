use std::path::Path;
use std::process::Command;

use serde_json::Value;

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

/// Findings that are none: the rule, what its message begins with, and the reason.
const TOLERATED: &[(&str, &str, &str)] = &[
    (
        "E3006",
        "Resource type 'AWS::CodeConnections::Connection' does not exist in",
        "some regions have no connections, as docs/pipeline.md says",
    ),
    (
        "W3037",
        "'tagresource' is not one of ['addcertificatetodomain'",
        "API Gateway makes no stage with tags without it, though IAM's reference leaves it out",
    ),
    ("W3037", "'untagresource' is not one of ['addcertificatetodomain'", "the same when a tag goes"),
];

/// Checks templates with cfn-lint, hints included.
///
/// # Errors
///
/// cfn-lint's report, when it has anything to say.
pub fn cfn_lint(templates: &[&Path], regions: &[&str]) -> Result<(), String> {
    let mut command = Command::new(Venv::ready(Tools::Aws).program("cfn-lint"));
    command.args(["--include-checks", "I", "--format", "json"]);
    command.arg("--regions").args(regions);
    command.arg("--ignore-checks").args(IGNORED.iter().map(|(rule, _reason)| rule));
    // configuration files are read from the working folder
    command.current_dir("/").arg("--template");
    for template in templates {
        command.arg(template.canonicalize().unwrap_or_else(|e| panic!("no template {}: {e}", template.display())));
    }
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{command:?}: {e}\n{}", String::from_utf8_lossy(&output.stderr)));
    let report: Vec<String> = findings.iter().filter(|it| !is_tolerated(it)).map(line).collect();
    if report.is_empty() { Ok(()) } else { Err(report.join("\n")) }
}

/// Checks OpenAPI documents with `openapi-spec-validator`.
///
/// # Errors
///
/// The validator's report, when one is not valid.
pub fn openapi(documents: &[&Path]) -> Result<(), String> {
    let mut command = Command::new(Venv::ready(Tools::Aws).program("openapi-spec-validator"));
    command.args(["--schema", "3.0", "--validation-errors", "all"]).args(documents);
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    if output.status.success() { Ok(()) } else { Err(said) }
}

fn is_tolerated(finding: &Value) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (rule, message) = (text(&finding["Rule"]["Id"]), text(&finding["Message"]));
    TOLERATED.iter().any(|(id, start, _reason)| rule == *id && message.starts_with(start))
}

fn line(finding: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = &finding["Location"]["Start"]["LineNumber"];
    let (rule, message) = (text(&finding["Rule"]["Id"]), text(&finding["Message"]));
    format!("{}:{place}: {rule} {message}", text(&finding["Filename"]))
}
