//! The alarms that roll an update back: those that are declared and there, beside those that somebody else has set.

use sparta_core::iam::Arn;

use super::{StackError, Stacks};
use crate::aws::cloudformation::{Resource, Stack, StackRequest};
use crate::stack::{RollbackConfiguration, RollbackTrigger};

impl Stacks<'_> {
    /// What the next change set of a stack says of rollbacks; none where it says nothing.
    ///
    /// CloudFormation fails an operation whose alarms are not there, so that an alarm counts from the deployment on that comes
    /// after the one that makes it. It also keeps what it was told for later updates: what is no longer declared is taken back.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn rollback(
        &self,
        request: &StackRequest,
        deployed: Option<&Stack>,
    ) -> Result<Option<RollbackConfiguration>, StackError> {
        let name = &request.name;
        let Some(stack) = deployed else {
            self.say_late(&request.rollback.rollback_triggers);
            return Ok(None);
        };
        let is_own = |trigger: &&RollbackTrigger| trigger.name().starts_with(&format!("{name}-"));
        let (own, others): (Vec<_>, Vec<_>) = stack.rollback.rollback_triggers.iter().partition(is_own);
        if request.rollback.is_empty() && own.is_empty() {
            return Ok(None);
        }
        let resources = if request.rollback.is_empty() { Vec::new() } else { self.cfn.resources(&stack.id).await? };
        let wanted = request.rollback.rollback_triggers.iter().map(|trigger| here(trigger, stack));
        let (there, late): (Vec<_>, Vec<_>) = wanted.partition(|trigger| is_there(trigger, &resources));
        self.say_late(&late);
        let minutes = match (there.is_empty(), others.is_empty()) {
            (false, _) => request.rollback.monitoring_time_in_minutes,
            (true, false) => stack.rollback.monitoring_time_in_minutes,
            (true, true) => 0,
        };
        if !there.is_empty() {
            let names = names(&there);
            self.progress.say(&format!(
                "CloudFormation rolls stack {name:?} back where {names} rings until {minutes} min after the update"
            ));
        }
        let triggers = others.into_iter().cloned().chain(there).collect();
        Ok(Some(RollbackConfiguration { rollback_triggers: triggers, monitoring_time_in_minutes: minutes }))
    }

    fn say_late(&self, triggers: &[RollbackTrigger]) {
        if !triggers.is_empty() {
            let names = names(triggers);
            self.progress.say(&format!("{names} is not there before this deployment, and rolls back later ones only"));
        }
    }
}

fn names(triggers: &[RollbackTrigger]) -> String {
    triggers.iter().map(RollbackTrigger::name).collect::<Vec<_>>().join(" or ")
}

/// An alarm in the partition, region and account of a stack.
fn here(trigger: &RollbackTrigger, stack: &Stack) -> RollbackTrigger {
    let Some(place) = Arn::parse(&stack.id) else { return trigger.clone() };
    let resource = format!("alarm:{}", trigger.name());
    let arn = Arn { service: "cloudwatch", resource: &resource, ..place };
    RollbackTrigger { arn: arn.to_string(), kind: trigger.kind.clone() }
}

/// CloudFormation knows alarms by their names, and those that are made of others by their ARNs.
fn is_there(trigger: &RollbackTrigger, resources: &[Resource]) -> bool {
    let there = resources.iter().filter(|resource| !resource.status.starts_with("DELETE"));
    there.filter_map(|resource| resource.physical_id.as_deref()).any(|id| id == trigger.name() || id == trigger.arn)
}
