//! Commands of the user's own.

use std::{future::Future, pin::Pin, sync::Arc};

use clap::builder::Resettable;
use heck::{ToKebabCase, ToLowerCamelCase};
use serde::Serialize;
use sparta_core::{Error, Model};

use crate::{options::Global, output, package::Features};

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
    #[cfg(feature = "aws")]
    pub async fn aws(&self) -> Result<aws_config::SdkConfig, Error> {
        Ok(crate::aws::config::load(&self.global.aws_options()).await?)
    }
}

type Run = dyn FnOnce(&clap::ArgMatches, CommandContext) -> Result<Running, clap::Error> + Send;
type Running = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A user's command with its type forgotten.
pub(crate) struct Injected {
    pub(crate) clap: clap::Command,
    pub(crate) calls_aws: bool,
    pub(crate) run: Box<Run>,
}

impl Injected {
    pub(crate) fn of<C: Command>() -> Self {
        let (name, alias) = (C::name(), C::name().to_kebab_case());
        let clap = clap::Command::new(name.clone()).aliases(Some(alias).filter(|alias| *alias != name));
        let clap = C::augment_args(clap);
        Self {
            clap: if C::CALLS_AWS { with_features(clap) } else { clap },
            calls_aws: C::CALLS_AWS,
            run: Box::new(|matches, context| {
                let command = C::from_arg_matches(matches)?;
                Ok(Box::pin(command.run(context)))
            }),
        }
    }
}

/// The flags for features, without their doc comment as the command's help.
fn with_features(command: clap::Command) -> clap::Command {
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    <Features as clap::Args>::augment_args(command)
        .about(Resettable::from(about))
        .long_about(Resettable::from(long_about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Args)]
    struct SeedHTTPOrders {}

    impl Command for SeedHTTPOrders {
        async fn run(self, _: CommandContext) -> Result<(), Error> {
            Ok(())
        }
    }

    #[test]
    fn a_structs_name_is_a_command_in_both_spellings() {
        let command = Injected::of::<SeedHTTPOrders>().clap;
        assert_eq!(command.get_name(), "seedHttpOrders");
        assert_eq!(command.get_all_aliases().collect::<Vec<_>>(), ["seed-http-orders"]);
    }
}
