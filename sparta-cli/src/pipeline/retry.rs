//! Stages that failed, and how they run again.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::json;

use super::view::{Reference, Stage, View};
use super::{DeployedPipeline, PipelineError};
use crate::stack::Place;

/// A stage that is to run again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retry {
    pipeline: String,
    /// The stage.
    pub stage: String,
    execution: Reference,
    mode: Mode,
    /// Its change set was executed and cannot be again.
    #[serde(skip)]
    used_up: bool,
}

/// Which actions run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Mode {
    FailedActions,
    AllActions,
}

impl View {
    /// The failed stage at a place, or the only one that failed; all its actions where `all` says so or has to.
    ///
    /// # Errors
    ///
    /// That there is none, or that there are several.
    pub(crate) fn retry(&self, place: &Place, all: bool) -> Result<Retry, PipelineError> {
        let failed = self.stages.iter().filter(|stage| is_failed(stage));
        let names: Vec<String> = failed.clone().map(|stage| stage.name.clone()).collect();
        let found: Vec<&Stage> = failed.filter(|stage| self.is_at(&stage.name, place)).collect();
        let stage = match (&found[..], &place.name) {
            ([one], _) => one,
            ([], None) => return Err(PipelineError::NothingFailed { pipeline: self.pipeline.clone() }),
            ([], Some(place)) => return Err(PipelineError::NotFailed { place: place.clone(), failed: names }),
            _ => return Err(PipelineError::SeveralFailed { failed: names }),
        };
        let mut failed = stage.actions.iter().filter(|it| it.status.as_deref() == Some("Failed")).peekable();
        // The stage can have failed by what is checked after its actions.
        let all = all || failed.peek().is_none();
        let used_up = failed.any(|it| it.executes);
        Ok(Retry {
            pipeline: self.pipeline.clone(),
            stage: stage.name.clone(),
            execution: stage.execution.clone().unwrap_or_default(),
            mode: if all || used_up { Mode::AllActions } else { Mode::FailedActions },
            used_up,
        })
    }
}

fn is_failed(stage: &Stage) -> bool {
    matches!(stage.status.as_deref(), Some("Failed" | "Stopped"))
}

impl DeployedPipeline {
    /// Runs a stage again.
    ///
    /// # Errors
    ///
    /// That it cannot run again, and those of the call.
    pub(crate) async fn retry(&self, retry: &Retry) -> Result<(), PipelineError> {
        let request = json!({
            "pipelineName": self.name,
            "stageName": retry.stage,
            "pipelineExecutionId": retry.execution.id,
            "retryMode": retry.mode,
        });
        self.client.retry_stage_execution(&request).await.map_err(|error| {
            let refused = ["StageNotRetryableException", "NotLatestPipelineExecutionException"];
            match refused.iter().any(|code| error.has_code(code)) {
                true => PipelineError::NotRetryable { stage: retry.stage.clone(), source: Box::new(error) },
                false => self.failed(error),
            }
        })
    }
}

impl Display for Retry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} failed with {}", self.stage, self.pipeline, self.execution)?;
        match self.mode {
            Mode::FailedActions => f.write_str(": what failed runs again"),
            Mode::AllActions if self.used_up => f.write_str(
                ": all its actions run again, because a change set can be executed once only. What is approved in it \
                 is asked again",
            ),
            Mode::AllActions => f.write_str(": all its actions run again"),
        }
    }
}
