//! Why nothing can be done with a pipeline.

use crate::{
    aws::AwsError,
    error::{Advice, ErrorKind},
};

/// Why nothing can be done with a pipeline.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PipelineError {
    /// A call of AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// There is no such pipeline.
    #[error("there is no pipeline {name:?} in {region}")]
    Missing {
        /// The pipeline.
        name: String,
        /// Where it was looked for.
        region: String,
    },
    /// No approval waits.
    #[error("nothing in the pipeline {pipeline:?} waits for an approval")]
    NothingWaits {
        /// The pipeline.
        pipeline: String,
    },
    /// No approval waits at the place that was named.
    #[error("nothing waits for an approval at {place:?}")]
    NothingWaitsThere {
        /// The environment or stage.
        place: String,
        /// The approvals that wait elsewhere.
        waiting: Vec<String>,
    },
    /// More than one approval waits.
    #[error("several approvals wait: {}", waiting.join(", "))]
    SeveralWait {
        /// The approvals.
        waiting: Vec<String>,
    },
    /// The approval was answered meanwhile.
    #[error("{action} of {stage} waits no more: it was decided already, or is out of time")]
    Decided {
        /// The action.
        action: String,
        /// Its stage.
        stage: String,
    },
    /// No stage failed.
    #[error("no stage of the pipeline {pipeline:?} has failed")]
    NothingFailed {
        /// The pipeline.
        pipeline: String,
    },
    /// The stage that was named did not fail.
    #[error("{place:?} has not failed")]
    NotFailed {
        /// The environment or stage.
        place: String,
        /// The stages that did.
        failed: Vec<String>,
    },
    /// More than one stage failed.
    #[error("several stages have failed: {}", failed.join(", "))]
    SeveralFailed {
        /// The stages.
        failed: Vec<String>,
    },
    /// AWS does not run the stage again.
    #[error("{stage} cannot run again: {source}")]
    NotRetryable {
        /// The stage.
        stage: String,
        /// AWS's answer.
        source: Box<AwsError>,
    },
    /// No such stage deploys anything.
    #[error("no stage of the pipeline {pipeline:?} deploys {place:?}")]
    NoSuchStage {
        /// The pipeline.
        pipeline: String,
        /// What was named.
        place: String,
        /// The stages that deploy something.
        known: Vec<String>,
    },
    /// The stage is at work.
    #[error("{stage} is at work, and cannot go back until it is done")]
    Running {
        /// The stage.
        stage: String,
    },
    /// Nothing that the stage could go back to.
    #[error("{stage} has nothing to go back to in the present structure of the pipeline ({version})")]
    NothingBefore {
        /// The stage.
        stage: String,
        /// The version of the structure.
        version: u32,
    },
    /// The stage cannot go back to the execution that was named.
    #[error("{stage} cannot go back to the execution {id:?}")]
    NotThere {
        /// The stage.
        stage: String,
        /// The execution.
        id: String,
        /// The version of the structure.
        version: u32,
        /// What it can go back to.
        possible: Vec<String>,
    },
    /// AWS does not take the stage back.
    #[error("{stage} was not rolled back: {source}")]
    NoWayBack {
        /// The stage.
        stage: String,
        /// AWS's answer.
        source: Box<AwsError>,
    },
}

const STRUCTURE: &str = "CodePipeline goes back only to executions that succeeded in the stage and started in the present \
                         structure of the pipeline, so that each change of it by `provisionPipeline` begins anew. Revert \
                         the commit instead: the pipeline delivers that.";

impl Advice for PipelineError {
    fn hints(&self) -> Vec<String> {
        let status = "`pipeline status` shows what it does.".to_owned();
        match self {
            Self::Aws(error) => error.hints(),
            Self::Missing { .. } => vec![
                "`provisionPipeline` makes it; --pipeline, --region and --profile say which one is meant.".to_owned(),
            ],
            Self::NothingWaitsThere { waiting, .. } if !waiting.is_empty() => {
                vec![format!("What waits: {}.", waiting.join(", "))]
            }
            Self::SeveralWait { .. } => vec!["Name the environment or the stage that is meant.".to_owned()],
            Self::NotFailed { failed, .. } if !failed.is_empty() => {
                vec![format!("What failed: {}.", failed.join(", "))]
            }
            Self::SeveralFailed { .. } => vec!["Name the environment or the stage that is meant.".to_owned()],
            Self::NothingWaits { .. }
            | Self::NothingWaitsThere { .. }
            | Self::NothingFailed { .. }
            | Self::NotFailed { .. }
            | Self::Decided { .. } => vec![status],
            Self::NotRetryable { .. } => vec![
                "A later execution has come to the stage, or the pipeline has changed since: `pipeline start` delivers \
                 the last commit from the beginning."
                    .to_owned(),
            ],
            Self::NoSuchStage { known, .. } => vec![format!("Stages that deploy: {}.", known.join(", "))],
            Self::Running { .. } => {
                vec!["Wait for it, or end what waits for an approval in it with `pipeline reject`.".to_owned()]
            }
            Self::NothingBefore { .. } | Self::NoWayBack { .. } => vec![STRUCTURE.to_owned()],
            Self::NotThere { possible, .. } if possible.is_empty() => vec![STRUCTURE.to_owned()],
            Self::NotThere { possible, version, .. } => {
                vec![format!("Executions that it can go back to in structure {version}: {}.", possible.join(", "))]
            }
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::SeveralWait { .. } | Self::SeveralFailed { .. } | Self::NoSuchStage { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        }
    }
}
