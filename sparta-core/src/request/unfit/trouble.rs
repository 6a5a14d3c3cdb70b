//! What kept a value from being read, and where.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// A field that is not there.
    Missing(&'static str),
    /// A key that is not known, or no key of that kind.
    Key(String),
    /// A value that is another one.
    Value(String),
    /// Nothing more can be said from here.
    Blocked,
}

#[derive(Debug)]
pub(super) struct Trouble(Box<(Vec<Step>, Problem)>);

impl Trouble {
    pub(super) fn blocked() -> Self {
        Self(Box::new((Vec::new(), Problem::Blocked)))
    }

    /// As it is of the place around it.
    pub(super) fn below(mut self, step: Step) -> Self {
        self.0.0.push(step);
        self
    }

    /// As it is of a key, and not of what stands there.
    pub(super) fn of_key(mut self) -> Self {
        if let Problem::Value(text) = &mut self.0.1 {
            self.0.1 = Problem::Key(std::mem::take(text));
        }
        self
    }

    pub(super) fn problem(&self) -> &Problem {
        &self.0.1
    }

    /// The steps to its place, from the top on.
    pub(super) fn path(&self) -> Vec<&Step> {
        self.0.0.iter().rev().collect()
    }

    /// Its place for people: `items[0].count`.
    pub(super) fn place(&self) -> String {
        let mut place = String::new();
        for step in self.path() {
            match step {
                Step::Key(key) if place.is_empty() => place.push_str(key),
                Step::Key(key) => place.extend([".", key]),
                Step::Index(index) => place.push_str(&format!("[{index}]")),
            }
        }
        if place.is_empty() { ".".to_owned() } else { place }
    }
}

impl Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem() {
            Problem::Missing(field) => write!(f, "missing field `{field}`"),
            Problem::Key(text) | Problem::Value(text) => f.write_str(text),
            Problem::Blocked => f.write_str("it cannot be told what fits"),
        }
    }
}

impl std::error::Error for Trouble {}

impl serde::de::Error for Trouble {
    fn custom<T: Display>(text: T) -> Self {
        Self(Box::new((Vec::new(), Problem::Value(text.to_string()))))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unit => Self::custom(format_args!("invalid type: null, expected {expected}")),
            _ => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Box::new((Vec::new(), Problem::Missing(field))))
    }
}
