//! What a stage can go back to.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::look::of_execution;
use super::show::short;
use super::view::{Execution, Reference, Stage, View};
use super::{DeployedPipeline, PipelineError};
use crate::{aws::codepipeline::Time, stack::Place};

/// The least of an id that stands for all of it.
const PREFIX: usize = 4;

/// A stage that is to go back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rollback {
    pipeline: String,
    /// The stage.
    pub stage: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Reference>,
    /// What it goes back to.
    pub to: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<Time>,
    /// The stacks that the stage deploys, all of which go back.
    stacks: BTreeSet<String>,
}

impl DeployedPipeline {
    /// What the stage of an environment goes back to: the execution that is wanted, or the last one that succeeded before the
    /// present one.
    ///
    /// # Errors
    ///
    /// That there is no such stage or execution, and those of the calls.
    pub(crate) async fn rollback_to(&self, place: &Place, wanted: Option<&str>) -> Result<Rollback, PipelineError> {
        let view = self.look().await?;
        let stage = view.deployment(place)?;
        if stage.status.as_deref() == Some("InProgress") {
            return Err(PipelineError::Running { stage: stage.name.clone() });
        }
        let succeeded = self.client.succeeded_in(&self.name, &stage.name).await.map_err(|error| self.failed(error))?;
        // CodePipeline does not go back to an execution that went back itself.
        let succeeded = succeeded.iter().filter(|it| it.execution_type.as_deref() != Some("ROLLBACK"));
        let succeeded: Vec<Execution> = succeeded.map(of_execution).collect();
        let to = match wanted {
            Some(id) => view.wanted(stage, &succeeded, id)?,
            None => view.before(stage, &succeeded)?,
        };
        Ok(Rollback {
            pipeline: self.name.clone(),
            stage: stage.name.clone(),
            from: stage.execution.clone(),
            to: to.reference.clone(),
            started: to.started,
            stacks: stage.actions.iter().filter_map(|it| it.stack.clone()).collect(),
        })
    }

    /// Makes a stage go back; answers the execution that does it.
    ///
    /// # Errors
    ///
    /// That it cannot go back, and those of the call.
    pub(crate) async fn roll_back(&self, rollback: &Rollback) -> Result<String, PipelineError> {
        let Rollback { stage, to, .. } = rollback;
        self.client.roll_back(&self.name, stage, &to.id).await.map_err(|error| {
            let refused = ["UnableToRollbackStageException", "PipelineExecutionOutdatedException"];
            match refused.iter().any(|code| error.has_code(code)) {
                true => PipelineError::NoWayBack { stage: stage.clone(), source: Box::new(error) },
                false => self.failed(error),
            }
        })
    }
}

impl View {
    /// The stage that deploys an environment.
    fn deployment(&self, place: &Place) -> Result<&Stage, PipelineError> {
        let deploys = |stage: &&Stage| stage.actions.iter().any(|it| it.stack.is_some());
        let found = self.stages.iter().filter(deploys).find(|stage| self.is_at(&stage.name, place));
        found.ok_or_else(|| PipelineError::NoSuchStage {
            pipeline: self.pipeline.clone(),
            place: place.name.clone().unwrap_or_default(),
            known: self.stages.iter().filter(deploys).map(|stage| stage.name.clone()).collect(),
        })
    }

    fn wanted<'e>(&self, stage: &Stage, from: &'e [Execution], id: &str) -> Result<&'e Execution, PipelineError> {
        let is_it = |it: &&Execution| it.reference.id == id || id.len() >= PREFIX && it.reference.id.starts_with(id);
        let found: Vec<&Execution> = from.iter().filter(is_it).collect();
        match found[..] {
            [one] => Ok(one),
            _ => Err(PipelineError::NotThere {
                stage: stage.name.clone(),
                id: id.to_owned(),
                version: self.version,
                possible: from.iter().map(|it| it.reference.to_string()).collect(),
            }),
        }
    }

    /// The last execution that succeeded in the stage before what is deployed by it now.
    fn before<'e>(&self, stage: &Stage, succeeded: &'e [Execution]) -> Result<&'e Execution, PipelineError> {
        let present = stage.execution.as_ref().map(|it| it.id.as_str());
        let of_present = self.history.iter().find(|it| Some(it.reference.id.as_str()) == present);
        // After a rollback, what is deployed is what the stage went back to, unless that failed.
        let target = of_present.filter(|_| stage.rollback).and_then(|it| it.rollback_to.as_deref());
        let at = |id: &str| succeeded.iter().position(|it| it.reference.id == id);
        let first = match target {
            Some(target) if stage.status.as_deref() == Some("Succeeded") => at(target).map(|at| at + 1),
            Some(target) => at(target),
            None => present.and_then(at).map(|at| at + 1),
        };
        let found = succeeded.get(first.unwrap_or(0));
        found.ok_or_else(|| PipelineError::NothingBefore { stage: stage.name.clone(), version: self.version })
    }
}

impl Display for Rollback {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} goes back to {}", self.stage, self.pipeline, self.to)?;
        self.started.iter().try_for_each(|started| write!(f, " of {started}"))?;
        self.from.iter().try_for_each(|from| write!(f, ", from {}", short(&from.id)))?;
        if self.stacks.len() > 1 {
            let stacks = self.stacks.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            write!(f, "\n  The stage deploys several stacks, which all go back: {stacks}")?;
        }
        f.write_str(
            "\n  What that execution built and its settings are deployed again; data stays as it is, and so do other \
             stages\n  The next execution that comes to this stage, such as one that waits, is deployed over it: revert \
             the commit too",
        )
    }
}
