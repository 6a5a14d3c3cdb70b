//! What the command line prints: results on the standard output, everything else on the standard error output.

use std::io::Write;

use serde::Serialize;

use crate::{CliError, options::Format};

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
#[cfg(not(sparta_serving))]
pub(crate) fn say(line: impl std::fmt::Display) {
    _ = writeln!(std::io::stderr(), "{line}");
}
