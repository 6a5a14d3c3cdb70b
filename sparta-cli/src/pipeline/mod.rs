//! A pipeline that is deployed: what it does, what it waits for, and what can be done about that.

mod decide;
mod delete;
mod error;
mod look;
mod remains;
mod retry;
mod rollback;
mod show;
#[cfg(test)]
mod tests;
mod view;

use aws_config::SdkConfig;

use crate::aws::{AwsError, codepipeline::CodePipeline};
pub(crate) use delete::Removal;
pub(crate) use error::PipelineError;

/// One pipeline of an account and region.
#[derive(Debug)]
pub(crate) struct DeployedPipeline {
    client: CodePipeline,
    name: String,
    region: String,
}

impl DeployedPipeline {
    /// The pipeline of this name in the configured account and region.
    pub(crate) fn new(config: &SdkConfig, name: &str) -> Self {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        Self { client: CodePipeline::new(config), name: name.to_owned(), region }
    }

    /// Starts it with the last commit of its branch; answers the execution.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn start(&self) -> Result<String, PipelineError> {
        self.client.start(&self.name).await.map_err(|error| self.failed(error))
    }

    /// What a call failed with, which may be that there is no such pipeline.
    fn failed(&self, error: AwsError) -> PipelineError {
        match error.has_code("PipelineNotFoundException") {
            true => PipelineError::Missing { name: self.name.clone(), region: self.region.clone() },
            false => PipelineError::Aws(error),
        }
    }
}
