//! Which stack a command is about.

use sparta_core::{Environment, Model};

use crate::{CliError, session::Session};

/// Which of the service's stacks a command is about.
#[derive(clap::Args)]
pub(crate) struct Target {
    /// Environment whose stack is meant; needed where the App has environments
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
}

impl Target {
    /// The environment that is meant; none where the App has none.
    pub(crate) fn environment<'m>(&self, model: &'m Model) -> Result<Option<&'m Environment>, CliError> {
        environment(model, self.environment.as_deref())
    }

    /// The stack: `<Environment>-<App>`, or `<App>` where there are no environments.
    pub(crate) fn stack(&self, model: &Model) -> Result<String, CliError> {
        Ok(model.direct_stack_name(self.environment(model)?))
    }
}

/// The environment of this name; none where the App has none, and none is named.
pub(super) fn environment<'m>(model: &'m Model, name: Option<&str>) -> Result<Option<&'m Environment>, CliError> {
    let names: Vec<&str> = model.environments().iter().map(Environment::name).collect();
    let known = if names.is_empty() { "The App has none.".to_owned() } else { format!("Known: {}.", names.join(", ")) };
    match name {
        None if names.is_empty() => Ok(None),
        None => Err(CliError::usage("say which environment is meant: --environment NAME").hint(known)),
        Some(name) => match model.environment(name) {
            Some(environment) => Ok(Some(environment)),
            None => Err(CliError::usage(format!("there is no environment called `{name}`")).hint(known)),
        },
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
    /// The stack's name, once AWS is called where it is.
    pub(crate) fn name(&self, session: &Session, model: &Model) -> Result<String, CliError> {
        match &self.stack {
            Some(name) => Ok(name.clone()),
            None => {
                session.enter(self.target.environment(model)?)?;
                self.target.stack(model)
            }
        }
    }

    /// The app that the stack has to belong to; none where it was called by its name.
    pub(crate) fn owner<'m>(&self, model: &'m Model) -> Option<&'m str> {
        self.stack.is_none().then(|| model.name())
    }
}
