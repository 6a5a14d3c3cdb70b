//! What AWS says of a pipeline, put together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::view::{Action, Approval, Closed, Commit, Condition, Execution, Reference, Stage, View};
use super::{DeployedPipeline, PipelineError};
use crate::aws::codepipeline::{
    ActionDetail, ActionState, ActionStructure, Conditions, PipelineExecution, SourceRevision, StageState, Structure,
};

/// How many of the last executions are shown.
const SHOWN: usize = 5;

/// Minutes after which an approval counts as rejected, unless it says otherwise: 7 days.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>.
const APPROVAL_MINUTES: u32 = 7 * 24 * 60;

impl DeployedPipeline {
    /// The pipeline as it is.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Missing`], and those of the calls.
    pub(crate) async fn look(&self) -> Result<View, PipelineError> {
        let state = self.client.state(&self.name).await.map_err(|error| self.failed(error))?;
        let structure = self.client.structure(&self.name).await.map_err(|error| self.failed(error))?;
        let executions = self.client.executions(&self.name).await.map_err(|error| self.failed(error))?;
        let commits: BTreeMap<&str, Commit> = executions
            .iter()
            .filter_map(|it| Some((it.pipeline_execution_id.as_str(), commit(it.source_revisions.first()?)?)))
            .collect();
        let mut stages: Vec<Stage> =
            state.stage_states.iter().map(|stage| of_stage(stage, &structure, &commits)).collect();
        for stage in &mut stages {
            self.explain(stage).await?;
        }
        Ok(View {
            pipeline: self.name.clone(),
            version: state.pipeline_version,
            url: console(&self.name, &self.region),
            stages,
            executions: executions.iter().take(SHOWN).map(of_execution).collect(),
            history: executions.iter().map(of_execution).collect(),
        })
    }

    /// What the approvals of a stage ask, with the values of the variables in it.
    async fn explain(&self, stage: &mut Stage) -> Result<(), PipelineError> {
        let Some(execution) = &stage.execution else { return Ok(()) };
        if stage.actions.iter().all(|action| action.approval.is_none()) {
            return Ok(());
        }
        let given = self.client.actions(&self.name, &execution.id).await.map_err(|error| self.failed(error))?;
        for action in &mut stage.actions {
            let Some(approval) = &mut action.approval else { continue };
            let is_it = |it: &&ActionDetail| {
                it.stage_name == stage.name && it.action_name == action.name && it.status == "InProgress"
            };
            if let Some(asked) = given.iter().find(is_it).map(|it| &it.input.resolved_configuration) {
                approval.message = asked.get("CustomData").cloned().or_else(|| approval.message.take());
                approval.link = asked.get("ExternalEntityLink").cloned().or_else(|| approval.link.take());
            }
        }
        Ok(())
    }
}

fn of_stage(state: &StageState, structure: &Structure, commits: &BTreeMap<&str, Commit>) -> Stage {
    let reference = |id: &str| Reference { id: id.to_owned(), commit: commits.get(id).cloned() };
    let declared = structure.stages.iter().find(|it| it.name == state.stage_name);
    let declared = |name: &str| declared.and_then(|it| it.actions.iter().find(|it| it.name == name));
    let mut waiting: Vec<Reference> =
        state.inbound_executions.iter().map(|it| reference(&it.pipeline_execution_id)).collect();
    // Pipelines that only wait for one at a time have it here alone.
    let inbound = state.inbound_execution.iter().map(|it| reference(&it.pipeline_execution_id));
    waiting.extend(inbound.filter(|it| !waiting.contains(it)).collect::<Vec<_>>());
    let latest = state.latest_execution.as_ref();
    Stage {
        name: state.stage_name.clone(),
        status: latest.map(|it| it.status.clone()),
        execution: latest.map(|it| reference(&it.pipeline_execution_id)),
        rollback: latest.is_some_and(|it| it.kind.as_deref() == Some("ROLLBACK")),
        actions: state.action_states.iter().map(|it| of_action(it, declared(&it.action_name))).collect(),
        conditions: [
            ("beforeEntry", &state.before_entry_condition_state),
            ("onSuccess", &state.on_success_condition_state),
            ("onFailure", &state.on_failure_condition_state),
        ]
        .into_iter()
        .filter_map(|(at, conditions)| condition(at, conditions.as_ref()?))
        .collect(),
        waiting,
        closed: state.inbound_transition_state.as_ref().filter(|it| it.enabled == Some(false)).map(|it| Closed {
            reason: it.disabled_reason.clone(),
            by: it.last_changed_by.clone(),
            since: it.last_changed_at,
        }),
    }
}

fn of_action(state: &ActionState, declared: Option<&ActionStructure>) -> Action {
    let latest = state.latest_execution.as_ref();
    let value = |key: &str| declared.and_then(|it| it.configuration.get(key)).cloned();
    let asks = declared.is_some_and(|it| it.action_type_id.category == "Approval");
    let waits = latest.filter(|it| asks && it.status == "InProgress");
    let minutes = declared.and_then(|it| it.timeout_in_minutes).unwrap_or(APPROVAL_MINUTES);
    let approval = waits.and_then(|it| {
        Some(Approval {
            message: value("CustomData"),
            link: state.entity_url.clone().or_else(|| value("ExternalEntityLink")),
            until: it.last_status_change.map(|since| since.after_minutes(minutes)),
            token: it.token.clone()?,
        })
    });
    Action {
        name: state.action_name.clone(),
        status: latest.map(|it| it.status.clone()),
        since: latest.and_then(|it| it.last_status_change),
        summary: latest.and_then(|it| it.summary.clone()),
        error: latest.and_then(|it| it.error_details.as_ref()?.message.clone()),
        url: latest
            .and_then(|it| it.external_execution_url.clone())
            .or_else(|| state.revision_url.clone())
            .or_else(|| state.entity_url.clone()),
        stack: value("StackName"),
        executes: value("ActionMode").as_deref() == Some("CHANGE_SET_EXECUTE"),
        approval,
    }
}

fn condition(at: &'static str, conditions: &Conditions) -> Option<Condition> {
    let latest = conditions.latest_execution.as_ref()?;
    Some(Condition { at, status: latest.status.clone(), summary: latest.summary.clone() })
}

pub(super) fn of_execution(execution: &PipelineExecution) -> Execution {
    let id = execution.pipeline_execution_id.clone();
    let trigger = execution.trigger.clone().unwrap_or_default();
    let target = execution.rollback_metadata.as_ref().and_then(|it| it.rollback_target_pipeline_execution_id.clone());
    Execution {
        reference: Reference { id, commit: execution.source_revisions.first().and_then(commit) },
        status: execution.status.clone(),
        summary: execution.status_summary.clone(),
        started: execution.start_time,
        trigger: trigger.trigger_type,
        trigger_detail: trigger.trigger_detail,
        rollback_to: target,
    }
}

/// Sources that are read through a connection have a message inside a document.
fn commit(revision: &SourceRevision) -> Option<Commit> {
    let summary = revision.revision_summary.clone();
    let document = summary.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let message = document.and_then(|it| Some(it.get("CommitMessage")?.as_str()?.to_owned()));
    Some(Commit { id: revision.revision_id.clone()?, message: message.or(summary), url: revision.revision_url.clone() })
}

/// The page of a pipeline.
fn console(name: &str, region: &str) -> String {
    let host = match region {
        region if region.starts_with("cn-") => "console.amazonaws.cn",
        region if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    format!("https://{host}/codesuite/codepipeline/pipelines/{name}/view?region={region}")
}
