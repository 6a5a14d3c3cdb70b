//! The inside of `sparta-lambda`: what a service declares, the template that is made of it, and how it is served.
//!
//! Services depend on `sparta-lambda`, which re-exports what they need.

pub mod cfn;

mod approval;
mod architecture;
pub mod pipeline;
pub mod synth;

pub use approval::{Approval, ApprovalMistake};
pub use architecture::Architecture;
pub use pipeline::{Compute, Pipeline, PipelineMistake, Repository, RepositoryError};
