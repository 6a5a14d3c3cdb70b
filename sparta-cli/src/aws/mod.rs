//! The calls to AWS: one client and one error for all of them, and one thin module for each service of which commands
//! share calls.

pub(crate) mod cloudformation;
pub(crate) mod codepipeline;
pub(crate) mod config;
mod endpoint;
mod error;
pub(crate) mod http;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod operation;
pub(crate) mod request;
pub(crate) mod s3;
pub(crate) mod secrets;
mod stack;
pub(crate) mod sts;
#[cfg(test)]
mod tests;

pub(crate) use crate::calls::{self, Call};
pub(crate) use error::{AwsError, Fault};
