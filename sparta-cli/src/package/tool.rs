//! This very program, for the smoke tests that a pipeline runs after a deployment.

use std::{env, fs, io, path::PathBuf};

use sparta_core::{
    Model,
    contract::{TOOL_FILE, TOOL_FOLDER},
};

use super::Output;
use crate::{CliError, error::Advice};

/// A program that cannot be handed over.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be made, which runs the smoke tests", path.display())]
struct ToolError {
    path: PathBuf,
    source: io::Error,
}

impl Advice for ToolError {
    fn hints(&self) -> Vec<String> {
        vec!["It is a copy of this program: is there room for it?".to_owned()]
    }
}

/// Puts this program beside what is deployed, where the App has smoke tests: as another name of the same file, if that can be.
pub(super) fn hand_over(model: &Model, output: &Output) -> Result<(), CliError> {
    output.clear(TOOL_FOLDER)?;
    if !model.has_smoke_tests() {
        return Ok(());
    }
    let folder = output.path().join(TOOL_FOLDER);
    let path = folder.join(TOOL_FILE);
    let copy = || {
        fs::create_dir_all(&folder)?;
        let program = env::current_exe()?;
        if path.exists() {
            fs::remove_file(&path)?;
        }
        fs::hard_link(&program, &path).or_else(|_| fs::copy(&program, &path).map(drop))
    };
    copy().map_err(|source| ToolError { path: path.clone(), source })?;
    Ok(())
}
