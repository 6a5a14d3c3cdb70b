//! The options that all commands share.

use clap::ValueEnum;
use sparta_core::LogLevel;

/// The options that all commands share.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// Change nothing outside the output folder, but write everything that would be sent
    #[arg(long, short, global = true)]
    pub noop: bool,

    /// The least important line that is logged
    #[arg(long, short, global = true, value_enum, default_value_t)]
    pub level: Level,

    /// How results are printed
    #[arg(long, short, global = true, value_enum, default_value_t)]
    pub format: Format,

    /// AWS region; by default the environment's or the profile's
    #[arg(long, global = true)]
    pub region: Option<String>,

    /// Profile of the AWS configuration files
    #[arg(long, global = true)]
    pub profile: Option<String>,
}

#[cfg(all(feature = "aws", not(sparta_serving)))]
impl Global {
    pub(crate) fn aws_options(&self) -> crate::aws::config::AwsOptions {
        crate::aws::config::AwsOptions { region: self.region.clone(), profile: self.profile.clone() }
    }
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For machines: one JSON document on the standard output
    Json,
}

/// A [`LogLevel`] on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "their names are what they mean")]
pub enum Level {
    Trace,
    Debug,
    #[default]
    Info,
    Warn,
    Error,
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Trace => Self::Trace,
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}
