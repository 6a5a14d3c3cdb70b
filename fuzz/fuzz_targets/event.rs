//! Any bytes as an event: `cargo fuzz run event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparta_fuzz_checks::event::check(bytes));
