//! The errors of settings, which never show a secret.

use std::fmt;

use super::process::function_name;
use super::reference::SecretReference;
use super::variable::VariableNameError;

/// Everything that is wrong with the settings, in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    errors: Vec<SettingError>,
}

impl SettingsError {
    /// `Ok` if there is no error.
    ///
    /// # Errors
    ///
    /// The errors, if there are any.
    pub fn check(errors: Vec<SettingError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self { errors }) }
    }

    pub(super) fn new(errors: Vec<SettingError>) -> Self {
        Self { errors }
    }

    /// Each error by itself.
    pub fn errors(&self) -> &[SettingError] {
        &self.errors
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [error] = self.errors.as_slice() {
            return error.fmt(f);
        }
        write!(f, "{} settings are wrong:", self.errors.len())?;
        for error in &self.errors {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {kind}", self.place())]
pub struct SettingError {
    /// The Lambda variable.
    pub variable: String,
    /// The field, as in `Greeting::message`; `None` for settings without a struct.
    pub field: Option<String>,
    /// What is wrong.
    pub kind: SettingErrorKind,
}

impl SettingError {
    fn place(&self) -> String {
        match &self.field {
            Some(field) => format!("{} ({field})", self.variable),
            None => self.variable.clone(),
        }
    }
}

/// What can be wrong with a variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingErrorKind {
    /// The variable is not set.
    #[error("not set, expected {expected}")]
    Missing {
        /// What it should be.
        expected: String,
    },
    /// The variable's text is not what its field takes.
    #[error("expected {expected}, found {found}")]
    Malformed {
        /// What it should be.
        expected: String,
        /// What it is.
        found: Found,
    },
    /// A secret holds the reference to its value instead of the value.
    #[error(
        "the reference {reference} was not resolved; CloudFormation does so when it deploys, elsewhere set the value itself"
    )]
    Unresolved {
        /// The reference.
        reference: String,
    },
    /// Lambda refuses the variable's name.
    #[error(transparent)]
    Name(#[from] VariableNameError),
    /// Two variables have one name.
    #[error("given more than once")]
    Duplicate,
    /// Two variables have the same template parameter.
    #[error("has the same template parameter {parameter} as {other}; rename one of them")]
    SameParameter {
        /// The parameter that both would be.
        parameter: String,
        /// The variable that came first.
        other: String,
    },
}

/// A value as an error shows it: quoted and cut, or hidden because it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The value.
    Text(String),
    /// A secret of that many characters.
    Hidden(usize),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 80;
        match self {
            Self::Text(text) => match text.char_indices().nth(SHOWN) {
                Some((end, _)) => write!(f, "{:?}...", &text[..end]),
                None => write!(f, "{text:?}"),
            },
            Self::Hidden(length) => write!(f, "a secret of {length} characters that does not fit"),
        }
    }
}

/// Why a secret has no value to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// A function on Lambda that does not use it: a secret is a variable of those that do only.
    #[error(
        "the function `{function}` does not use the secret `{variable}`: add `.uses({constant})` to it in `main()`"
    )]
    NotUsed {
        /// The function.
        function: String,
        /// The secret's variable.
        variable: String,
        /// The setting's constant: `Shop::PAYMENT_KEY`.
        constant: String,
    },
    /// Outside of Lambda, where the secret's variable is not set.
    #[error(
        "outside of Lambda the secret has no value: set the variable `{variable}`, in a test with \
         `sparta::testing::set_secret(...)`"
    )]
    OutsideOfLambda {
        /// The secret's variable.
        variable: String,
    },
    /// A function fetches it, which takes time.
    #[error("the secret `{variable}` is fetched when the function runs: read it with `.read().await?`")]
    Fetched {
        /// The secret's variable.
        variable: String,
    },
    /// It was fetched, and is not what the setting takes.
    #[error(transparent)]
    Malformed(SettingError),
    /// It could not be fetched.
    #[error("the secret `{variable}`, {name:?}, was not fetched")]
    NotFetched {
        /// The secret's variable.
        variable: String,
        /// Its name or ARN.
        name: String,
        /// Why.
        source: FetchError,
    },
    /// What `main()` made is a reference: only settings that were read from variables have values.
    #[error("{0} is the reference to a secret: its value is in the settings that a function reads with `get()`")]
    Reference(SecretReference),
}

/// Why a secret could not be fetched. Nothing of a value is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Lambda sets this variable, and it is missing or malformed.
    #[error("the variable `{0}` is not what Lambda sets it to")]
    Variable(&'static str),
    /// There is no connection.
    #[error(
        "no connection to {host}: {problem}; in a VPC without a NAT gateway the function needs an endpoint of the service"
    )]
    Connection {
        /// The host.
        host: String,
        /// What went wrong.
        problem: String,
    },
    /// AWS refused.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's code, such as `AccessDeniedException`, or the status of HTTP.
        code: String,
        /// What AWS says.
        message: String,
    },
    /// AWS answered something else than a value.
    #[error("the answer of AWS has no text: binary secrets cannot be settings")]
    NoText,
    /// There is no such part in it.
    #[error("it is no JSON object with a text or number under the key {0:?}")]
    NoKey(String),
}

impl SecretError {
    #[cold]
    pub(super) fn not_there(variable: &str, constant: &str) -> Self {
        let variable = variable.to_owned();
        match function_name() {
            Some(function) => Self::NotUsed { function, variable, constant: constant.to_owned() },
            None => Self::OutsideOfLambda { variable },
        }
    }
}
