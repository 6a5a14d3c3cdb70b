//! Which stack a command is about.

use sparta_core::{Environment, Model};

use crate::CliError;

/// Which of the service's stacks a command is about.
#[derive(clap::Args)]
pub(crate) struct Target {
    /// Environment whose settings and stack are meant; by default the first one's settings in a stack named after the App
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
}

impl Target {
    /// The environment that was chosen, or the first one; none where the App has none.
    pub(crate) fn environment<'m>(&self, model: &'m Model) -> Result<Option<&'m Environment>, CliError> {
        let Some(name) = &self.environment else { return Ok(model.environments().first()) };
        if let Some(environment) = model.environment(name) {
            return Ok(Some(environment));
        }
        let names: Vec<&str> = model.environments().iter().map(Environment::name).collect();
        let known =
            if names.is_empty() { "The App has none.".to_owned() } else { format!("Known: {}.", names.join(", ")) };
        Err(CliError::usage(format!("there is no environment called `{name}`")).hint(known))
    }

    /// The stack: named after the App, or `<Prefix>-<App>` where an environment was chosen.
    pub(crate) fn stack(&self, model: &Model) -> Result<String, CliError> {
        match (&self.environment, self.environment(model)?) {
            (Some(_), Some(environment)) => Ok(model.direct_stack_name(environment)),
            _ => Ok(model.name().to_owned()),
        }
    }
}

/// A stack of the service's, or any other by its name.
#[derive(clap::Args)]
pub(crate) struct AnyStack {
    #[command(flatten)]
    target: Target,

    /// Name of the stack, such as that of a pipeline, instead of the service's own
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    stack: Option<String>,
}

impl AnyStack {
    /// The stack's name.
    pub(crate) fn name(&self, model: &Model) -> Result<String, CliError> {
        self.stack.clone().map_or_else(|| self.target.stack(model), Ok)
    }

    /// The app that the stack has to belong to; none where it was called by its name.
    pub(crate) fn owner<'m>(&self, model: &'m Model) -> Option<&'m str> {
        self.stack.is_none().then(|| model.name())
    }
}
