//! The command line of `sparta-lambda`: what a service does where it is not on Lambda.
//!
//! The serving build has no command line. It has what a command of the user's own is written against, so that it compiles.

mod command;
mod error;
mod options;
mod output;

#[cfg(all(feature = "aws", not(sparta_serving)))]
mod aws;
#[cfg(not(sparta_serving))]
pub mod calls;
#[cfg(all(feature = "aws", not(sparta_serving)))]
mod deploy;
#[cfg(not(sparta_serving))]
mod package;
#[cfg(all(feature = "aws", not(sparta_serving)))]
mod pipeline;

#[cfg(not(sparta_serving))]
#[macro_use]
mod gate;

#[cfg(not(sparta_serving))]
mod commands;
#[cfg(not(sparta_serving))]
mod consent;
#[cfg(not(sparta_serving))]
mod description;
#[cfg(not(sparta_serving))]
mod diagram;
#[cfg(not(sparta_serving))]
mod difference;
#[cfg(not(sparta_serving))]
mod hooks;
#[cfg(not(sparta_serving))]
mod injected;
#[cfg(not(sparta_serving))]
mod log;
#[cfg(not(sparta_serving))]
mod logs;
#[cfg(not(sparta_serving))]
mod markup;
#[cfg(not(sparta_serving))]
mod place;
#[cfg(not(sparta_serving))]
mod roles;
#[cfg(not(sparta_serving))]
mod run;
#[cfg(not(sparta_serving))]
mod serve;
#[cfg(not(sparta_serving))]
mod session;
#[cfg(not(sparta_serving))]
mod stack;
#[cfg(not(sparta_serving))]
mod suggestion;

pub use clap;
#[cfg(all(feature = "aws", not(sparta_serving)))]
pub use command::{AwsExt, EnvironmentName};
pub use command::{Command, CommandContext};
pub use error::CliError;
pub use options::{Format, Global, Level};
#[cfg(not(sparta_serving))]
pub use run::{run, with_command};
