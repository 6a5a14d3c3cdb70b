//! What a command of the command line fails with.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use crate::output::harmless;

/// An error of any type.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Whose mistake an error is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command was understood and could not be done: exit code 1.
    Failed,
    /// The command was used wrongly: exit code 2.
    Usage,
}

/// Why a command stopped, and what to do next.
#[derive(Debug)]
pub struct CliError {
    /// Whose mistake it is.
    pub kind: ErrorKind,
    /// What happened, in one sentence.
    pub message: String,
    /// The error below, if there is one.
    pub source: Option<BoxError>,
    /// What to do next, a sentence each.
    pub hints: Vec<String>,
}

impl CliError {
    /// A command that could not be done.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Failed, message: message.into(), source: None, hints: Vec::new() }
    }

    /// A command that was used wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage, ..Self::failed(message) }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Sets the error below.
    #[must_use]
    pub fn source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the process exits with: 1 for a failure, 2 for wrong usage.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Failed => 1,
            ErrorKind::Usage => 2,
        }
    }

    /// Prints the error, its causes and its hints to stderr.
    pub fn report(&self) {
        // An error on stderr has nowhere else to go.
        let _ = self.write_report(&mut io::stderr().lock());
    }

    /// Writes what [`report`](Self::report) prints.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_report(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "error: {}", harmless(&self.message))?;
        let mut said = self.message.clone();
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            let text = error.to_string();
            // Wrappers whose text is that of the error below would say it twice.
            if !said.ends_with(&text) {
                writeln!(out, "  caused by: {}", harmless(&text))?;
            }
            said = text;
            cause = error.source();
        }
        for hint in &self.hints {
            writeln!(out, "hint: {}", harmless(hint))?;
        }
        Ok(())
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// An error that knows what to do next; becomes a [`CliError`] by itself.
pub trait Advice: Error + Send + Sync + 'static {
    /// What to do next, a sentence each.
    fn hints(&self) -> Vec<String>;

    /// Whose mistake it is.
    fn kind(&self) -> ErrorKind {
        ErrorKind::Failed
    }
}

impl<E: Advice> From<E> for CliError {
    fn from(error: E) -> Self {
        Self { kind: error.kind(), message: error.to_string(), hints: error.hints(), source: Some(Box::new(error)) }
    }
}

/// Each mistake names its own remedy.
impl Advice for sparta_core::Mistakes {
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// It names its own remedy.
impl Advice for sparta_core::Mistake {
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(error: &CliError) -> String {
        let mut out = Vec::new();
        error.write_report(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_report_has_the_message_the_causes_and_the_hints() {
        let error =
            CliError::failed("cannot read the template").source(io::Error::other("disk on fire")).hint("Put it out.");
        assert_eq!(report(&error), "error: cannot read the template\n  caused by: disk on fire\nhint: Put it out.\n");
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn an_error_with_advice_says_its_message_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("the stack is busy")]
        struct Busy(#[source] io::Error);
        impl Advice for Busy {
            fn hints(&self) -> Vec<String> {
                vec!["Wait.".into()]
            }
        }
        let error = CliError::from(Busy(io::Error::other("somebody else")));
        assert_eq!(report(&error), "error: the stack is busy\n  caused by: somebody else\nhint: Wait.\n");
    }

    #[test]
    fn wrong_usage_exits_with_two() {
        assert_eq!(CliError::usage("no bucket").exit_code(), 2);
    }
}
