//! Calls of AWS that a function makes itself, signed with its credentials: with the features `fetch` and `connections`. Answers to
//! CloudFormation, with the feature `custom-resources`, have an address that is signed already.

mod connection;
#[cfg(any(feature = "connections", feature = "fetch"))]
mod sign;

#[cfg(feature = "connections")]
pub(crate) use connection::Connection;
pub(crate) use connection::Endpoint;
#[cfg(feature = "fetch")]
pub(crate) use sign::Env;
#[cfg(any(feature = "connections", feature = "fetch"))]
pub(crate) use sign::{Call, WrongVariable, process};
