use std::env;
use std::fmt;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use crate::error::{Advice, ErrorKind};

/// A secret text, which shows itself to nobody who does not ask for it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// It was given nowhere, and nobody can be asked.
    #[error("no token was given")]
    Missing {
        /// The environment variable that may hold it.
        variable: String,
    },
    /// It is empty, or holds spaces or line breaks.
    #[error("the token is not one: it is empty or has spaces or line breaks in it")]
    Malformed,
    /// The prompt failed.
    #[error("cannot read the token from the terminal")]
    Prompt(#[source] io::Error),
}

impl Advice for TokenError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Missing { variable } => vec![format!(
                "Set {variable}, which other users of this machine cannot see, or run this on a terminal to be asked."
            )],
            Self::Malformed => vec!["Copy it again, without quotes or line breaks.".to_owned()],
            Self::Prompt(_) => Vec::new(),
        }
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }
}

impl Token {
    /// The token of the flag, else of the environment variable, else from the person at the terminal.
    ///
    /// # Errors
    ///
    /// [`TokenError`], never with the token in it.
    pub(crate) fn obtain(flag: Option<String>, variable: &str) -> Result<Self, TokenError> {
        Self::choose(flag, env::var(variable).ok(), variable, || {
            let terminal = io::stdin().is_terminal();
            terminal.then(|| rpassword::prompt_password(format!("Token (or set {variable}): ")))
        })
    }

    pub(crate) fn choose(
        flag: Option<String>,
        environment: Option<String>,
        variable: &str,
        prompt: impl FnOnce() -> Option<io::Result<String>>,
    ) -> Result<Self, TokenError> {
        let given = flag.or(environment.filter(|text| !text.trim().is_empty()));
        match given {
            Some(text) => text.parse(),
            None => match prompt() {
                Some(answer) => answer.map_err(TokenError::Prompt)?.parse(),
                None => Err(TokenError::Missing { variable: variable.to_owned() }),
            },
        }
    }

    /// The secret itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The text without the secret.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(TokenError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}
