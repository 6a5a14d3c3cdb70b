//! What an App does when the process starts: it serves, or it is the command line.

use sparta_core::App;

use crate::Command;

/// What an App can do once it is declared; `use sparta::prelude::*;` brings it.
pub trait AppExt: Sized {
    /// Adds a command of the user's own to the command line.
    #[must_use]
    fn command<C: Command>(self) -> Self;

    /// Serves on Lambda; elsewhere it is the command line.
    ///
    /// Where `AWS_LAMBDA_RUNTIME_API` is set it serves, before any argument is parsed. Otherwise it runs the command
    /// that the arguments name, and ends the process with 1 where that fails and 2 where it was used wrongly. The
    /// serving build, which is what Lambda runs, has no command line: it prints which service it is, and exits with 2.
    ///
    /// # Errors
    ///
    /// On Lambda, when the start fails; it has been reported to Lambda then.
    fn run(self) -> sparta_core::Result<()>;
}

impl AppExt for App {
    #[cfg(not(sparta_serving))]
    fn command<C: Command>(self) -> Self {
        sparta_cli::with_command::<C>(self)
    }

    #[cfg(sparta_serving)]
    fn command<C: Command>(self) -> Self {
        self
    }

    fn run(self) -> sparta_core::Result<()> {
        if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
            return Ok(self.serve()?);
        }
        elsewhere(self);
        Ok(())
    }
}

#[cfg(not(sparta_serving))]
fn elsewhere(app: App) {
    sparta_cli::run(app);
}

/// Packaging reads the line on the standard output, to tell whether this is the service whose template it packs.
#[cfg(sparta_serving)]
fn elsewhere(app: App) {
    use sparta_core::Summary;
    use std::io::Write;

    let build_id = option_env!("SPARTA_BUILD_ID").map(str::to_owned);
    let summary = Summary { build_id, ..app.summary("serving") };
    // There is nothing to do about a reader that went away.
    _ = writeln!(std::io::stdout(), "{}", summary.to_json());
    _ = writeln!(std::io::stderr(), "This is what Lambda runs: it only serves, where AWS_LAMBDA_RUNTIME_API is set.");
    std::process::exit(2)
}
