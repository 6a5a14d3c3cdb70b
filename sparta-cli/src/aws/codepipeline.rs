//! AWS CodePipeline: a pipeline's structure, its state and its executions.

use std::collections::BTreeMap;
use std::fmt;

use aws_config::SdkConfig;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use super::operation::Client;
use super::request::{Request, idempotency_token};
use super::{AwsError, Call, calls};

/// The calls that Sparta makes of CodePipeline.
#[derive(Clone, Debug)]
pub(crate) struct CodePipeline {
    client: Client,
}

/// A moment, which CodePipeline counts in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) f64);

/// What a pipeline is made of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Structure {
    pub(crate) stages: Vec<StageStructure>,
}

/// One stage of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StageStructure {
    pub(crate) name: String,
    pub(crate) actions: Vec<ActionStructure>,
}

/// One action of a stage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionStructure {
    pub(crate) name: String,
    pub(crate) action_type_id: ActionType,
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) timeout_in_minutes: Option<u32>,
}

/// What an action does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionType {
    pub(crate) category: String,
}

/// What a pipeline does at this moment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct State {
    pub(crate) pipeline_version: u32,
    pub(crate) stage_states: Vec<StageState>,
}

/// What a stage does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StageState {
    pub(crate) stage_name: String,
    pub(crate) latest_execution: Option<StageExecution>,
    pub(crate) inbound_execution: Option<StageExecution>,
    pub(crate) inbound_executions: Vec<StageExecution>,
    pub(crate) inbound_transition_state: Option<Transition>,
    pub(crate) action_states: Vec<ActionState>,
    pub(crate) before_entry_condition_state: Option<Conditions>,
    pub(crate) on_success_condition_state: Option<Conditions>,
    pub(crate) on_failure_condition_state: Option<Conditions>,
}

/// An execution of the pipeline at a stage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StageExecution {
    pub(crate) pipeline_execution_id: String,
    pub(crate) status: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

/// Whether executions may come into a stage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Transition {
    pub(crate) enabled: Option<bool>,
    pub(crate) last_changed_by: Option<String>,
    pub(crate) last_changed_at: Option<Time>,
    pub(crate) disabled_reason: Option<String>,
}

/// What an action does, or did last.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionState {
    pub(crate) action_name: String,
    pub(crate) latest_execution: Option<ActionExecution>,
    pub(crate) entity_url: Option<String>,
    pub(crate) revision_url: Option<String>,
}

/// One run of an action.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionExecution {
    pub(crate) status: String,
    pub(crate) summary: Option<String>,
    pub(crate) last_status_change: Option<Time>,
    pub(crate) token: Option<String>,
    pub(crate) external_execution_url: Option<String>,
    pub(crate) error_details: Option<ErrorDetails>,
}

/// Who has the token of an approval, and the permission, can give it.
impl fmt::Debug for ActionExecution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionExecution").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why an action failed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ErrorDetails {
    pub(crate) message: Option<String>,
}

/// What came of the conditions of a stage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Conditions {
    pub(crate) latest_execution: Option<ConditionsExecution>,
}

/// One run of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ConditionsExecution {
    pub(crate) status: String,
    pub(crate) summary: Option<String>,
}

/// One execution of the pipeline.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PipelineExecution {
    pub(crate) pipeline_execution_id: String,
    pub(crate) status: String,
    pub(crate) status_summary: Option<String>,
    pub(crate) start_time: Option<Time>,
    pub(crate) source_revisions: Vec<SourceRevision>,
    pub(crate) trigger: Option<Trigger>,
    pub(crate) execution_type: Option<String>,
    pub(crate) rollback_metadata: Option<RollbackMetadata>,
}

/// What an execution delivers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SourceRevision {
    pub(crate) revision_id: Option<String>,
    pub(crate) revision_summary: Option<String>,
    pub(crate) revision_url: Option<String>,
}

/// What started an execution.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Trigger {
    pub(crate) trigger_type: String,
    pub(crate) trigger_detail: Option<String>,
}

/// Where a stage was rolled back to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RollbackMetadata {
    pub(crate) rollback_target_pipeline_execution_id: Option<String>,
}

/// One run of an action in an execution of the pipeline.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionDetail {
    pub(crate) stage_name: String,
    pub(crate) action_name: String,
    pub(crate) status: String,
    pub(crate) input: ActionInput,
}

