//! The data is what the program makes.

use std::fs;

use sparta_schema_update::{collect, folder};

#[test]
fn the_data_is_what_the_program_makes_of_the_pinned_schemas() {
    let mut total = 0;
    for (name, bytes) in collect::files() {
        let stored = fs::read(folder().join(name)).unwrap();
        assert!(stored == bytes, "{name} is out of date: run `cargo run -p sparta-schema-update`");
        total += bytes.len();
    }
    assert!(total < 3_000_000, "{total} bytes");
}
