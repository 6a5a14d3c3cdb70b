//! A pipeline's stack and the connection in it, which is there and authorised before the pipeline is.
//!
//! A pipeline that is made earlier fails once and is started by no push: see
//! <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sparta_core::{
    cfn::{LogicalId, Template},
    contract::CONNECTION_ARN,
};

use super::{Deployment, Request, RollbackConfiguration};
use crate::{
    CliError,
    aws::cloudformation::{CloudFormation, Resource, Stack},
    deploy::{ConnectionError, StackError, State, Waiting, authorised},
};

const CONNECTION: &str = "AWS::CodeConnections::Connection";
const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

/// The ARN of the connection that the pipeline of this stack was given when it was last deployed.
pub(crate) async fn given_before(deployment: &Deployment, stack: &str) -> Result<Option<String>, CliError> {
    let stack = CloudFormation::new(deployment.config()).stack(stack).await;
    let stack = stack.map_err(|error| CliError::from(error).hint("Nothing was deployed."))?;
    let stack = stack.filter(|stack| matches!(State::of(Some(stack)), State::Ready | State::Busy));
    Ok(stack.and_then(|mut stack| stack.parameters.remove(CONNECTION_ARN)))
}

/// What was done for the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Connected {
    /// The stack was given it.
    pub(crate) was_added: bool,
    /// An execution has to be started afterwards: a pipeline that is there already starts by itself only at a push.
    pub(crate) has_to_start: bool,
}

impl Connected {
    /// An error of what comes after it.
    pub(crate) fn fails(self, error: StackError) -> CliError {
        match error {
            StackError::Unchanged { source, .. } if self.was_added => CliError::from(source).hint(IN_ITS_STACK),
            error => error.into(),
        }
    }
}

const IN_ITS_STACK: &str = "The connection is in its stack, and nothing else was changed: the same command goes on.";

/// Gives the stack the connection of its template, where it has one, and waits until somebody has authorised it. The rest of
/// the stack stays as it is.
pub(crate) async fn connect(
    deployment: &Deployment,
    app: &str,
    request: &Request,
    template: &Template,
    waiting: Waiting,
) -> Result<Connected, CliError> {
    let own = template.resources().iter().find(|(_, resource)| resource.resource_type() == CONNECTION);
    let Some((id, connection)) = own else { return Ok(Connected::default()) };
    let name = &request.stack_name;
    let unchanged = |error: CliError| error.hint("Nothing was deployed.");
    let (stack, mut resources) = look(deployment, name).await.map_err(unchanged)?;
    let was_added = physical_id(&resources, id).is_none();
    if was_added {
        let first = with_connection(deployment, stack.as_ref(), (id, json!(connection))).await;
        let (body, parameters) = first.map_err(unchanged)?;
        let body = deployment.template_text(app, body).await?;
        let (tags, capabilities) = (request.tags.clone(), request.capabilities.clone());
        let rollback_configuration = RollbackConfiguration::default();
        let stack_name = name.clone();
        let first = Request {
            stack_name,
            parameters,
            tags,
            capabilities,
            stack_policy: None,
            role: None,
            rollback_configuration,
        };
        deployment.progress().say("First the connection alone: the pipeline is made once it is authorised");
        deployment.converge(&first, body).await?;
        resources = look(deployment, name).await.map_err(|error| error.hint(IN_ITS_STACK))?.1;
    }
    let missing = || ConnectionError::Missing { stack: name.clone(), id: id.to_string() };
    let arn = physical_id(&resources, id).ok_or_else(missing)?;
    let was_pending = authorised(deployment.config(), deployment.progress(), name, &arn, waiting).await?;
    let has_to_start = was_pending && resources.iter().any(|it| it.kind == PIPELINE);
    Ok(Connected { was_added, has_to_start })
}

/// The stack, and what is in it: nothing where it has to be created first.
async fn look(deployment: &Deployment, name: &str) -> Result<(Option<Stack>, Vec<Resource>), CliError> {
    let stack = deployment.settled(name).await?;
    if State::of(stack.as_ref()) != State::Ready {
        return Ok((None, Vec::new()));
    }
    let mut resources = CloudFormation::new(deployment.config()).resources(name).await?;
    resources.retain(|it| !it.status.starts_with("DELETE"));
    Ok((stack, resources))
}

fn physical_id(resources: &[Resource], id: &LogicalId) -> Option<String> {
    let found = resources.iter().find(|it| it.logical_id == id.as_str())?;
    found.physical_id.clone().filter(|id| !id.is_empty())
}

/// The template that the stack has, with the connection besides, and the values of its parameters.
async fn with_connection(
    deployment: &Deployment,
    stack: Option<&Stack>,
    (id, connection): (&LogicalId, Value),
) -> Result<(String, BTreeMap<String, String>), CliError> {
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The connection of a pipeline, which follows once it is authorised",
    });
    let mut parameters = BTreeMap::new();
    if let Some(stack) = stack {
        let deployed = CloudFormation::new(deployment.config()).template(&stack.name).await?;
        template = serde_json::from_str(&deployed).map_err(|error| {
            let message = format!("the template of stack {:?} is no JSON; nothing was deployed", stack.name);
            CliError::failed(message).source(error)
        })?;
        parameters.clone_from(&stack.parameters);
    }
    let resources = template.as_object_mut().map(|all| all.entry("Resources").or_insert_with(|| Map::new().into()));
    if let Some(Value::Object(resources)) = resources {
        resources.insert(id.to_string(), connection);
    }
    Ok((template.to_string(), parameters))
}
