//! What the command line prints: results on the standard output, everything else on the standard error output.

use std::{
    fmt::{self, Display, Write as _},
    io::Write,
};

use serde::Serialize;

use crate::{CliError, options::Format};

/// Prints a result: `text` for people, `document` for machines.
pub(crate) fn print(format: Format, text: &str, document: &impl Serialize) -> Result<(), CliError> {
    match format {
        Format::Json => print_text(&json(document)?),
        _ => print_text(text.trim_end()),
    }
    Ok(())
}

/// A result for machines.
pub(crate) fn json(document: &impl Serialize) -> Result<String, CliError> {
    let failed = |error| CliError::failed("the result is no JSON").source(error);
    serde_json::to_string_pretty(document).map_err(failed)
}

/// Prints a result as it is. A reader that went away, as in `| head`, is no failure.
pub(crate) fn print_text(output: &str) {
    _ = writeln!(std::io::stdout(), "{output}");
}

/// A text from elsewhere, such as AWS's reason for a failure, with its control characters written out.
///
/// A terminal would obey them, and a line break could pass off what follows as a line of ours.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.0.len());
        for character in self.0.chars() {
            if is_obeyed(character) { text.extend(character.escape_default()) } else { text.push(character) }
        }
        f.pad(&text)
    }
}

/// The text with everything written out that a terminal obeys, but for tabs and the breaks between its lines.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other => _ = write!(shown, "{}", Shown(other.encode_utf8(&mut [0; 4]))),
        }
    }
    shown
}

/// Control characters, and those that turn the direction of what follows.
fn is_obeyed(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints one line to the standard error output. Where nobody reads it any more, as after `2>&1 | head`, the work goes on.
#[cfg(not(sparta_serving))]
pub(crate) fn say(line: impl Display) {
    _ = writeln!(std::io::stderr(), "{}", harmless(&line.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let reason = "no\u{1b}[2J\r\nerror: \u{202e}fdp.exe\u{9b}31m\tgrün";
        assert_eq!(Shown(reason).to_string(), r"no\u{1b}[2J\r\nerror: \u{202e}fdp.exe\u{9b}31m\tgrün");
        assert_eq!(harmless("a\n\tb\u{1b}]0;x\u{7}\n"), "a\n\tb\\u{1b}]0;x\\u{7}\n");
        assert_eq!(format!("{:5}|", Shown("ab")), "ab   |");
    }
}
