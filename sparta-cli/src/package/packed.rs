//! What an earlier build left in the output folder, to be deployed as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sparta_core::{
    Synthesis,
    contract::{BOOTSTRAP, BUILD_ID_FILE, CODE_ARCHIVE, CODE_FOLDER, CODE_ID_FILE, TEMPLATE_FILE},
};

use super::{Archive, BuildId, Code, Output, check_binary};
use crate::{CliError, error::Advice};

/// What a build made.
pub(crate) struct Packed {
    pub(crate) build_id: BuildId,
    pub(crate) code: Code,
    pub(crate) path: PathBuf,
}

/// Why what is in the output folder cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackedError {
    /// It is not there.
    #[error("{} cannot be read, and what `build` has written is to be deployed", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Another program made it, or the same with other features.
    #[error("{} is not the template of this program", .0.display())]
    Other(PathBuf),
    /// The build, or its code, has no name.
    #[error("{} is not the id of a build", .0.display())]
    Id(PathBuf),
}

impl Advice for PackedError {
    fn hints(&self) -> Vec<String> {
        vec!["Let the same program write it with `build`, and give its folder with --outputDir.".to_owned()]
    }
}

impl Packed {
    /// Reads it, and refuses what this program did not make.
    ///
    /// # Errors
    ///
    /// The file that is missing, or another one than this program makes.
    pub(crate) fn read(output: &Output, synthesis: &Synthesis) -> Result<Self, CliError> {
        let template = output.path().join(TEMPLATE_FILE);
        if bytes(&template)? != synthesis.template.to_json().as_bytes() {
            return Err(PackedError::Other(template).into());
        }
        let folder = output.path().join(CODE_FOLDER);
        check_binary(&bytes(&folder.join(BOOTSTRAP))?, synthesis.model.architecture())?;
        let build_id = id(output.path().join(BUILD_ID_FILE))?;
        let code_id = id(folder.join(CODE_ID_FILE))?;
        let path = output.path().join(CODE_ARCHIVE);
        let code = Code::packed_before(code_id.to_string(), Archive::made_before(bytes(&path)?));
        Ok(Self { build_id, code, path })
    }
}

fn id(path: PathBuf) -> Result<BuildId, PackedError> {
    let text = String::from_utf8(bytes(&path)?).ok();
    text.and_then(|text| BuildId::new(text).ok()).ok_or(PackedError::Id(path))
}

fn bytes(path: &Path) -> Result<Vec<u8>, PackedError> {
    fs::read(path).map_err(|source| PackedError::Read { path: path.to_owned(), source })
}
