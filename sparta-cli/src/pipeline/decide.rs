//! Approvals that wait, and the answers to them.

use std::fmt::{self, Display, Formatter};

use serde_json::{Value, json};

use super::show::Until;
use super::view::{Approval, Reference, View};
use super::{DeployedPipeline, PipelineError};
use crate::{output::Shown, stack::Place};

/// An approval that somebody is waited for.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pipeline: &'a str,
    /// The stage.
    pub stage: &'a str,
    /// The action.
    pub action: &'a str,
    execution: Option<&'a Reference>,
    approval: &'a Approval,
}

impl View {
    /// The approval that waits at a place, or the only one that does.
    ///
    /// # Errors
    ///
    /// That there is none, or that there are several.
    pub(crate) fn question(&self, place: &Place) -> Result<Question<'_>, PipelineError> {
        let all: Vec<Question<'_>> = self.questions().collect();
        let names: Vec<String> = all.iter().map(|it| format!("{} ({})", it.stage, it.action)).collect();
        let (pipeline, wanted) = (self.pipeline.clone(), place.name.clone());
        let found: Vec<&Question<'_>> = all.iter().filter(|it| self.is_asked_at(it, place)).collect();
        match (&found[..], wanted) {
            ([one], _) => Ok(Question { ..**one }),
            ([], None) => Err(PipelineError::NothingWaits { pipeline }),
            ([], Some(place)) => Err(PipelineError::NothingWaitsThere { place, waiting: names }),
            _ => Err(PipelineError::SeveralWait { waiting: names }),
        }
    }

    fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        let actions = self.stages.iter().flat_map(|stage| stage.actions.iter().map(move |action| (stage, action)));
        actions.filter_map(|(stage, action)| {
            Some(Question {
                pipeline: &self.pipeline,
                stage: &stage.name,
                action: &action.name,
                execution: stage.execution.as_ref(),
                approval: action.approval.as_ref()?,
            })
        })
    }

    /// Whether an approval is meant: by its own name, that of its stage, or that of its environment. In a stage of several
    /// environments its name ends in that of its own, and it is never taken for another's.
    fn is_asked_at(&self, question: &Question<'_>, place: &Place) -> bool {
        let Some(name) = &place.name else { return true };
        match question.action.split_once('-') {
            _ if question.action == name => true,
            Some((_, environment)) => environment == name || is_called(question.stage, name),
            None => self.is_at(question.stage, place),
        }
    }

    /// Whether a stage is meant, or that of the environment that is meant; without a name any is.
    pub(super) fn is_at(&self, stage: &str, place: &Place) -> bool {
        let deploys = |stack: &str| {
            let actions = self.stages.iter().filter(|it| it.name == stage).flat_map(|it| &it.actions);
            actions.filter_map(|it| it.stack.as_deref()).any(|it| it == stack)
        };
        let Some(name) = &place.name else { return true };
        is_called(stage, name) || place.stack.as_deref().is_some_and(deploys)
    }
}

/// Whether a stage has this name, or that of its environment or wave.
fn is_called(stage: &str, name: &str) -> bool {
    ["", "Deploy-", "Promote-"].iter().any(|first| stage.strip_prefix(first) == Some(name))
}

impl DeployedPipeline {
    /// Answers an approval.
    ///
    /// # Errors
    ///
    /// That it was answered already, and those of the call.
    pub(crate) async fn decide(
        &self,
        question: &Question<'_>,
        approved: bool,
        reason: &str,
    ) -> Result<(), PipelineError> {
        let status = if approved { "Approved" } else { "Rejected" };
        let request = json!({
            "pipelineName": self.name,
            "stageName": question.stage,
            "actionName": question.action,
            "token": question.approval.token,
            "result": { "status": status, "summary": reason },
        });
        self.client.put_approval_result(&request).await.map_err(|error| {
            let over = ["ApprovalAlreadyCompletedException", "InvalidApprovalTokenException"];
            match over.iter().any(|code| error.has_code(code)) {
                true => PipelineError::Decided { action: question.action.to_owned(), stage: question.stage.to_owned() },
                false => self.failed(error),
            }
        })
    }
}

impl Question<'_> {
    /// What was decided, for machines.
    pub(crate) fn document(&self, decision: &str) -> Value {
        json!({
            "pipeline": self.pipeline,
            "stage": self.stage,
            "action": self.action,
            "execution": self.execution,
            "approval": self.approval,
            "decision": decision,
        })
    }
}

impl Display for Question<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} waits{}", self.action, self.stage, Until(self.approval))?;
        self.execution.iter().try_for_each(|execution| write!(f, "\n  {execution}"))?;
        let texts = [self.approval.message.as_deref(), self.approval.link.as_deref()];
        texts.into_iter().flatten().try_for_each(|text| write!(f, "\n  {}", Shown(text)))
    }
}
