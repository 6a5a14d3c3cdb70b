//! Where a mistake is.

use std::fmt;

/// A value of a template: its section, logical id and path.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) section: &'p str,
    pub(super) logical_id: &'p str,
    pub(super) path: Path<'p>,
    /// How many values it is in.
    pub(super) depth: usize,
}

/// A path, which is written out only where something is reported.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Text(&'p str),
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl<'p> Place<'p> {
    pub(super) fn new(section: &'p str, logical_id: &'p str) -> Self {
        Self { section, logical_id, path: Path::Text(""), depth: 0 }
    }

    /// Another path of the same resource.
    pub(super) fn at(self, path: &'p str) -> Self {
        Self { path: Path::Text(path), ..self }
    }

    /// A value inside of the same path.
    pub(super) fn inside(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    pub(super) fn key(&'p self, key: &'p str) -> Self {
        Self { path: Path::Key(&self.path, key), depth: self.depth + 1, ..*self }
    }

    pub(super) fn item(&'p self, index: usize) -> Self {
        Self { path: Path::Item(&self.path, index), depth: self.depth + 1, ..*self }
    }
}

impl Path<'_> {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(""))
    }

    /// The last of its keys.
    pub(super) fn last(&self) -> &str {
        match self {
            Self::Text(text) => text.rsplit('.').next().unwrap_or_default(),
            Self::Key(_, key) => key,
            Self::Item(before, _) => before.last(),
        }
    }

    /// The first of its keys.
    pub(super) fn first(&self) -> &str {
        match self {
            Self::Text(text) => text.split('.').next().unwrap_or_default(),
            Self::Key(before, key) if before.is_empty() => key,
            Self::Key(before, _) | Self::Item(before, _) => before.first(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Key(before, key) if before.is_empty() => f.write_str(key),
            Self::Key(before, key) => write!(f, "{before}.{key}"),
            Self::Item(before, index) => write!(f, "{before}[{index}]"),
        }
    }
}
