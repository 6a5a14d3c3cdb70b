use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::venv::{Tools, Venv};

/// What a linter finds fault with, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The linter's name for it: `RESOURCE_MISMATCH`, `CKV_AWS_18`.
    pub check: String,
    /// The policy, or the resource in its template.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// Checks IAM policies with parliament, each under a name of its own.
pub fn parliament(policies: &[(String, Value)]) -> BTreeSet<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, policy) in policies {
        let path = folder.path().join(name).with_extension("json");
        fs::write(path, policy.to_string()).expect("the folder can be written to");
    }
    let mut command = Command::new(Venv::ready(Tools::Parliament).program("parliament"));
    // its `--file` wants a terminal
    command.arg("--directory").arg(folder.path()).arg("--json");
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let (report, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!errors.contains("Traceback"), "{command:?} failed:\n{errors}");
    report.lines().map(|line| finding_of_parliament(line, folder.path())).collect()
}

fn finding_of_parliament(line: &str, folder: &Path) -> Finding {
    let finding: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("no finding is `{line}`: {e}"));
    let path = Path::new(finding["location"]["filepath"].as_str().unwrap_or_default());
    let place = path.strip_prefix(folder).unwrap_or(path).with_extension("").display().to_string();
    let what = finding["detail"].as_str().map_or_else(|| finding["detail"].to_string(), str::to_owned);
    Finding { check: finding["issue"].as_str().unwrap_or_default().to_owned(), place, what }
}

/// Checks templates with checkov, whose rules are in its package.
pub fn checkov(templates: &[&Path]) -> BTreeSet<Finding> {
    let mut command = Command::new(Venv::ready(Tools::Checkov).program("python"));
    command.args(["-m", "checkov.main", "--skip-download", "--framework", "cloudformation", "--compact", "--quiet"]);
    command.args(["--output", "json"]);
    for template in templates {
        command.arg("--file").arg(template);
    }
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{command:?}: {e}\n{}", String::from_utf8_lossy(&output.stderr)));
    assert!(report["summary"]["passed"].as_u64().is_some_and(|passed| passed > 0), "nothing was checked: {report}");
    assert_eq!(report["summary"]["parsing_errors"], 0, "{report}");
    let failed = report["results"]["failed_checks"].as_array().into_iter().flatten();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    failed
        .map(|check| Finding {
            check: text(check, "check_id"),
            place: format!("{}: {}", text(check, "file_path"), text(check, "resource")),
            what: text(check, "check_name"),
        })
        .collect()
}
