//! The options that all commands share.

use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
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
    // A command that has more of them has an option of the same name in its place.
    #[arg(long, short, global = true, value_parser = of_every_command(), default_value = "text")]
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

/// How results are printed. All but [`Text`](Self::Text) and [`Json`](Self::Json) are `describe`'s alone, so that a command of a
/// service's own has one of these two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For machines: one JSON document on the standard output
    Json,
    /// A flowchart for Markdown
    Mermaid,
    /// One page that needs nothing else
    Html,
}

/// The formats that every command has.
fn of_every_command() -> impl TypedValueParser<Value = Format> {
    let values = [Format::Text, Format::Json].iter().filter_map(ValueEnum::to_possible_value);
    PossibleValuesParser::new(values).map(|value| if value == "json" { Format::Json } else { Format::Text })
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
