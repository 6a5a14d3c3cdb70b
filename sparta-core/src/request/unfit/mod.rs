//! Bodies that are not what they should be, and the answers that say so.

mod amended;
mod place;
mod stand_in;
#[cfg(test)]
mod tests;
mod trouble;

use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::response::{IntoResponse, Json, Response};
use amended::{Amended, Next};
use place::Place;
use trouble::Trouble;

/// A body that is no JSON, or does not fit: the answer that says so.
///
/// It has everything that does not fit, as far as that can be known: up to 20 faults, with their places in the document. What a
/// type checks as a whole, such as `#[serde(try_from = "..")]`, is only checked where all of its parts fit; of an enum that is
/// untagged it is not known what does not fit.
///
/// ```json
/// {"message": "the body does not fit", "errors": [{"path": "items[0].count", "message": "invalid type: ..."}]}
/// ```
///
/// # Example
///
/// ```
/// use serde::Deserialize;
/// use sparta_core::Unfit;
///
/// #[derive(Debug, Deserialize)]
/// struct Order {
///     item: String,
///     count: u8,
/// }
///
/// let unfit = Unfit::read::<Order>(br#"{"count": 300}"#).unwrap_err();
/// assert_eq!(unfit.paths().collect::<Vec<_>>(), ["count", "."]);
/// assert_eq!(
///     unfit.to_string(),
///     "the body does not fit: `count`: invalid value: integer `300`, expected u8; `.`: missing field `item`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {}", listed(.faults))]
pub struct Unfit {
    message: &'static str,
    status: StatusCode,
    faults: Vec<Fault>,
}

/// The most faults that are told of a body.
const MOST: usize = 20;
/// The most characters that are told of a place, or of what is wrong there: both may be what somebody sent.
const LONGEST: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Fault {
    path: String,
    message: String,
}

#[derive(Serialize)]
struct Document<'a> {
    message: &'a str,
    errors: &'a [Fault],
}

impl Unfit {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What does not fit of it.
    pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Self> {
        serde_json::from_slice(body).map_err(|error| {
            Self::of(body, &error, &mut |amended, document| T::deserialize(Place::new(document, amended)).map(drop))
        })
    }

    /// What is wrong with a body that this error was found in, and that can be read again.
    fn of(body: &[u8], first: &serde_json::Error, read: &mut Read<'_>) -> Self {
        let fault = |error: &serde_json::Error| vec![Fault::new(".".to_owned(), error.to_string())];
        let document = match serde_json::from_slice(body) {
            Ok(document) => document,
            Err(error) => {
                let (message, status) = ("the body is no JSON", StatusCode::BAD_REQUEST);
                return Self { message, status, faults: fault(&error) };
            }
        };
        let mut faults = faults(&document, read);
        if faults.is_empty() {
            faults = fault(first);
        }
        Self { message: "the body does not fit", status: StatusCode::UNPROCESSABLE_ENTITY, faults }
    }

    /// Where it does not fit: `items[0].count`, or `.` for all of it, the first place first.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(|fault| fault.path.as_str())
    }
}

type Read<'r> = dyn FnMut(&Amended, &Value) -> Result<(), Trouble> + 'r;

/// Everything that does not fit of a document.
///
/// Whoever reads a type stops at the first fault. So it is read again, with something that fits in the place of the fault, until
/// nothing more is found.
fn faults(document: &Value, read: &mut Read<'_>) -> Vec<Fault> {
    let (mut amended, mut faults) = (Amended::default(), Vec::new());
    for _ in 0..2 * MOST {
        let Err(trouble) = read(&amended, document) else { break };
        match amended.learn(&trouble) {
            Next::Told => faults.push(Fault::new(trouble.place(), trouble.to_string())),
            Next::Silent => {}
            Next::Stuck => break,
        }
        if faults.len() == MOST {
            break;
        }
    }
    faults
}

impl Fault {
    fn new(path: String, message: String) -> Self {
        Self { path: shortened(path), message: shortened(message) }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn listed(faults: &[Fault]) -> String {
    let faults: Vec<String> = faults.iter().map(|Fault { path, message }| format!("`{path}`: {message}")).collect();
    faults.join("; ")
}

impl IntoResponse for Unfit {
    fn into_response(self) -> Response {
        (self.status, Json(Document { message: self.message, errors: &self.faults })).into_response()
    }
}
