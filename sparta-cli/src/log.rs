//! The log lines of commands, on the standard error output.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::options::Level;

/// Shows the log lines of commands, as they are written with `tracing`, from `level` on.
pub(crate) fn start(level: Level) {
    // What the SDKs tell of their own accord is for whoever looks for a fault: on most machines no EC2 metadata answer.
    let (level, of_sdks) = match level {
        Level::Trace => (LevelFilter::TRACE, LevelFilter::TRACE),
        Level::Debug => (LevelFilter::DEBUG, LevelFilter::DEBUG),
        Level::Info => (LevelFilter::INFO, LevelFilter::OFF),
        Level::Warn => (LevelFilter::WARN, LevelFilter::OFF),
        Level::Error => (LevelFilter::ERROR, LevelFilter::OFF),
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
