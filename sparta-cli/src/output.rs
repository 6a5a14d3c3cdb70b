//! What the command line prints: results on the standard output, everything else on the standard error output.

use std::{fmt::Display, io::Write};

use serde::Serialize;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    CliError,
    options::{Format, Level},
};

/// Shows the log lines of commands, as they are written with `tracing`, from `level` on.
pub(crate) fn start(level: Level) {
    // What the SDKs tell of their own accord is for whoever looks for a fault.
    let (level, of_sdks) = match level {
        Level::Trace => (LevelFilter::TRACE, LevelFilter::TRACE),
        Level::Debug => (LevelFilter::DEBUG, LevelFilter::DEBUG),
        Level::Info => (LevelFilter::INFO, LevelFilter::WARN),
        Level::Warn => (LevelFilter::WARN, LevelFilter::WARN),
        Level::Error => (LevelFilter::ERROR, LevelFilter::ERROR),
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        // It would say so on the very stream that nobody reads any more, and panic.
        .log_internal_errors(false)
        .finish()
        .with(Targets::new().with_default(level).with_target("aws_", of_sdks));
    // A user's main may have set its own.
    _ = subscriber.try_init();
}

/// Prints a result: `text` for people, `document` for machines.
pub(crate) fn print(format: Format, text: &str, document: &impl Serialize) -> Result<(), CliError> {
    let output = match format {
        Format::Text => text.trim_end().to_owned(),
        Format::Json => serde_json::to_string_pretty(document)
            .map_err(|error| CliError::failed("the result is no JSON").source(error))?,
    };
    // A reader that went away, as in `| head`, is no failure.
    _ = writeln!(std::io::stdout(), "{output}");
    Ok(())
}

/// Prints one line to the standard error output. Where nobody reads it any more, as after `2>&1 | head`, the work goes on.
pub(crate) fn say(line: impl Display) {
    _ = writeln!(std::io::stderr(), "{line}");
}
