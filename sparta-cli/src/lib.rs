//! The command line of `sparta-lambda`: what a service does where it is not on Lambda.

#[cfg(feature = "aws")]
mod aws;
pub mod calls;
#[cfg(feature = "aws")]
mod deploy;
mod error;
mod package;

#[macro_use]
mod gate;

mod command;
mod commands;
mod options;
mod output;
mod roles;
mod run;
mod session;
mod stack;

pub use clap;
pub use command::{Command, CommandContext};
pub use error::CliError;
pub use options::{Format, Global, Level};
pub use run::{run, with_command};
