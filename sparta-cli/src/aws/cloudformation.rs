//! AWS CloudFormation: stacks, change sets, events.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{self, Capability, ChangeSetType, Parameter, Tag, TemplateStage};

use super::error::failed;
use super::{AwsError, calls};
use crate::stack::{RollbackConfiguration, RollbackTrigger};

pub(crate) use super::stack::{
    ChangeSet, Event, Output, Resource, Stack, StackRequest, TEMPLATE_BODY_LIMIT, TemplateSource,
};

/// The calls that Sparta makes of CloudFormation.
#[derive(Clone, Debug)]
pub(crate) struct CloudFormation {
    client: Client,
}

impl CloudFormation {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// The stack of this name or ARN; none if there is no such stack.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn stack(&self, name: &str) -> Result<Option<Stack>, AwsError> {
        let answer = self.client.describe_stacks().stack_name(name).send().await;
        match answer.map_err(failed(calls::DESCRIBE_STACKS, stack(name))) {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().pop().map(Stack::from)),
            Err(error) if error.is_missing_stack() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page of the stack's events, newest first, and the token of the next page.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn events(
        &self,
        name: &str,
        page: Option<String>,
    ) -> Result<(Vec<Event>, Option<String>), AwsError> {
        let answer = self
            .client
            .describe_stack_events()
            .stack_name(name)
            .set_next_token(page)
            .send()
            .await
            .map_err(failed(calls::DESCRIBE_STACK_EVENTS, stack(name)))?;
        let events = answer.stack_events.unwrap_or_default();
        Ok((events.into_iter().map(Event::from).collect(), answer.next_token))
    }

    /// All resources of the stack.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn resources(&self, name: &str) -> Result<Vec<Resource>, AwsError> {
        let mut pages = self.client.list_stack_resources().stack_name(name).into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed(calls::LIST_STACK_RESOURCES, stack(name)))?;
            for summary in page.stack_resource_summaries.unwrap_or_default() {
                resources.push(Resource {
                    logical_id: summary.logical_resource_id.unwrap_or_default(),
                    physical_id: summary.physical_resource_id,
                    kind: summary.resource_type.unwrap_or_default(),
                    status: summary.resource_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
                    reason: summary.resource_status_reason,
                });
            }
        }
        Ok(resources)
    }

    /// The template that the stack was last given, as it was sent.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn template(&self, name: &str) -> Result<String, AwsError> {
        let answer = self
            .client
            .get_template()
            .stack_name(name)
            .template_stage(TemplateStage::Original)
            .send()
            .await
            .map_err(failed(calls::GET_TEMPLATE, stack(name)))?;
        Ok(answer.template_body.unwrap_or_default())
    }

    /// Asks for a change set that creates or updates the stack; answers its ARN.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn create_change_set(
        &self,
        request: &StackRequest,
        name: &str,
        create: bool,
        rollback: Option<&RollbackConfiguration>,
    ) -> Result<String, AwsError> {
        let mut call = self
            .client
            .create_change_set()
            .stack_name(&request.name)
            .change_set_name(name)
            .client_token(name)
            .set_role_arn(request.role.clone())
            .set_rollback_configuration(rollback.map(rollback_configuration))
            .change_set_type(if create { ChangeSetType::Create } else { ChangeSetType::Update });
        call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
        };
        for (key, value) in &request.parameters {
            call = call.parameters(Parameter::builder().parameter_key(key).parameter_value(value).build());
        }
        for (key, value) in &request.tags {
            call = call.tags(Tag::builder().key(key).value(value).build());
        }
        for capability in &request.capabilities {
            call = call.capabilities(Capability::from(capability.as_str()));
        }
        let answer = call.send().await.map_err(failed(calls::CREATE_CHANGE_SET, stack(&request.name)));
        match answer {
            Ok(answer) => Ok(answer.id.unwrap_or_else(|| name.to_owned())),
            // The names are unique, so this is our own, made by an attempt whose answer was lost.
            Err(error) if error.has_code("AlreadyExistsException") => Ok(name.to_owned()),
            Err(error) => Err(error),
        }
    }

    /// The change set of this ARN.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn change_set(&self, stack_name: &str, id: &str) -> Result<ChangeSet, AwsError> {
        let answer = self
            .client
            .describe_change_set()
            .stack_name(stack_name)
            .change_set_name(id)
            .send()
            .await
            .map_err(failed(calls::DESCRIBE_CHANGE_SET, stack(stack_name)))?;
        Ok(ChangeSet {
            stack_id: answer.stack_id.unwrap_or_default(),
            status: answer.status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: answer.status_reason,
            execution: answer.execution_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        })
    }

    /// Starts to execute a change set.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn execute_change_set(&self, stack_name: &str, id: &str, token: &str) -> Result<(), AwsError> {
        self.client
            .execute_change_set()
            .stack_name(stack_name)
            .change_set_name(id)
            .client_request_token(token)
            .send()
            .await
            .map_err(failed(calls::EXECUTE_CHANGE_SET, stack(stack_name)))?;
        Ok(())
    }

    /// Deletes a change set.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn delete_change_set(&self, stack_name: &str, id: &str) -> Result<(), AwsError> {
        self.client
            .delete_change_set()
            .stack_name(stack_name)
            .change_set_name(id)
            .send()
            .await
            .map_err(failed(calls::DELETE_CHANGE_SET, stack(stack_name)))?;
        Ok(())
    }

    /// How many change sets the stack has.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn count_change_sets(&self, name: &str) -> Result<usize, AwsError> {
        let answer = self
            .client
            .list_change_sets()
            .stack_name(name)
            .send()
            .await
            .map_err(failed(calls::LIST_CHANGE_SETS, stack(name)))?;
        Ok(answer.summaries.unwrap_or_default().len())
    }

    /// The policy that guards the stack's resources against updates, as it was sent; none if there is none.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn stack_policy(&self, name: &str) -> Result<Option<String>, AwsError> {
        let answer = self.client.get_stack_policy().stack_name(name).send().await;
        Ok(answer.map_err(failed(calls::GET_STACK_POLICY, stack(name)))?.stack_policy_body)
    }

    /// Sets that policy.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn set_stack_policy(&self, name: &str, policy: &str) -> Result<(), AwsError> {
        let answer = self.client.set_stack_policy().stack_name(name).stack_policy_body(policy).send().await;
        answer.map_err(failed(calls::SET_STACK_POLICY, stack(name)))?;
        Ok(())
    }

    /// Starts to delete the stack.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn delete_stack(&self, name: &str) -> Result<(), AwsError> {
        self.delete_stack_retaining(name, &[]).await
    }

    /// The same, but for these resources, whose deletion failed before: they stay, and belong to no stack then.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn delete_stack_retaining(&self, name: &str, retained: &[String]) -> Result<(), AwsError> {
        let retained = Some(retained.to_vec()).filter(|ids| !ids.is_empty());
        let call = self.client.delete_stack().stack_name(name).set_retain_resources(retained);
        call.send().await.map_err(failed(calls::DELETE_STACK, stack(name)))?;
        Ok(())
    }

    /// Starts to continue the rollback of an update, without the resources that are skipped.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn continue_rollback(&self, name: &str, skipped: &[String]) -> Result<(), AwsError> {
        let skipped = Some(skipped.to_vec()).filter(|ids| !ids.is_empty());
        let call = self.client.continue_update_rollback().stack_name(name).set_resources_to_skip(skipped);
        call.send().await.map_err(failed(calls::CONTINUE_UPDATE_ROLLBACK, stack(name)))?;
        Ok(())
    }

    /// Starts to roll back an update that stopped.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn roll_back(&self, name: &str) -> Result<(), AwsError> {
        let call = self.client.rollback_stack().stack_name(name);
        call.send().await.map_err(failed(calls::ROLLBACK_STACK, stack(name)))?;
        Ok(())
    }

    /// Gives up the update that is under way.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn cancel_update(&self, name: &str) -> Result<(), AwsError> {
        let call = self.client.cancel_update_stack().stack_name(name);
        call.send().await.map_err(failed(calls::CANCEL_UPDATE_STACK, stack(name)))?;
        Ok(())
    }
}

fn rollback_configuration(configuration: &RollbackConfiguration) -> types::RollbackConfiguration {
    let trigger = |it: &RollbackTrigger| types::RollbackTrigger::builder().arn(&it.arn).r#type(&it.kind).build();
    // An empty list takes back what CloudFormation has kept.
    types::RollbackConfiguration::builder()
        .set_rollback_triggers(Some(configuration.rollback_triggers.iter().map(trigger).collect()))
        .monitoring_time_in_minutes(configuration.monitoring_time_in_minutes.try_into().unwrap_or(i32::MAX))
        .build()
}

fn stack(name: &str) -> String {
    // An ARN ends in `:stack/NAME/UUID`, of which people know the name.
    let name = name.split_once(":stack/").map_or(name, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    format!("stack {name:?}")
}
