//! Which pipeline a command is about.

use sparta_core::{Model, Pipeline, RepositoryHost};

use crate::CliError;

/// The App's pipeline, or another one by its name or repository.
#[derive(clap::Args)]
pub(crate) struct AnyPipeline {
    /// Name of the pipeline; by default `<App>-<branch>`
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,

    /// Repository, instead of the App's: its URL, or that of the page of another branch than main
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
}

impl AnyPipeline {
    /// The pipeline's name.
    pub(crate) fn name(&self, model: &Model) -> Result<String, CliError> {
        match (&self.pipeline, self.declared(model)?) {
            (Some(name), _) => Ok(name.clone()),
            (None, Some(pipeline)) => Ok(pipeline.name_for(model.name())),
            (None, None) => {
                let message = "the App declares no pipeline, and none is named";
                let hint = "Give --pipeline NAME, or add `.pipeline(Pipeline::github(URL))` to the App.";
                Err(CliError::usage(message).hint(hint))
            }
        }
    }

    /// What a name that was given, if any, means in it.
    pub(crate) fn place(&self, model: &Model, name: Option<&str>) -> Result<Place, CliError> {
        let declared = self.declared(model)?;
        let branch = declared.as_ref().map_or("main", Pipeline::source_branch);
        let environment = name.and_then(|name| model.environment(name));
        let stack = environment.map(|environment| model.stack_name(environment, branch));
        Ok(Place { name: name.map(str::to_owned), stack })
    }

    /// The App's pipeline, with another repository where an option names one.
    fn declared(&self, model: &Model) -> Result<Option<Pipeline>, CliError> {
        let pipeline = match (model.pipeline(), &self.repo) {
            (Some(pipeline), Some(url)) => pipeline.clone().repository(url),
            (Some(pipeline), None) => pipeline.clone(),
            (None, Some(url)) => Pipeline::at(RepositoryHost::of(url), url),
            (None, None) => return Ok(None),
        };
        // What the App declares has been checked, so that what is wrong now is an option.
        let mistakes: Vec<String> = pipeline.check().iter().map(ToString::to_string).collect();
        if mistakes.is_empty() { Ok(Some(pipeline)) } else { Err(CliError::usage(mistakes.join("; "))) }
    }
}

/// A place in a pipeline: an environment or a stage, by a name that was given; any without one.
#[derive(Clone, Debug, Default)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only the `aws` build looks for it"))]
pub(crate) struct Place {
    pub(crate) name: Option<String>,
    /// The stack that the pipeline deploys there, where an environment has this name.
    pub(crate) stack: Option<String>,
}
