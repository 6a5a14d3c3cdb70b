//! The calls to AWS: one thin module per service, and one error for all of them.

pub mod cloudformation;
pub mod config;
mod error;
pub(crate) mod http;
pub mod lambda;
pub mod s3;
pub mod secrets;
mod stack;
pub mod sts;

pub use error::{AwsError, Call, Fault};
