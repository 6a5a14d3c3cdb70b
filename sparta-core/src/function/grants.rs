//! The check of the permissions that a function's role is given.

use super::FunctionSpec;
use crate::{
    cfn::Value,
    construct::Grant,
    iam::Arn,
    mistake::{Mistake, Problem},
};

/// What is wrong with a permission of a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum GrantMistake {
    #[error("its permission for {actions} names no resource: add `.on(arn)`")]
    NoResource { actions: String },
    #[error("its permission for `{0}` names no action: `s3:GetObject` is one")]
    NotAnAction(String),
    #[error("its permission is on `{0}`, which is neither an ARN nor `*`")]
    NotAnArn(String),
}

impl FunctionSpec {
    /// What IAM would refuse of its permissions.
    pub(super) fn check_grants(&self) -> impl Iterator<Item = Mistake> {
        let of_constructs = self.of_constructs().flat_map(Grant::problems).cloned();
        let statements = self.grants();
        let problems = statements.flat_map(|grant| {
            let without = grant.resources().is_empty();
            let without = without.then(|| GrantMistake::NoResource { actions: grant.actions().join(", ") });
            let actions = grant.actions().iter().filter(|action| !is_action(action));
            let resources = grant.resources().iter().filter_map(Value::as_str).filter(|it| !is_resource(it));
            let actions = actions.cloned().map(GrantMistake::NotAnAction);
            without.into_iter().chain(actions).chain(resources.map(|it| GrantMistake::NotAnArn(it.to_owned())))
        });
        of_constructs.chain(problems.map(Problem::from)).map(|problem| self.mistake(problem))
    }
}

/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
fn is_action(action: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*?".contains(&b));
    action == "*" || action.split_once(':').is_some_and(|(service, action)| name(service) && name(action))
}

fn is_resource(resource: &str) -> bool {
    let is_whole = |arn: Arn<'_>| ![arn.partition, arn.service, arn.resource].contains(&"");
    // Plain text is not substituted.
    resource == "*" || Arn::parse(resource).is_some_and(|arn| is_whole(arn) && !arn.partition.starts_with("${AWS::"))
}
