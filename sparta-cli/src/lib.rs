//! The command line of `sparta-lambda`: what a service does where it is not on Lambda.

#[cfg(not(sparta_lambda))]
pub mod aws;
#[cfg(not(sparta_lambda))]
pub mod deploy;
pub mod error;
pub mod package;

mod command;
mod commands;
mod narration;
mod options;
mod run;

pub use clap;
pub use command::{Command, CommandContext};
pub use error::CliError;
pub use options::{Format, Global, Level};
pub use run::{run, with_command};
