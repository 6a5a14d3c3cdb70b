//! Any bytes as the Runtime API's replies: `cargo fuzz run connection`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparta_fuzz_checks::connection::check(bytes));
