//! What the command line says on the standard error output while it works.

use tracing_subscriber::filter::LevelFilter;

use crate::options::Level;

/// Shows the log lines of commands, as they are written with `tracing`, from `level` on.
pub(crate) fn start(level: Level) {
    let level = match level {
        Level::Trace => LevelFilter::TRACE,
        Level::Debug => LevelFilter::DEBUG,
        Level::Info => LevelFilter::INFO,
        Level::Warn => LevelFilter::WARN,
        Level::Error => LevelFilter::ERROR,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    // A user's main may have set its own.
    _ = subscriber.without_time().with_target(false).try_init();
}
