//! What the parser makes of the tokens.

use super::place::Place;

/// What was written for a property, with the place of each part.
pub(super) struct Node {
    pub place: Place,
    pub value: Value,
}

pub(super) enum Value {
    Bool(bool),
    /// As JSON has it, with all its digits.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// `(expression)`, by its number.
    Expression(usize),
    /// What could not be understood, and has been reported.
    Broken,
}

pub(super) struct Entry {
    pub key: String,
    pub place: Place,
    pub value: Node,
}

/// A resource type as it was written.
pub(super) struct Kind {
    pub name: String,
    pub place: Place,
}