/// What an action was given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ActionInput {
    /// The configuration, with the values of variables in it.
    pub(crate) resolved_configuration: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    pipeline: Structure,
    pipeline_execution_summaries: Vec<PipelineExecution>,
    action_execution_details: Vec<ActionDetail>,
    pipeline_execution_id: String,
    next_token: Option<String>,
}

impl CodePipeline {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(calls::CODE_PIPELINE, config) }
    }

    /// What the pipeline is made of.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn structure(&self, name: &str) -> Result<Structure, AwsError> {
        Ok(self.ask(calls::GET_PIPELINE, name, &json!({ "name": name })).await?.pipeline)
    }

    /// What the pipeline does.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn state(&self, name: &str) -> Result<State, AwsError> {
        let request = Request::json(&json!({ "name": name }));
        self.client.call(calls::GET_PIPELINE_STATE, thing(name), request).await
    }

    /// The last executions, newest first, up to 100.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn executions(&self, name: &str) -> Result<Vec<PipelineExecution>, AwsError> {
        let request = json!({ "pipelineName": name, "maxResults": 100 });
        Ok(self.ask(calls::LIST_PIPELINE_EXECUTIONS, name, &request).await?.pipeline_execution_summaries)
    }

    /// The executions that succeeded in a stage since the pipeline has its present structure, newest first.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn succeeded_in(&self, name: &str, stage: &str) -> Result<Vec<PipelineExecution>, AwsError> {
        let filter = json!({ "succeededInStage": { "stageName": stage } });
        let request = json!({ "pipelineName": name, "maxResults": 100, "filter": filter });
        Ok(self.ask(calls::LIST_PIPELINE_EXECUTIONS, name, &request).await?.pipeline_execution_summaries)
    }

    /// What the actions of one execution were given.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn actions(&self, name: &str, execution: &str) -> Result<Vec<ActionDetail>, AwsError> {
        let mut request = json!({ "pipelineName": name, "filter": { "pipelineExecutionId": execution } });
        let mut actions = Vec::new();
        loop {
            let answer = self.ask(calls::LIST_ACTION_EXECUTIONS, name, &request).await?;
            actions.extend(answer.action_execution_details);
            match answer.next_token {
                Some(token) => request["nextToken"] = json!(token),
                None => return Ok(actions),
            }
        }
    }

    /// Answers an approval.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn put_approval_result(&self, request: &Value) -> Result<(), AwsError> {
        self.tell(calls::PUT_APPROVAL_RESULT, request).await
    }

    /// Runs a stage again.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn retry_stage_execution(&self, request: &Value) -> Result<(), AwsError> {
        self.tell(calls::RETRY_STAGE_EXECUTION, request).await
    }

    /// Makes a stage go back to an execution; answers the execution that does it.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn roll_back(&self, name: &str, stage: &str, target: &str) -> Result<String, AwsError> {
        let request = json!({ "pipelineName": name, "stageName": stage, "targetPipelineExecutionId": target });
        Ok(self.ask(calls::ROLLBACK_STAGE, name, &request).await?.pipeline_execution_id)
    }

    /// Starts the pipeline; answers the execution.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn start(&self, name: &str) -> Result<String, AwsError> {
        let request = json!({ "name": name, "clientRequestToken": idempotency_token() });
        Ok(self.ask(calls::START_PIPELINE_EXECUTION, name, &request).await?.pipeline_execution_id)
    }

    async fn tell(&self, call: Call, request: &Value) -> Result<(), AwsError> {
        let name = request["pipelineName"].as_str().unwrap_or_default();
        let IgnoredAny = self.client.call(call, thing(name), Request::json(request)).await?;
        Ok(())
    }

    async fn ask(&self, call: Call, name: &str, request: &Value) -> Result<Answer, AwsError> {
        self.client.call(call, thing(name), Request::json(request)).await
    }
}

fn thing(name: &str) -> String {
    format!("pipeline {name:?}")
}

impl Time {
    /// The moment so many minutes later.
    pub(crate) fn after_minutes(self, minutes: u32) -> Self {
        Self(self.0 + f64::from(minutes) * 60.0)
    }
}

/// RFC 3339, in whole seconds.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::from_secs_f64(self.0.trunc()).fmt(Format::DateTime);
        f.pad(time.as_deref().unwrap_or("-"))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
