//! The command line of `sparta-lambda`: what a service does where it is not on Lambda.

#[cfg(feature = "aws")]
pub mod aws;
pub mod calls;
#[cfg(feature = "aws")]
pub mod deploy;
pub mod error;
pub mod package;

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
