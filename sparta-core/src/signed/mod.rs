//! Calls of AWS that a function makes itself, signed with its credentials: with the features `fetch`, `connections` and `site`.
//! Answers to CloudFormation, with the feature `custom-resources`, have an address that is signed already.

mod connection;
#[cfg(any(feature = "connections", feature = "fetch", feature = "site"))]
mod sign;

#[cfg(feature = "connections")]
pub(crate) use connection::Connection;
pub(crate) use connection::Endpoint;
#[cfg(feature = "fetch")]
pub(crate) use sign::Env;
#[cfg(any(feature = "fetch", feature = "site"))]
pub(crate) use sign::domain;
#[cfg(any(feature = "connections", feature = "fetch", feature = "site"))]
pub(crate) use sign::{Call, WrongVariable, process};
#[cfg(feature = "site")]
pub(crate) use sign::{PLAIN, sha256};
