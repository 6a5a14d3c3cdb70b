//! Renews the data of `sparta_schema`: `cargo run -p sparta-schema-update`.

use std::fs;

use sparta_schema_update::{collect, folder};

fn main() -> std::io::Result<()> {
    for (name, bytes) in collect::files() {
        fs::write(folder().join(name), &bytes)?;
        println!("{name}: {} bytes", bytes.len());
    }
    Ok(())
}
