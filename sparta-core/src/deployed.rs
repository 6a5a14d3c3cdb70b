//! A stack of the service's as it is deployed.

use std::collections::BTreeMap;

/// A stack of the service's as it is deployed, which commands and hooks get: its name and its outputs.
///
/// What a construct is called in it is [`Construct::name_in`](crate::construct::Construct::name_in).
///
/// # Example
///
/// ```
/// use sparta_core::{Deployed, construct::{Construct, Table}};
///
/// let deployed = Deployed::new("Test-Links", [("LinksTable", "Test-Links-LinksTable-1A2B")]);
/// assert_eq!(Table::new("links").name_in(&deployed)?, "Test-Links-LinksTable-1A2B");
/// # Ok::<_, sparta_core::construct::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    stack: String,
    outputs: BTreeMap<String, String>,
}

impl Deployed {
    /// A stack with its outputs by their logical ids; in tests of what takes one.
    pub fn new<K: Into<String>, V: Into<String>>(
        stack: impl Into<String>,
        outputs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let outputs = outputs.into_iter().map(|(id, value)| (id.into(), value.into()));
        Self { stack: stack.into(), outputs: outputs.collect() }
    }

    /// The stack's name.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The output with this logical id, such as `HttpApiUrl`.
    pub fn output(&self, id: &str) -> Option<&str> {
        self.outputs.get(id).map(String::as_str)
    }

    /// All outputs by their logical ids.
    pub fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }
}
