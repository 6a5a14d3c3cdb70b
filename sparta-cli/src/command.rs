//! Commands of the user's own.

#[cfg(all(feature = "aws", not(sparta_serving)))]
mod deployed;

#[cfg(all(feature = "aws", not(sparta_serving)))]
pub use deployed::{AwsExt, EnvironmentName};

use std::{future::Future, sync::Arc};

use heck::ToLowerCamelCase;
use serde::Serialize;
use sparta_core::{Error, Model};

#[cfg(all(feature = "aws", not(sparta_serving)))]
use crate::CliError;
use crate::{options::Global, output};

/// A command of the user's own: a struct that derives [`clap::Args`] and runs.
///
/// Its doc comment is its help.
///
/// # Example
///
/// ```
/// use sparta_cli::{Command, CommandContext, clap};
/// use sparta_core::Error;
///
/// /// Prints the names of the functions
/// #[derive(clap::Args)]
/// struct Names;
///
/// impl Command for Names {
///     async fn run(self, context: CommandContext) -> Result<(), Error> {
///         context.model().functions().iter().for_each(|function| println!("{}", function.name()));
///         Ok(())
///     }
/// }
/// ```
pub trait Command: clap::Args + Send + 'static {
    /// What it is called on the command line: by default the struct's name in camelCase.
    fn name() -> String {
        std::any::type_name::<Self>().rsplit("::").next().unwrap_or_default().to_lower_camel_case()
    }

    /// Whether it calls AWS, so that only the `aws` build can run it; `sparta::if_provision!` around `run` sets it.
    #[doc(hidden)]
    const CALLS_AWS: bool = false;

    /// Does it. An error is printed, and the exit code is then 1.
    fn run(self, context: CommandContext) -> impl Future<Output = Result<(), Error>> + Send;
}

/// What a user's command gets: the model, the global options and, where AWS can be called, its configuration.
#[derive(Clone, Debug)]
pub struct CommandContext {
    model: Arc<Model>,
    global: Global,
}

impl CommandContext {
    #[cfg(not(sparta_serving))]
    pub(crate) fn new(model: Model, global: Global) -> Self {
        Self { model: Arc::new(model), global }
    }

    /// The validated App.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The options that all commands share: `--noop`, `--level`, `--format`, `--region`, `--profile`.
    pub fn options(&self) -> &Global {
        &self.global
    }

    /// Prints a result on the standard output: `text` for people, or `document` with `--format json`.
    ///
    /// # Errors
    ///
    /// When the document is no JSON.
    pub fn print(&self, text: &str, document: &impl Serialize) -> Result<(), Error> {
        Ok(output::print(self.global.format, text, document)?)
    }

    /// AWS's configuration as the global options and the environment have it; a client of any service is made from it.
    ///
    /// Only the `aws` build has it: wrap the `run` that uses it in `sparta::if_provision!`.
    ///
    /// # Errors
    ///
    /// When no region is set anywhere.
    #[cfg(all(feature = "aws", not(sparta_serving)))]
    pub async fn aws(&self) -> Result<aws_config::SdkConfig, Error> {
        crate::place::check(&self.global).map_err(CliError::from)?;
        // With its hint, which the command's own error then has.
        Ok(crate::aws::config::load(&self.global.aws_options()).await.map_err(CliError::from)?)
    }
}
