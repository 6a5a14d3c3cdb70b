//! What is deployed, for commands and hooks of the user's own.

use aws_config::SdkConfig;
use sparta_core::{Deployed, Environment, Model};

use super::{APP_TAG, StackError, state::State};
use crate::aws::cloudformation::{CloudFormation, Stack};

/// The stack of an environment: the one that `provision` makes or, where there is none, the pipeline's.
///
/// # Errors
///
/// [`StackError::Missing`], [`StackError::NotOurs`], and those of the calls.
pub(crate) async fn deployed(
    config: &SdkConfig,
    model: &Model,
    environment: Option<&Environment>,
) -> Result<Deployed, StackError> {
    let cloudformation = CloudFormation::new(config);
    let by_hand = model.direct_stack_name(environment);
    let by_pipeline = model.pipeline().zip(environment);
    let by_pipeline = by_pipeline.map(|(pipeline, it)| model.stack_name(it, pipeline.source_branch()));
    for name in [Some(by_hand.clone()), by_pipeline].into_iter().flatten() {
        let stack = cloudformation.stack(&name).await?;
        if let Some(stack) = stack.filter(|stack| !matches!(State::of(Some(stack)), State::Missing | State::Review | State::Empty)) {
            return of_app(stack, model.name());
        }
    }
    Err(StackError::Missing { name: by_hand })
}

/// A pipeline's stacks have no tag of the App; one of another App is not this one's.
fn of_app(stack: Stack, app: &str) -> Result<Deployed, StackError> {
    match stack.tags.get(APP_TAG) {
        Some(owner) if owner != app => Err(StackError::NotOurs { name: stack.name, owner: Some(owner.clone()) }),
        _ => Ok(Deployed::new(stack.name, stack.outputs.into_iter().map(|output| (output.key, output.value)))),
    }
}
