//! One line of a log, as it is shown.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::{output::Shown, serve::Moment};

/// One event of a function's log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    /// `2026-12-01T09:30:00.125Z`
    pub(crate) time: String,
    pub(crate) function: String,
    /// What was logged: a document where it is one, else a text.
    pub(crate) message: Value,
}

impl Line {
    pub(crate) fn new(function: &str, millis: u64, message: &str) -> Self {
        let message = message.trim_end();
        let document = serde_json::from_str(message).ok().filter(Value::is_object);
        Self {
            time: Moment::of_millis(millis).iso(),
            function: function.to_owned(),
            message: document.unwrap_or_else(|| Value::String(message.to_owned())),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, function, message } = self;
        match message {
            Value::String(text) => write!(f, "{time} {function}  {}", Shown(text)),
            document => write!(f, "{time} {function}  {}", Shown(&document.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_when_and_which_function_and_controls_no_terminal() {
        let line = Line::new("hello", 1_764_581_400_125, "START \u{1b}[31mred\n");
        assert_eq!(line.time, "2025-12-01T09:30:00.125Z");
        assert!(line.to_string().starts_with("2025-12-01T09:30:00.125Z hello  START "), "{line}");
        assert!(!line.to_string().contains('\u{1b}'), "{line}");
        let document = Line::new("hello", 0, "{\"level\": \"INFO\"}\n");
        assert_eq!(document.message, json!({"level": "INFO"}));
        assert_eq!(Line::new("hello", 0, "7").message, json!("7"));
    }
}
