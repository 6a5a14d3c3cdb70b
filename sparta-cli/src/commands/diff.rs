//! `diff`: what a deployment would change.

use std::{
    fs, io,
    io::IsTerminal,
    path::{Path, PathBuf},
};

use serde::Serialize;
use sparta_core::{
    Synthesis,
    contract::{TEMPLATE_FILE, configuration_file},
    diff::{Diff as Comparison, Version, VersionError},
    synth::Configuration,
};

use crate::{
    CliError,
    difference::{Paint, text},
    error::Advice,
    options::Format,
    output::say,
    package::Features,
    session::Session,
    stack::Target,
};

/// Show what a deployment would change: resources, data at risk, permissions, openings to the network, cost drivers
///
/// Nothing is compiled, so that the code itself is not compared.
#[derive(clap::Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    target: Target,

    /// Name of the deployed stack, instead of `<Environment>-<App>`
    #[arg(long, value_name = "NAME", conflicts_with = "against")]
    stack: Option<String>,

    /// Compare with this template, or with the folder of an earlier `synth` or `build`, instead of the deployed stack
    #[arg(long, value_name = "FILE|FOLDER")]
    against: Option<PathBuf>,

    /// Exit with 1 where something differs
    #[arg(long)]
    fail: bool,

    #[command(flatten)]
    features: Features,
}

/// What is compared, and the result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// The stack, or the file.
    with: String,
    #[serde(flatten)]
    diff: Comparison,
}

/// A file that cannot be compared with.
#[derive(Debug, thiserror::Error)]
enum AgainstError {
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} cannot be compared with", path.display())]
    Template { path: PathBuf, source: VersionError },
    #[error("{} is no template configuration", path.display())]
    Configuration { path: PathBuf, source: serde_json::Error },
}

impl Advice for AgainstError {
    fn hints(&self) -> Vec<String> {
        vec!["--against takes a template as JSON, or a folder that `synth` or `build` wrote.".to_owned()]
    }
}

impl Diff {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let synthesis = session.checked()?;
        let environment = self.target.environment(&synthesis.model)?;
        session.enter(environment)?;
        let configuration = environment.map(sparta_core::Environment::configuration);
        let configuration = configuration
            .unwrap_or_else(|| Configuration { tags: synthesis.model.tags().clone(), ..Configuration::default() });
        if let Some(path) = &self.against {
            let name = environment.map(sparta_core::Environment::name);
            let (old, new) = (against(path, name, &configuration)?, wanted(&synthesis, &configuration));
            return self.show(session, &path.display().to_string(), &old, &new);
        }
        let stack = match &self.stack {
            Some(stack) => stack.clone(),
            None => self.target.stack(&synthesis.model)?,
        };
        session.check_place()?;
        with_aws!(&synthesis, &self.features, compare_deployed(session, &self, &synthesis, &configuration, &stack))
    }

    fn show(&self, session: &Session, with: &str, old: &Version, new: &Version) -> Result<(), CliError> {
        let diff = Comparison::between(old, new);
        let differs = !diff.is_empty();
        let is_terminal = session.global.format == Format::Text && io::stdout().is_terminal();
        let paint = if is_terminal { Paint::Colours } else { Paint::Plain };
        let shown = text(&diff, paint);
        session.print(&shown, &Report { with: with.to_owned(), diff })?;
        if self.fail && differs {
            return Err(CliError::failed(format!("the service differs from {with}")));
        }
        Ok(())
    }
}

fn wanted(synthesis: &Synthesis, configuration: &Configuration) -> Version {
    Version::of(&synthesis.template).parameters(configuration.parameters.clone()).tags(configuration.tags.clone())
}

/// An earlier template with its configuration; one without has the values that there are now.
fn against(path: &Path, environment: Option<&str>, now: &Configuration) -> Result<Version, AgainstError> {
    let is_folder = path.is_dir();
    let file = if is_folder { path.join(TEMPLATE_FILE) } else { path.to_owned() };
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|source| AgainstError::Unreadable { path: path.to_owned(), source })
    };
    let template = Version::from_json(&read(&file)?);
    let version = template.map_err(|source| AgainstError::Template { path: file, source })?;
    let configuration =
        environment.map(|name| path.join(configuration_file(name))).filter(|file| is_folder && file.exists());
    let Some(file) = configuration else {
        if is_folder && let Some(name) = environment {
            say(format!("{} has no configuration of `{name}`: its settings are taken as they are now", path.display()));
        }
        return Ok(version.parameters(now.parameters.clone()).tags(now.tags.clone()));
    };
    let then: serde_json::Value = serde_json::from_str(&read(&file)?)
        .map_err(|source| AgainstError::Configuration { path: file.clone(), source })?;
    let entries = |section: &str| {
        let map = then[section].as_object().cloned().unwrap_or_default();
        map.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect::<Vec<_>>()
    };
    Ok(version.parameters(entries("Parameters")).tags(entries("Tags")))
}

#[cfg(feature = "aws")]
async fn compare_deployed(
    session: &Session,
    command: &Diff,
    synthesis: &Synthesis,
    configuration: &Configuration,
    stack: &str,
) -> Result<(), CliError> {
    use sparta_core::contract::PERMISSIONS_BOUNDARY;

    use crate::deploy::Stacks;

    let progress = session.progress();
    let deployed = Stacks::new(&session.aws().await?, &*progress).deployed(stack).await?;
    let mut new = wanted(synthesis, configuration);
    let old = match deployed {
        Some(deployed) => {
            // Whoever deploys it there goes on to give it.
            let boundary = deployed.parameters.get(PERMISSIONS_BOUNDARY);
            new = new.parameters(boundary.map(|value| (PERMISSIONS_BOUNDARY, value.as_str())));
            let message = || format!("the deployed template of stack {stack:?} cannot be compared");
            deployed.version().map_err(|error| CliError::failed(message()).source(error))?
        }
        None => {
            say(format!("there is no stack {stack:?}: all of it would be new"));
            Version::from_json(r#"{"Resources": {}}"#).expect("a template without resources")
        }
    };
    command.show(session, stack, &old, &new)
}
