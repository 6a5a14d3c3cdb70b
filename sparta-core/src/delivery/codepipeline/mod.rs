//! The stack of a service's own pipeline.

mod artifacts;
mod deployment;
mod roles;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use deployment::Deployment;

use crate::{
    Approval, Architecture, Pipeline, PipelineMistake, Repository,
    cfn::{LogicalId, Output, Parameter, Template, reference, sub},
    contract::CONNECTION_ARN as CONNECTION,
    iam::Statement,
    pipeline::stack_name,
};

/// What a pipeline's stack is made of.
#[derive(Clone, Copy, Debug)]
pub struct PipelineInput<'a> {
    /// The App's name.
    pub app: &'a str,
    /// The processor that the service is compiled for, and on.
    pub architecture: Architecture,
    /// The environments in the order of their registration.
    pub environments: &'a [StageInput<'a>],
    /// The declaration.
    pub pipeline: &'a Pipeline,
    /// The service's template: what is in it decides what the pipeline may do.
    pub service: &'a Template,
    /// What the App says of types that neither CloudFormation nor Sparta tells the permissions of.
    pub described: &'a [(String, Statement)],
    /// How the repository is read.
    pub source: Source<'a>,
}

/// What a pipeline needs to know of an environment.
#[derive(Clone, Copy, Debug)]
pub struct StageInput<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its stack's name begins with.
    pub stack_prefix: &'a str,
    /// The values of its parameters: the secrets that they refer to are what its deployment may read.
    pub parameters: &'a BTreeMap<String, String>,
    /// The gate between its change set and the execution.
    pub approve_changes: Option<&'a Approval>,
    /// The gate between its deployment and the next environment.
    pub approve_promotion: Option<&'a Approval>,
}

/// How a pipeline reads its repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// Through a CodeConnections connection, whose ARN is the stack's parameter `ConnectionArn`.
    Connection,
    /// With a personal access token of GitHub, which the Secrets Manager secret of this name or ARN holds as plain text.
    OAuth {
        /// The secret's name or ARN.
        secret_name: &'a str,
    },
}

/// The stack of a pipeline.
///
/// Nothing in it depends on the code that it delivers, because each change of a pipeline's structure ends what
/// CodePipeline can roll back to.
///
/// # Errors
///
/// All that is wrong with the declaration, or that the pipeline could not deploy.
pub fn pipeline_template(input: &PipelineInput<'_>) -> Result<Template, Vec<PipelineMistake>> {
    let mut mistakes = input.pipeline.check();
    let stages = stages(input).map_err(|of_stages| mistakes.extend(of_stages));
    match (input.pipeline.source(), stages) {
        (Ok(repository), Ok(stages)) if mistakes.is_empty() => Ok(Plan::new(input, repository, stages).template()),
        _ => Err(mistakes),
    }
}

/// What CloudFormation may do when a pipeline deploys an environment.
#[derive(Clone, Debug)]
pub struct DeploymentRole {
    /// The environment's name.
    pub environment: String,
    /// Its stack.
    pub stack: String,
    /// What the role allows. Resources are texts for `Fn::Sub`, in which `*` stands for what only AWS knows.
    pub statements: Vec<Statement>,
}

/// What CloudFormation may do for each environment.
///
/// # Errors
///
/// All that the pipeline could not deploy.
pub fn deployment_roles(input: &PipelineInput<'_>) -> Result<Vec<DeploymentRole>, Vec<PipelineMistake>> {
    let role = |stage: Stage<'_>| DeploymentRole {
        environment: stage.input.name.to_owned(),
        stack: stage.stack,
        statements: stage.deployment.policies.concat(),
    };
    Ok(stages(input)?.into_iter().map(role).collect())
}

/// The environments in their order, each with what CloudFormation may do there.
fn stages<'a>(input: &PipelineInput<'a>) -> Result<Vec<Stage<'a>>, Vec<PipelineMistake>> {
    let (mut stages, mut mistakes) = (Vec::new(), Vec::new());
    for (position, stage) in input.environments.iter().enumerate() {
        let same = |other: &StageInput<'_>| LogicalId::of_words([other.name]) == LogicalId::of_words([stage.name]);
        let taken = input.environments[..position].iter().any(same);
        let words = if taken { format!("{}-{}", stage.name, position + 1) } else { stage.name.to_owned() };
        let stack = stack_name(stage.stack_prefix, input.app, input.pipeline.source_branch());
        let boundary = LogicalId::of_words([&words, BOUNDARY]);
        let name = input.pipeline.name_for(input.app);
        if name.strip_prefix(&stack).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            mistakes.push(PipelineMistake::NameOfEnvironment { name, stack: stack.clone() });
        }
        match Deployment::of(input, stage, &stack, &boundary) {
            Ok(deployment) => stages.push(Stage { input: stage, stack, words, deployment }),
            Err(found) => mistakes.extend(found.into_iter().filter(|it| !mistakes.contains(it)).collect::<Vec<_>>()),
        }
    }
    if mistakes.is_empty() { Ok(stages) } else { Err(mistakes) }
}

/// The second word of the policies that bound the service's roles.
const BOUNDARY: &str = "Boundary";

/// The input with the names that follow from it.
struct Plan<'a> {
    input: &'a PipelineInput<'a>,
    repository: &'a Repository,
    name: String,
    stages: Vec<Stage<'a>>,
}

struct Stage<'a> {
    input: &'a StageInput<'a>,
    stack: String,
    words: String,
    deployment: Deployment,
}

impl<'a> Plan<'a> {
    fn new(input: &'a PipelineInput<'a>, repository: &'a Repository, stages: Vec<Stage<'a>>) -> Self {
        Self { input, repository, name: input.pipeline.name_for(input.app), stages }
    }

    fn template(&self) -> Template {
        let (app, branch) = (self.input.app, self.input.pipeline.source_branch());
        let mut template =
            Template::new(format!("Delivers {app} from branch {branch} of {}", self.repository.full_name()));
        if self.input.source == Source::Connection {
            template.parameter(id(CONNECTION), self.connection());
        }
        artifacts::add(self, &mut template);
        roles::add(self, &mut template);
        stages::add(self, &mut template);
        let url =
            "https://console.aws.amazon.com/codesuite/codepipeline/pipelines/${Pipeline}/view?region=${AWS::Region}";
        template.output(id("PipelineName"), Output::new("Name of the pipeline", reference(&id("Pipeline"))));
        template.output(id("PipelineUrl"), Output::new("Page of the pipeline in the console", sub(url)));
        template.output(
            id("ArtifactBucket"),
            Output::new(
                "Bucket that holds what the pipeline builds; it outlives this stack",
                reference(&id("Artifacts")),
            ),
        );
        template
    }

    fn connection(&self) -> Parameter {
        Parameter {
            default: self.input.pipeline.connection_arn().map(str::to_owned),
            allowed_pattern: Some(
                "arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+"
                    .to_owned(),
            ),
            ..Parameter::string("ARN of the CodeConnections connection that reads the repository")
        }
    }

    /// What the keys of an artifact begin with: CodePipeline shortens the pipeline's name to 20 characters.
    fn prefix(&self, artifact: &str) -> String {
        format!("{}/{artifact}/", self.name.get(..20).unwrap_or(&self.name))
    }
}

impl Stage<'_> {
    fn id(&self, what: &str) -> LogicalId {
        LogicalId::of_words([self.words.as_str(), what])
    }
}

fn id(name: &str) -> LogicalId {
    LogicalId::of_words([name])
}
