//! What was said and written once, and has to be so again: `INSTA_UPDATE=always cargo test` takes what is new.

use std::fs;

use regex_lite::Regex;

use crate::support::{self, Run};

/// Compares with `tests/golden/<folder>/<name>.snap`.
#[track_caller]
pub(crate) fn compare(folder: &str, name: &str, text: &str) {
    insta::with_settings!(
        { snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true },
        { insta::assert_snapshot!(name, redacted(text)) }
    );
}

/// The JSON document in `tests/golden/<folder>/<name>.snap`.
pub(crate) fn document(folder: &str, name: &str) -> serde_json::Value {
    let path = support::root().join("tests/golden").join(folder).join(name).with_extension("snap");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document = text.splitn(3, "---\n").nth(2).expect("a snapshot has a header");
    serde_json::from_str(document).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All that a person sees of a run.
pub(crate) fn transcript(line: &str, run: &Run) -> String {
    let code = run.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let part = |name: &str, text: &str| match text {
        "" => String::new(),
        text => format!("----- {name}\n{}\n", text.trim_end()),
    };
    format!("$ {line}\n----- exit code\n{code}\n{}{}", part("stdout", &run.stdout), part("stderr", &run.stderr))
}

/// Without what differs from one compiler and machine to the next.
fn redacted(text: &str) -> String {
    let rules = [
        (r"\b[0-9a-f]{64}\b", "SHA256"),
        (r"\bid [0-9a-f]{40}\b", "id CODE"),
        (r"code/[0-9a-f]{40}-", "code/CODE-"),
        (r#""codeId": "[0-9a-f]{40}""#, r#""codeId": "CODE""#),
        (r"\b[0-9a-f]{40}(-dirty)?\b", "COMMIT"),
        (r"\([0-9]{6,} bytes", "(BYTES bytes"),
        (r#""codeBytes": [0-9]+"#, r#""codeBytes": BYTES"#),
        (r#"rust: "[0-9.]+""#, r#"rust: "RUST""#),
    ];
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    rules.iter().fold(text, |text, (pattern, name)| {
        Regex::new(pattern).expect("the pattern is one").replace_all(&text, *name).into_owned()
    })
}
