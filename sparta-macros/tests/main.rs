//! Mistakes are reported where they are, all at once.

/// Those of sparta-core's macros and signatures too: this crate has fewer dependencies to compile for it.
#[test]
fn mistakes_are_reported_where_they_are() {
    let cases = trybuild::TestCases::new();
    for of in ["", "constructs/", "resources/", "synthesis/"] {
        cases.compile_fail(format!("tests/{of}fail/*.rs"));
    }
}
