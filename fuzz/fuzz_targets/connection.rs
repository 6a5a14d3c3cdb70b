//! Any bytes as the Runtime API's replies: `cargo fuzz run connection`.
#![no_main]

#[path = "../checks/connection.rs"]
mod connection;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| connection::check(bytes));
