//! From declarations to documents: the pipeline's stack and its buildspec.

mod buildspec;
mod pipeline;

pub use buildspec::{Buildspec, RELEASE_PROFILE};
pub use pipeline::{PipelineInput, Source, StageInput, pipeline_template};
