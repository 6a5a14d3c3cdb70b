//! Names of the user's own do not get in the way of the expanded code, nor does a type that is only named by its path.

use sparta_core::settings::{self, Settings as _};

#[allow(non_camel_case_types, dead_code)]
mod hostile {
    pub struct Option;
    pub struct Result;
    pub struct String;
    pub struct Vec;
    pub fn drop() {}
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
    #[settings(default = -1.5, min = -2, max = 0.5)]
    ratio: f32,
}

#[derive(sparta_macros::Settings)]
#[settings(crate = "::sparta_core")]
struct Nothing {}

fn main() {
    assert_eq!(Names::fields().len(), 6);
    assert!(Nothing::read(&|_| None).is_ok());
    let _ = (Names::get().map(|names| (&names.get, names.fields, names.reader, &names.r#match, names.text, names.ratio)), Nothing::get());
}
