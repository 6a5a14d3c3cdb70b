//! Any bytes as a batch: `cargo fuzz run records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparta_fuzz_checks::records::check(bytes));
