//! Renews the data of `sparta_schema` from the pinned cfn-lint: `cargo run -p sparta-schema --example update`.

mod collect;
mod pack;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for (name, bytes) in collect::files() {
        fs::write(folder.join(name), &bytes)?;
        println!("{name}: {} bytes", bytes.len());
    }
    Ok(())
}
