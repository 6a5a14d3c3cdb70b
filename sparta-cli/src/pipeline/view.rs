//! A pipeline as it is, for people and machines.

use serde::Serialize;

use crate::aws::codepipeline::Time;

/// A pipeline as it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    /// Its name.
    pub pipeline: String,
    /// The version of its structure; stages can only be rolled back to what started in it.
    pub version: u32,
    /// Its page in the console.
    pub url: String,
    /// The stages in their order.
    pub stages: Vec<Stage>,
    /// The last executions, newest first.
    pub executions: Vec<Execution>,
    /// These and those before them, as far as AWS tells.
    #[serde(skip)]
    pub history: Vec<Execution>,
}

/// One stage.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stage {
    /// Its name.
    pub name: String,
    /// Its status, such as `InProgress`; none before its first execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The execution that is in it, or was last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<Reference>,
    /// That execution takes the stage back to an earlier one.
    pub rollback: bool,
    /// The actions in their order.
    pub actions: Vec<Action>,
    /// What came of its conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The executions that wait for it.
    pub waiting: Vec<Reference>,
    /// Nothing comes into it until somebody lets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// One action of a stage, as it ran last.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    /// Its name.
    pub name: String,
    /// Its status, such as `Failed`; none before its first run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Since when it has that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// AWS's summary of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The page of what it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The stack that it deploys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// It executes the change set of that stack.
    #[serde(skip)]
    pub executes: bool,
    /// It waits for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// An approval that somebody is waited for.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Approval {
    /// What is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What helps to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it counts as rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// What AWS knows this one question by.
    #[serde(skip)]
    pub token: String,
}

impl std::fmt::Debug for Approval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Approval").field("message", &self.message).finish_non_exhaustive()
    }
}

/// What came of the conditions of a stage.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    /// Which: `beforeEntry`, `onSuccess` or `onFailure`.
    pub at: &'static str,
    /// Their status, such as `Failed`.
    pub status: String,
    /// AWS's summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// Why nothing comes into a stage.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Closed {
    /// What who closed it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// An execution of the pipeline, by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    /// The id.
    pub id: String,
    /// What it delivers, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
}

/// A commit, or the version of another source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    /// Its id.
    pub id: String,
    /// Its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One execution of the pipeline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Execution {
    /// Its id, and what it delivers.
    #[serde(flatten)]
    pub reference: Reference,
    /// Its status, such as `Superseded`.
    pub status: String,
    /// AWS's summary of the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Time>,
    /// What started it, such as `WebhookV2`.
    pub trigger: String,
    /// More about that, such as who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_detail: Option<String>,
    /// The execution that a stage was taken back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_to: Option<String>,
}
