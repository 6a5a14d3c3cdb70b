//! The names of constructs at run time.

use std::{
    collections::BTreeMap,
    env,
    sync::{PoisonError, RwLock},
};

use super::{Construct, words};
use crate::{Deployed, DeployedError, settings::function_name};

/// A function asks for a construct that it does not use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A function on Lambda, whose role has no permission for the construct either.
    #[error(
        "the function `{function}` does not use the {construct}: add `.uses(...)` to it in `main()`, with what it may do \
         there, such as `{example}`"
    )]
    NotUsed {
        /// The function.
        function: String,
        /// The construct: "table `links`".
        construct: String,
        /// A grant: `links().read()`.
        example: String,
    },
    /// Outside of Lambda, where no construct has a name unless it is given one.
    #[error("outside of Lambda the {construct} has no name: a test gives it one with `sparta::testing::set_name(...)`")]
    OutsideOfLambda {
        /// The construct: "table `links`".
        construct: String,
    },
}

static SET: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());

/// Gives a construct a name in this process, in place of the one that it has on Lambda: for tests, which run handlers
/// without it.
///
/// What a handler gets by [`Table::name`](super::Table::name) and the like is the last one that was set.
///
/// # Example
///
/// ```
/// use sparta_core::construct::{Table, set_name};
///
/// fn links() -> Table {
///     Table::new("links").key("code")
/// }
///
/// set_name(links(), "links-of-a-test");
/// assert_eq!(links().name()?, "links-of-a-test");
/// # Ok::<_, sparta_core::construct::NameError>(())
/// ```
pub fn set_name(construct: impl Construct, name: impl Into<String>) {
    SET.write().unwrap_or_else(PoisonError::into_inner).insert(construct.variable(), name.into());
}

/// What a construct is called in AWS; `grant` is one of its grants, such as `read`.
pub(super) fn of(label: &str, kind: &str, grant: &str) -> Result<String, NameError> {
    of_variable(&variable(label, kind)).ok_or_else(|| not_there(label, kind, grant))
}

/// What the construct with this variable is called in AWS.
pub(crate) fn of_variable(variable: &str) -> Option<String> {
    if !cfg!(sparta_serving)
        && let Some(name) = SET.read().unwrap_or_else(PoisonError::into_inner).get(variable)
    {
        return Some(name.clone());
    }
    env::var(variable).ok()
}

#[cold]
fn not_there(label: &str, kind: &str, grant: &str) -> NameError {
    let construct = format!("{} `{label}`", words(kind));
    match function_name() {
        Some(function) => {
            let example = format!("{}().{grant}()", label.replace('-', "_"));
            NameError::NotUsed { function, construct, example }
        }
        None => NameError::OutsideOfLambda { construct },
    }
}

/// What a construct is called where it is deployed; an output says what cannot be read off the stack's resources.
pub(super) fn in_stack(construct: &dyn Construct, deployed: &Deployed) -> Result<String, DeployedError> {
    let (value, id) = (construct.value(), construct.id());
    let output = || deployed.outputs().get(id.as_str()).cloned();
    deployed.text(&value).or_else(output).ok_or_else(|| {
        let (stack, remedy) = (deployed.stack().to_owned(), deployed.remedy().to_owned());
        let construct = format!("{} `{}`", construct.words(), construct.label());
        match deployed.has_all_of(&value) {
            true => DeployedError::Unknown { construct, stack, output: id.to_string(), remedy },
            false => DeployedError::NoConstruct { construct, stack, remedy },
        }
    })
}

/// `order-events` and `Table` become `ORDER_EVENTS_TABLE`.
pub(super) fn variable(label: &str, kind: &str) -> String {
    let mut variable = String::with_capacity(label.len() + kind.len() + 1);
    for word in [label, kind] {
        let mut before = '_';
        for c in word.chars() {
            let c = if c.is_ascii_alphanumeric() { c } else { '_' };
            let begins = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
            if (begins || before == '_' && c != '_') && !variable.is_empty() {
                variable.push('_');
            }
            if c != '_' {
                variable.push(c.to_ascii_uppercase());
            }
            before = c;
        }
    }
    variable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_the_name_and_the_kind_in_capitals() {
        for (label, kind, expected) in [
            ("links", "Table", "LINKS_TABLE"),
            ("order-events", "Queue", "ORDER_EVENTS_QUEUE"),
            ("orderEvents", "EventBus", "ORDER_EVENTS_EVENT_BUS"),
            ("dead__letters.fifo", "Queue", "DEAD_LETTERS_FIFO_QUEUE"),
            ("URL-map", "StateMachine", "URL_MAP_STATE_MACHINE"),
        ] {
            assert_eq!(variable(label, kind), expected);
        }
    }

    #[test]
    fn a_construct_without_a_name_is_named_with_the_remedy() {
        let error = of("order-events", "Queue", "send").unwrap_err();
        assert_eq!(error, NameError::OutsideOfLambda { construct: "queue `order-events`".into() });
        assert!(error.to_string().contains("sparta::testing::set_name"));
    }
}
