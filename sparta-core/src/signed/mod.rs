//! Calls of AWS that a function makes itself, signed with its credentials: with the features `fetch` and `connections`.

mod connection;
mod sign;

use std::env;

#[cfg(feature = "connections")]
pub(crate) use connection::Connection;
pub(crate) use connection::Endpoint;
pub(crate) use sign::Call;

/// Reads a variable of the process; an empty one is none.
pub(crate) type Env<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// A variable that is not what Lambda sets it to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongVariable(pub(crate) &'static str);

/// The variables of this process.
pub(crate) fn process(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}
