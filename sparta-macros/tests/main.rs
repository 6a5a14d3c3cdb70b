//! Mistakes are reported where they are, all at once.

#[test]
fn mistakes_in_the_derive_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}
