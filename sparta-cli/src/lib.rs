//! Part of `sparta-lambda`.

#[cfg(not(sparta_lambda))]
pub mod aws;
#[cfg(not(sparta_lambda))]
pub mod deploy;
pub mod error;
