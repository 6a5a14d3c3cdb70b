//! Any response to an event of each sender: `cargo fuzz run answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparta_fuzz_checks::answer::check(bytes));
