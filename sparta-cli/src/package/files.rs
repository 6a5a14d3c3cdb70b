//! The files that a build writes, for people and machines.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sparta_core::{
    contract::{BOOTSTRAP, BUILD_ID_FILE, CODE_ARCHIVE, CODE_FOLDER, CODE_ID_FILE},
    hook::PackagePaths,
};

use super::packed::Packed;
use super::{BuildId, Code, DocumentFiles, Output, Shipped};
use crate::CliError;

/// Where everything is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Files {
    build_id: String,
    code_id: String,
    #[serde(flatten)]
    documents: DocumentFiles,
    code: PathBuf,
    code_sha256: String,
    code_bytes: usize,
    /// What is shipped beside the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
}

/// What a build writes besides the documents.
pub(super) struct Content<'a> {
    pub binary: &'a [u8],
    pub build_id: &'a BuildId,
    pub shipped: &'a [Shipped<'a>],
    pub code: &'a Code,
}

impl Content<'_> {
    pub(super) fn write(&self, documents: DocumentFiles, output: &Output) -> Result<Files, CliError> {
        // The archive's content as a folder too, for hooks and emulators.
        output.clear(CODE_FOLDER)?;
        make_executable(&output.write(&format!("{CODE_FOLDER}/{BOOTSTRAP}"), self.binary)?)?;
        output.write(&format!("{CODE_FOLDER}/{CODE_ID_FILE}"), self.code.id().as_bytes())?;
        for Shipped { path, bytes } in self.shipped {
            output.write(&format!("{CODE_FOLDER}/{path}"), bytes)?;
        }
        output.write(BUILD_ID_FILE, self.build_id.as_str().as_bytes())?;
        Ok(Files {
            build_id: self.build_id.to_string(),
            code_id: self.code.id().to_owned(),
            documents,
            code: output.write(CODE_ARCHIVE, self.code.bytes())?,
            code_sha256: self.code.archive().sha256().to_owned(),
            code_bytes: self.code.bytes().len(),
            files: self.shipped.iter().map(|file| file.path.to_string()).collect(),
        })
    }
}

impl Files {
    /// Those of an earlier build.
    pub(super) fn of(documents: DocumentFiles, packed: &Packed) -> Self {
        Self {
            build_id: packed.build_id.to_string(),
            code_id: packed.code.id().to_owned(),
            documents,
            code: packed.path.clone(),
            code_sha256: packed.code.archive().sha256().to_owned(),
            code_bytes: packed.code.bytes().len(),
            files: Vec::new(),
        }
    }

    /// Where hooks find them.
    pub(super) fn paths(&self, output: &Output) -> PackagePaths {
        PackagePaths {
            bootstrap: output.path().join(CODE_FOLDER).join(BOOTSTRAP),
            archive: self.code.clone(),
            template: self.documents.handed_over.template.clone(),
            configurations: self.documents.handed_over.configurations.clone(),
        }
    }
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "build           {}", self.build_id)?;
        writeln!(f, "code            {} ({} bytes, id {})", self.code.display(), self.code_bytes, self.code_id)?;
        for file in &self.files {
            writeln!(f, "file            {file}")?;
        }
        self.documents.fmt(f)
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), CliError> {
    use std::{fs, os::unix::fs::PermissionsExt};
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| CliError::failed(format!("{} cannot be made executable", path.display())).source(error))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), CliError> {
    Ok(())
}
