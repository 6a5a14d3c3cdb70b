use sparta_core::settings::{self, Settings as _};

#[allow(non_camel_case_types, dead_code)]
mod hostile {
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) fn drop() {}
}
#[allow(unused_imports)]
use hostile::*;

#[derive(sparta_macros::Settings)]
#[settings(crate = "sparta_core")]
struct Names {
    get: std::string::String,
    fields: bool,
    reader: std::option::Option<u8>,
    r#match: settings::Secret<std::string::String>,
    #[settings(default = 1 + 1, max = 10)]
    text: i32,
    #[settings(rename = "RATIO", default = -1.5, min = -2, max = 7.5)]
    ratio: f32,
}

#[derive(sparta_macros::Settings)]
#[settings(crate = "::sparta_core")]
struct Nothing {}

#[test]
fn names_of_the_users_own_do_not_get_in_the_way() {
    let variable = |name: &str| std::option::Option::Some(if name == "FIELDS" { "true" } else { "7" }.to_owned());
    let names = Names::read(&variable).unwrap();
    assert_eq!((names.get.as_str(), names.fields, names.reader, names.text, names.ratio), ("7", true, Some(7), 7, 7.0));
    assert_eq!(names.r#match.expose().unwrap(), "7");
    assert_eq!([Names::MATCH.variable(), Names::TEXT.variable()], ["MATCH", "TEXT"]);
    assert!(Nothing::fields().is_empty() && Nothing::read(&|_| std::option::Option::None).is_ok());
}
