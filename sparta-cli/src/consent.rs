//! Whether somebody agrees to what cannot be taken back.

use std::io::IsTerminal;

use crate::{CliError, session::Session};

/// An answer that is given beforehand.
#[derive(clap::Args)]
pub(crate) struct Consent {
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
}

impl Consent {
    /// Makes sure, before anything else is done, that somebody is there to say whether `what`.
    pub(crate) fn check(&self, session: &Session, what: &str) -> Result<(), CliError> {
        if session.global.noop { Ok(()) } else { check(self.yes, what) }
    }

    /// Whether somebody agrees.
    #[cfg(feature = "aws")]
    pub(crate) fn given(&self, question: &str) -> Result<bool, CliError> {
        if self.yes { Ok(true) } else { agreed(question) }
    }
}

/// Makes sure that somebody is there to say whether `what`.
pub(crate) fn check(yes: bool, what: &str) -> Result<(), CliError> {
    if yes || std::io::stdin().is_terminal() {
        return Ok(());
    }
    let message = format!("nobody is there to say whether {what}");
    Err(CliError::usage(message).hint("Run it in a terminal, or give --yes."))
}

/// Asks on the terminal.
#[cfg(feature = "aws")]
pub(crate) fn agreed(question: &str) -> Result<bool, CliError> {
    let answer = ask(&format!("{question} [y/N] "), std::io::stdin().lock(), std::io::stderr());
    answer.map_err(|error| CliError::failed("the terminal cannot be read").source(error))
}

#[cfg(any(feature = "aws", test))]
fn ask(question: &str, mut answers: impl std::io::BufRead, mut out: impl std::io::Write) -> std::io::Result<bool> {
    write!(out, "{}", crate::output::harmless(question))?;
    out.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_agrees() {
        let answered = |answer: &str| {
            let mut said = Vec::new();
            let agreed = ask("Delete it? [y/N] ", answer.as_bytes(), &mut said).unwrap();
            assert_eq!(said, b"Delete it? [y/N] ");
            agreed
        };
        assert!(["y\n", "Yes\n", " yes"].iter().all(|answer| answered(answer)));
        assert!(!["", "\n", "n\n", "yesterday\n", "delete\ny\n"].iter().any(|answer| answered(answer)));
    }
}
