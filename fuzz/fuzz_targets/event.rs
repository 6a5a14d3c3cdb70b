//! Any bytes as an event: `cargo fuzz run event`.
#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(|event: &[u8]| check::check(event));
