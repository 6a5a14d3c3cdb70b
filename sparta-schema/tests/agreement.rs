//! The check against cfn-lint's, on templates that are generated from the schemas.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value as Json;
use sparta_schema::{Fault, Node, check, resource_type};
use sparta_test_tools::{Tools, Venv};

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "type")]
    name: String,
    seed: usize,
    mutation: String,
    template: Json,
    found: Vec<(String, String, String)>,
}

fn cases() -> Vec<Case> {
    if let Ok(file) = std::env::var("CASES") {
        return std::fs::read(file)
            .unwrap()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
    }
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement/templates.py");
    let mut python = Command::new(Venv::ready(Tools::Aws).program("python"));
    let count = std::env::var("COUNT").unwrap_or("800".into());
    let output = python.args([program, &count]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn path(found: &str) -> String {
    let mut path = String::new();
    let mut parts = found.split('/').skip(3);
    while let Some(part) = parts.next() {
        if part == "Fn::If" {
            parts.next();
            continue;
        }
        if part == "Ref" || part.starts_with("Fn::") {
            break;
        }
        if part.parse::<usize>().is_ok() {
            path += &format!("[{part}]");
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path += part;
    }
    path
}

#[test]
fn agreement() {
    let cases = cases();
    let mut only_lint: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut only_us: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut agreed_bad, mut agreed_good) = (0, 0);
    for case in &cases {
        let node = Node::from_json(&case.template["Resources"]["Subject"]["Properties"]);
        let faults: Vec<Fault> = check(resource_type(&case.name).unwrap(), &node);
        let related = |a: &str, b: &str| a == b || a.starts_with(b) || b.starts_with(a);
        let label = |text: &str| format!("{} {} {}: {text}", case.name, case.seed, case.mutation);
        for (rule, at, message) in &case.found {
            let at = path(at);
            if !faults.iter().any(|it| related(&it.path, &at)) {
                only_lint.entry(rule.clone()).or_default().push(label(&format!("{at}: {message:.300}")));
            }
        }
        for fault in &faults {
            if !case.found.iter().any(|(_, at, _)| related(&fault.path, &path(at))) {
                only_us.entry(format!("{:?}", fault.kind)).or_default().push(label(&format!("{fault:.300}")));
            }
        }
        if faults.is_empty() && case.found.is_empty() {
            agreed_good += 1
        } else if !faults.is_empty() && !case.found.is_empty() {
            agreed_bad += 1
        }
    }
    println!("{} cases, both right {agreed_good}, both wrong {agreed_bad}", cases.len());
    for (title, map) in [("ONLY LINT", only_lint), ("ONLY US", only_us)] {
        for (rule, all) in map {
            println!("== {title} {rule}: {}", all.len());
            for it in all.iter().take(8) {
                println!("     {it}");
            }
        }
    }
}
