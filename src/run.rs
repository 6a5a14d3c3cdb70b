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
    /// serving build, which is what Lambda runs, has no command line.
    ///
    /// # Errors
    ///
    /// On Lambda, when the start fails; it has been reported to Lambda then.
    fn run(self) -> sparta_core::Result<()>;
}

impl AppExt for App {
    fn command<C: Command>(self) -> Self {
        if cfg!(sparta_serving) { self } else { sparta_cli::with_command::<C>(self) }
    }

    fn run(self) -> sparta_core::Result<()> {
        if cfg!(sparta_serving) || std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
            return Ok(self.serve()?);
        }
        sparta_cli::run(self);
        Ok(())
    }
}
