//! Runs the program that reads the pinned packages, and packs what it prints.

use std::process::{Command, Stdio};

use serde_json::Value as Json;
use sparta_test_tools::{Tools, Venv};

use crate::pack;

/// The data's files as they are made from the pinned packages.
pub fn files() -> [(&'static str, Vec<u8>); 7] {
    let document = document();
    let chunks = |part: &str, pack: fn(&Json) -> Vec<u8>| {
        let map = document[part].as_object().unwrap_or_else(|| panic!("no {part} in the document"));
        pack::archive(map.iter().map(|(name, it)| (name.clone(), pack(it))).collect())
    };
    let left_out = serde_json::to_string_pretty(&document["leftOut"]).expect("a document") + "\n";
    let lines = |part: &str| -> Vec<u8> {
        let names = document[part].as_array().unwrap_or_else(|| panic!("no {part} in the document")).iter();
        names.map(|name| format!("{}\n", name.as_str().expect("a name"))).collect::<String>().into_bytes()
    };
    [
        ("regions.txt", lines("regions")),
        ("zones.txt", lines("zones")),
        ("conditional.txt", lines("conditional")),
        ("types.bin", chunks("types", pack::resource_type)),
        ("iam.bin", chunks("iam", pack::iam_service)),
        ("managed.bin", chunks("managed", pack::managed_policy)),
        ("left-out.json", left_out.into_bytes()),
    ]
}

fn document() -> Json {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/collect.py");
    let output = Command::new(Venv::ready(Tools::Aws).program("python"))
        // no compiled files beside the program
        .args(["-B", program])
        .arg(sparta_test_tools::iam_data())
        .stderr(Stdio::inherit())
        .output()
        .expect("the tools' Python runs");
    assert!(output.status.success(), "collect.py failed with {}", output.status);
    serde_json::from_slice(&output.stdout).expect("collect.py prints JSON")
}
