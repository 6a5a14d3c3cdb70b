//! What cfn-lint says of templates, and which of its rules are not taken over.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sparta_test_tools::{Tools, Venv};

/// What cfn-lint reports.
#[derive(Deserialize)]
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) path: Vec<String>,
    pub(crate) message: String,
}

/// The cases that a program of the folder `agreement` prints, a line of JSON each.
pub(crate) fn cases<T: DeserializeOwned>(venv: &Venv, program: &str, argument: &str) -> Vec<T> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement").join(program);
    let output = Command::new(venv.program("python")).arg("-B").arg(program).arg(argument).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// cfn-lint, installed.
pub(crate) fn venv() -> Venv {
    Venv::ready(Tools::Aws)
}

/// Whether both accept a template, both refuse it, or one of them alone does.
pub(crate) fn verdict(theirs_is_empty: bool, ours_is_empty: bool) -> &'static str {
    match (theirs_is_empty, ours_is_empty) {
        (true, true) => "both accept",
        (false, false) => "both refuse",
        (true, false) => "cfn-lint alone accepts",
        (false, true) => "cfn-lint alone refuses",
    }
}

/// The rules that are not in the data, each with a reason there.
pub(crate) fn left_out() -> BTreeSet<String> {
    let document: Json = serde_json::from_str(include_str!("../data/left-out.json")).unwrap();
    document["rules"].as_object().unwrap().keys().cloned().collect()
}
