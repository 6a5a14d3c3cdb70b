use super::Stacks;
use super::error::StackError;
use crate::aws::AwsError;
use crate::aws::cloudformation::StackRequest;

impl Stacks<'_> {
    /// Gives a stack the policy that is asked for, unless it has it; true if it had another.
    pub(crate) async fn keep_policy(&self, request: &StackRequest, created: bool) -> Result<bool, StackError> {
        let Some(policy) = &request.policy else { return Ok(false) };
        let name = &request.name;
        let set = self.set_policy(name, policy).await;
        set.map_err(|source| StackError::Policy { name: name.clone(), created, source })
    }

    async fn set_policy(&self, name: &str, policy: &serde_json::Value) -> Result<bool, AwsError> {
        let there = self.cfn.stack_policy(name).await?;
        if there.and_then(|there| serde_json::from_str(&there).ok()).as_ref() == Some(policy) {
            return Ok(false);
        }
        self.cfn.set_stack_policy(name, &policy.to_string()).await?;
        self.progress.say(&format!("The stack policy of {name:?} is set"));
        Ok(true)
    }
}
