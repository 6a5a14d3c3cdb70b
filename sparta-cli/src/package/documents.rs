//! The documents of a service: template, configuration files, its routes, the pipeline's stack, and the package of the first two.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sparta_core::{
    Model, Synthesis, Warning,
    cfn::Template,
    contract::{
        BUILD_ID_FILE, CODE_ARCHIVE, CODE_FOLDER, OPENAPI_FILE, PIPELINE_FILE, TEMPLATE_FILE, configuration_file,
    },
    delivery::Source,
};

use super::{Archive, ArchiveError, Output, OutputDir};
use crate::{CliError, session::Session};

/// Where the documents go, and which of them.
#[derive(clap::Args)]
pub(crate) struct DocumentOptions {
    #[command(flatten)]
    pub(crate) output: OutputDir,

    /// Also write a zip of this name with the template and all configuration files, as CodePipeline takes it; `provision`
    /// then deploys nothing
    #[arg(long = "codePipelinePackage", alias = "code-pipeline-package", short = 'p', value_name = "NAME")]
    pub(crate) code_pipeline_package: Option<String>,
}

/// The documents, before they are written.
pub(crate) struct Documents<'a> {
    synthesis: &'a Synthesis,
    /// The stack of the service's pipeline.
    pipeline: Option<Template>,
    /// The name of the package for CodePipeline.
    package: Option<&'a str>,
}

/// Where the documents are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentFiles {
    app: String,
    #[serde(flatten)]
    pub(super) handed_over: HandedOver,
    /// The document of its routes, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    openapi: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<PathBuf>,
    /// What AWS takes and is hardly meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl DocumentOptions {
    /// The documents of a service, or what keeps them from being written.
    pub(crate) fn of<'a>(&'a self, session: &Session, synthesis: &'a Synthesis) -> Result<Documents<'a>, CliError> {
        let declared = synthesis.model.pipeline();
        let pipeline =
            declared.map(|declared| session.pipeline(synthesis, declared, Source::Connection)).transpose()?;
        if let Some(name) = &self.code_pipeline_package {
            check_package_name(name, &synthesis.model)?;
        }
        Ok(Documents { synthesis, pipeline, package: self.code_pipeline_package.as_deref() })
    }
}

impl Documents<'_> {
    pub(crate) fn write(&self, output: &Output) -> Result<DocumentFiles, CliError> {
        let model = &self.synthesis.model;
        let handed_over = HandedOver::write(self.synthesis, output)?;
        let openapi = self.synthesis.openapi();
        let openapi = openapi.map(|routes| output.write(OPENAPI_FILE, routes.as_bytes())).transpose()?;
        let pipeline = self.pipeline.as_ref();
        let pipeline = pipeline.map(|stack| output.write(PIPELINE_FILE, stack.to_json().as_bytes())).transpose()?;
        let package = match self.package {
            Some(name) => {
                let document = self.synthesis.template.to_json();
                let environments: Vec<(&str, String)> = environments(model).collect();
                let configurations = environments.iter().map(|(name, text)| (*name, text.as_bytes()));
                let zip = Archive::pipeline(document.as_bytes(), configurations).map_err(packaging)?;
                Some(output.write(name, zip.bytes())?)
            }
            None => None,
        };
        let warnings = self.synthesis.warnings();
        let app = model.name().to_owned();
        Ok(DocumentFiles { app, handed_over, openapi, pipeline, package, warnings })
    }
}

/// What the pipeline's build hands over besides the code: the template, and a configuration file for each environment.
#[derive(Serialize)]
pub(crate) struct HandedOver {
    pub(crate) template: PathBuf,
    pub(crate) configurations: Vec<PathBuf>,
}

impl HandedOver {
    pub(crate) fn write(synthesis: &Synthesis, output: &Output) -> Result<Self, CliError> {
        let template = output.write(TEMPLATE_FILE, synthesis.template.to_json().as_bytes())?;
        let mut configurations = Vec::new();
        for (name, configuration) in environments(&synthesis.model) {
            configurations.push(output.write(&configuration_file(name), configuration.as_bytes())?);
        }
        Ok(Self { template, configurations })
    }
}

impl fmt::Display for HandedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "template        {}", self.template.display())?;
        self.configurations.iter().try_for_each(|file| writeln!(f, "configuration   {}", file.display()))
    }
}

/// The environments' names and configurations.
fn environments(model: &Model) -> impl Iterator<Item = (&str, String)> {
    model.environments().iter().map(|it| (it.name(), it.configuration().to_json()))
}

impl fmt::Display for DocumentFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.handed_over)?;
        if let Some(file) = &self.openapi {
            writeln!(f, "routes          {}", file.display())?;
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

fn check_package_name(name: &str, model: &Model) -> Result<(), CliError> {
    let taken =
        [TEMPLATE_FILE, PIPELINE_FILE, OPENAPI_FILE, CODE_ARCHIVE, CODE_FOLDER, BUILD_ID_FILE].map(str::to_owned);
    let environments = model.environments().iter().map(|environment| configuration_file(environment.name()));
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    if plain && !taken.into_iter().chain(environments).any(|file| file.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let message = format!("`{name}` cannot be the package's name");
    Err(CliError::usage(message).hint("Give a file's name, such as `pipeline.zip`; it is written to --outputDir."))
}
