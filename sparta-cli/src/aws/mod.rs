//! The calls to AWS: one thin module per service, and one error for all of them.

pub(crate) mod cloudformation;
pub(crate) mod config;
mod endpoint;
mod error;
pub(crate) mod http;
pub(crate) mod lambda;
mod operation;
mod request;
pub(crate) mod s3;
pub(crate) mod secrets;
mod stack;
pub(crate) mod sts;
#[cfg(test)]
mod tests;

pub(crate) use crate::calls::{self, Call};
pub(crate) use error::{AwsError, Fault};
