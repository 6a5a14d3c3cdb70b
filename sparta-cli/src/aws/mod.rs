//! The calls to AWS: one thin module per service, and one error for all of them.

pub mod cloudformation;
pub mod config;
mod endpoint;
mod error;
pub(crate) mod http;
pub mod lambda;
mod operation;
mod request;
pub mod s3;
pub mod secrets;
mod stack;
pub mod sts;
#[cfg(test)]
mod tests;

pub use crate::calls::{self, Call};
pub use error::{AwsError, Fault};
