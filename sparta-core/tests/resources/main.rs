//! What is written with `resource!`: mistakes in it, and resources of many types.

/// Mistakes are reported where they are, all at once.
#[test]
fn mistakes_in_a_resource_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/resources/fail/*.rs");
}
