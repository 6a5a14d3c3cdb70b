//! The files that a build writes, for people and machines.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sparta_core::{
    Synthesis,
    cfn::Template,
    contract::{BOOTSTRAP, BUILD_ID_FILE, CODE_ARCHIVE, CODE_FOLDER, PIPELINE_FILE, TEMPLATE_FILE, configuration_file},
};

use super::{Archive, ArchiveError, BuildId, write_whole};
use crate::CliError;

/// Where everything is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Files {
    app: String,
    build_id: String,
    template: PathBuf,
    code: PathBuf,
    code_sha256: String,
    code_bytes: usize,
    configurations: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<PathBuf>,
}

/// What there is to write.
pub(super) struct Content<'a> {
    pub synthesis: &'a Synthesis,
    /// The stack of the service's pipeline.
    pub pipeline: Option<&'a Template>,
    pub binary: &'a [u8],
    pub build_id: &'a BuildId,
    pub code: &'a Archive,
    /// The name of the package for CodePipeline.
    pub package: Option<&'a str>,
}

impl Content<'_> {
    pub(super) fn write(&self, folder: &Path) -> Result<Files, CliError> {
        let Synthesis { model, template } = self.synthesis;
        let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, CliError> {
            let path = folder.join(name);
            write_whole(&path, bytes)?;
            Ok(path)
        };
        let document = template.to_json();
        let template = write(TEMPLATE_FILE, document.as_bytes())?;
        let environments: Vec<(&str, String)> =
            model.environments().iter().map(|e| (e.name(), e.configuration().to_json())).collect();
        let mut configurations = Vec::new();
        for (name, configuration) in &environments {
            configurations.push(write(&configuration_file(name), configuration.as_bytes())?);
        }
        let pipeline = self.pipeline.map(|stack| write(PIPELINE_FILE, stack.to_json().as_bytes())).transpose()?;
        // The archive's content as a folder too, which CodeBuild makes an archive of for the pipeline.
        make_executable(&write(&format!("{CODE_FOLDER}/{BOOTSTRAP}"), self.binary)?)?;
        write(&format!("{CODE_FOLDER}/{BUILD_ID_FILE}"), self.build_id.as_str().as_bytes())?;
        let code = write(CODE_ARCHIVE, self.code.bytes())?;
        let package = match self.package {
            Some(name) => {
                let configurations = environments.iter().map(|(name, text)| (*name, text.as_bytes()));
                let zip = Archive::pipeline(document.as_bytes(), configurations).map_err(packaging)?;
                Some(write(name, zip.bytes())?)
            }
            None => None,
        };
        Ok(Files {
            app: model.name().to_owned(),
            build_id: self.build_id.to_string(),
            template,
            code,
            code_sha256: self.code.sha256().to_owned(),
            code_bytes: self.code.bytes().len(),
            configurations,
            pipeline,
            package,
        })
    }
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "build           {}", self.build_id)?;
        writeln!(f, "template        {}", self.template.display())?;
        let sha256 = &self.code_sha256[..12];
        writeln!(f, "code            {} ({} bytes, sha256 {sha256}...)", self.code.display(), self.code_bytes)?;
        for file in &self.configurations {
            writeln!(f, "configuration   {}", file.display())?;
        }
        if let Some(file) = &self.pipeline {
            writeln!(f, "pipeline stack  {}", file.display())?;
        }
        if let Some(file) = &self.package {
            writeln!(f, "package         {}", file.display())?;
        }
        Ok(())
    }
}

pub(super) fn packaging(error: ArchiveError) -> CliError {
    CliError::failed("the service cannot be packaged").source(error)
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
