//! The error of handlers and factories, which keeps the name of its type for Lambda.

use std::any::type_name;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// Any error that can cross threads, as tower's services return it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A result whose error is Sparta's [`Error`] unless another is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error that handlers, factories and `main` return.
///
/// It is made by `?` from any error and from texts, and remembers the error's type name, which Lambda reports as
/// `errorType`. It shows its whole chain of causes. Like `anyhow::Error` it is not a [`std::error::Error`] itself; it
/// becomes one, a [`Failure`], when it is boxed.
///
/// # Example
///
/// ```
/// fn port(address: &str) -> sparta_core::Result<u16> {
///     let (_, port) = address.split_once(':').ok_or("the address has no port")?;
///     Ok(port.parse()?)
/// }
///
/// let error = port("localhost:http").unwrap_err();
/// assert_eq!(error.type_name(), "core::num::error::ParseIntError");
/// assert_eq!(port("localhost").unwrap_err().to_string(), "the address has no port");
/// ```
pub struct Error(Failure);

impl Error {
    /// An error that is only a message. Its type name is `Error`.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self(Failure::named("Error", message))
    }

    /// The error that is in the box.
    pub fn from_boxed(error: BoxError) -> Self {
        Self(Failure::of(error))
    }

    /// Puts a message in front of the error, which becomes its cause. The type name stays.
    #[must_use]
    pub fn context(self, message: impl fmt::Display) -> Self {
        Self(Failure {
            type_name: self.0.type_name.clone(),
            error: Box::new(Context { message: message.to_string(), source: self.0 }),
        })
    }

    /// The name of the type that this error was made from; of an error of Sparta's, without its path.
    pub fn type_name(&self) -> &str {
        self.0.type_name()
    }

    /// The message, then the causes that it does not already contain.
    pub fn message(&self) -> String {
        self.0.message()
    }

    /// The error that this was made from, if it is an `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.error.downcast_ref()
    }
}

/// From errors and texts: from what can be boxed as an error. The second bound leaves out [`Error`] itself.
impl<E> From<E> for Error
where
    BoxError: From<E>,
    Box<dyn StdError>: From<E>,
{
    fn from(error: E) -> Self {
        Self(Failure::of(error))
    }
}

impl From<Error> for BoxError {
    fn from(error: Error) -> Self {
        Box::new(error.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        error.0
    }
}

/// The message, then the causes that it does not already contain, as in logs (`%error`).
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

/// An error with the name of the type that it was before it was boxed.
pub struct Failure {
    type_name: Cow<'static, str>,
    error: BoxError,
}

impl Failure {
    /// A failure that is only a message, under a name that callers can match.
    pub fn named(type_name: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Self {
        Self { type_name: type_name.into(), error: message.to_string().into() }
    }

    /// The failure that `error` is or holds, else a new one with the name of `E`.
    pub fn of<E: Into<BoxError>>(error: E) -> Self {
        let name = type_name::<E>();
        match error.into().downcast::<Self>() {
            Ok(failure) => *failure,
            Err(error) if name == type_name::<BoxError>() => Self { type_name: name_from_debug(&error), error },
            Err(error) if is_text(name) => Self { type_name: "Error".into(), error },
            Err(error) => Self { type_name: without_own_path(name).into(), error },
        }
    }

    /// The name of the type that this failure was made from.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The message, then the causes that it does not already contain.
    pub fn message(&self) -> String {
        message(self)
    }

    /// The error that this was made from, if it is an `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.error.downcast_ref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.type_name, self.message())
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Context {
    message: String,
    source: Failure,
}

/// The error's message, then the causes that it does not already contain.
pub(crate) fn message(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.ends_with(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}

fn is_text(name: &str) -> bool {
    [type_name::<&str>(), type_name::<String>(), type_name::<Cow<'_, str>>()].contains(&name)
}

/// Where a type is inside of Sparta says nothing to users; its name is in the documentation.
fn without_own_path(name: &'static str) -> &'static str {
    let is_own = name.starts_with(concat!(env!("CARGO_CRATE_NAME"), "::"));
    let end = name.find('<').unwrap_or(name.len());
    match name[..end].rfind("::") {
        Some(at) if is_own => &name[at + 2..],
        _ => name,
    }
}

/// A boxed error no longer knows its type, but a derived `Debug` starts with its name.
fn name_from_debug(error: &BoxError) -> Cow<'static, str> {
    let text = format!("{error:?}");
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    match name.chars().next() {
        Some(first) if first.is_uppercase() => name.into(),
        _ => "Error".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("table is closed")]
    struct TableClosed;

    #[derive(Debug, thiserror::Error)]
    #[error("order 7 failed")]
    struct OrderFailed {
        #[from]
        source: TableClosed,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("order failed: {0}")]
    struct Repeats(#[from] TableClosed);

    fn order() -> Result<()> {
        Err(OrderFailed { source: TableClosed })?
    }

    #[test]
    fn the_type_name_of_the_first_error_survives_every_conversion() {
        let boxed: BoxError = order().unwrap_err().into();
        let again = Error::from_boxed(boxed).context("while serving");
        let failure = Failure::of(BoxError::from(again));
        assert_eq!(failure.type_name(), "OrderFailed");
        let question_mark: Error = (|| -> Result<()> { Err(failure)? })().unwrap_err();
        assert_eq!(question_mark.type_name(), "OrderFailed");
    }

    #[test]
    fn the_message_names_every_cause_once() {
        let error = order().unwrap_err().context("while serving");
        assert_eq!(error.message(), "while serving: order 7 failed: table is closed");
        assert_eq!(Error::from(Repeats(TableClosed)).message(), "order failed: table is closed");
    }

    #[test]
    fn an_error_that_is_shown_or_logged_names_every_cause() {
        let error = order().unwrap_err().context("while serving");
        assert_eq!(format!("{error}"), "while serving: order 7 failed: table is closed");
        assert_eq!(format!("{error:?}"), "while serving: order 7 failed: table is closed");
    }

    #[test]
    fn a_text_is_an_error_of_its_own_words() {
        let texts: [fn() -> Result<()>; 4] = [
            || Ok(None.ok_or("no order")?),
            || Ok(None.ok_or_else(|| format!("no {}", "order"))?),
            || Ok(Err(Cow::Borrowed("no order"))?),
            || Err("no order".into()),
        ];
        for text in texts {
            let error = text().unwrap_err();
            assert_eq!((error.type_name(), error.to_string().as_str()), ("Error", "no order"));
        }
    }

    #[test]
    fn only_sparta_leaves_out_its_paths() {
        assert_eq!(without_own_path("sparta_core::records::RecordsError"), "RecordsError");
        assert_eq!(without_own_path("sparta_core::a::Failed<shop::b::Order>"), "Failed<shop::b::Order>");
        assert_eq!(without_own_path("sparta_core_shop::a::Failed"), "sparta_core_shop::a::Failed");
        assert_eq!(without_own_path("shop::Failed<sparta_core::a::B>"), "shop::Failed<sparta_core::a::B>");
    }

    #[test]
    fn a_boxed_error_is_named_after_its_debug_form() {
        let boxed: BoxError = Box::new(TableClosed);
        assert_eq!(Failure::of(boxed).type_name(), "TableClosed");
        assert_eq!(Failure::of(BoxError::from("text")).type_name(), "Error");
    }

    #[test]
    fn the_original_error_can_be_taken_out() {
        let error = order().unwrap_err();
        assert!(error.downcast_ref::<OrderFailed>().is_some());
        assert!(error.downcast_ref::<TableClosed>().is_none());
    }
}
