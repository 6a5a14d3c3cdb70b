//! A user's command among the built-in ones.

use std::{future::Future, pin::Pin};

use clap::builder::Resettable;
use heck::ToKebabCase;
use sparta_core::Error;

use crate::{Command, CommandContext, package::Features};

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
