//! What bounds the work on properties that nobody would write, whatever their size.

use std::cell::Cell;

use crate::node::{Node, Value};

/// What is left of the work that a check may do.
pub(super) struct Limits {
    steps: Cell<usize>,
    hints: Cell<usize>,
}

// each value is compared with some schemas; forms that are tried inside of forms would multiply
const STEPS: usize = 1_000;
// each is compared with every name that was possible
const HINTS: usize = 50;

impl Limits {
    /// The limits for properties, by their size.
    pub(super) fn of(properties: &Node) -> Self {
        Self { steps: Cell::new(STEPS * (10 + size(properties))), hints: Cell::new(HINTS) }
    }

    /// Whether one more value may be compared with a schema.
    pub(super) fn step(&self) -> bool {
        take(&self.steps)
    }

    /// Whether one more name that was meant may be looked for.
    pub(super) fn hint(&self) -> bool {
        take(&self.hints)
    }
}

fn take(left: &Cell<usize>) -> bool {
    let before = left.get();
    left.set(before.saturating_sub(1));
    before > 0
}

/// How many values there are in one.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) | Value::Choice(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|it| size(&it.value)).sum::<usize>(),
        _ => 1,
    }
}
