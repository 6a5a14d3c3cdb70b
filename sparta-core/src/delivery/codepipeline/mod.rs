//! AWS CodePipeline: the stack of a service's own pipeline.

mod artifacts;
mod environments;
mod release;
mod roles;
mod stages;
#[cfg(test)]
mod tests;

use super::{Backend, DeploymentRole, Plan};
use crate::{
    Mistake, Mistakes, Pipeline, Subject, Synthesis,
    cfn::{LogicalId, Output, Parameter, Template, reference, sub},
    contract::{CONNECTION_ARN, PROGRAM_ARTIFACT},
    iam::REGION,
    pipeline::CONNECTION_PATTERN,
    synth::check_limits,
};

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

impl Synthesis {
    /// The stack of a pipeline that delivers the service, as `pipeline` declares it.
    ///
    /// Nothing in it depends on the code that it delivers, because each change of a pipeline's structure ends what
    /// CodePipeline can roll back to.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn pipeline(&self, pipeline: &Pipeline, source: Source<'_>) -> Result<Template, Mistakes> {
        self.deliver(pipeline, &CodePipeline { source })
    }

    /// What CloudFormation may do when `pipeline` deploys the service, environment by environment.
    ///
    /// # Errors
    ///
    /// All that the pipeline could not deploy.
    pub fn deployment_roles(&self, pipeline: &Pipeline) -> Result<Vec<DeploymentRole>, Mistakes> {
        self.roles(pipeline, &CodePipeline { source: Source::Connection })
    }
}

struct CodePipeline<'a> {
    source: Source<'a>,
}

impl Backend for CodePipeline<'_> {
    type Document = Template;

    fn code(&self) -> [String; 2] {
        ["${Artifacts}".to_owned(), format!("*/{PROGRAM_ARTIFACT}/*")]
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Template, Mistakes> {
        let (app, branch) = (plan.app(), plan.pipeline.source_branch());
        let too_many = stages::check(plan).map(|problem| Mistake::new(Subject::Pipeline, problem));
        Mistakes::none_or(app, too_many.into_iter().collect())?;
        let mut template =
            Template::new(format!("Delivers {app} from branch {branch} of {}", plan.repository.full_name()));
        if self.source == Source::Connection {
            template.parameter(id(CONNECTION_ARN), connection(plan.pipeline));
        }
        artifacts::add(plan, &mut template);
        release::add(plan, &mut template);
        roles::add(plan, self.source, &mut template);
        stages::add(plan, self.source, &mut template);
        let console = "https://console.aws.amazon.com/codesuite/codepipeline/pipelines";
        let url = format!("{console}/${{Pipeline}}/view?region={REGION}");
        template.output(id("PipelineName"), Output::new("Name of the pipeline", reference(&id("Pipeline"))));
        template.output(id("PipelineUrl"), Output::new("Page of the pipeline in the console", sub(url)));
        template.output(
            id("ArtifactBucket"),
            Output::new(
                "Bucket that holds what the pipeline builds; it outlives this stack",
                reference(&id("Artifacts")),
            ),
        );
        Mistakes::none_or(app, check_limits(&template).collect())?;
        Ok(template)
    }
}

fn connection(pipeline: &Pipeline) -> Parameter {
    Parameter {
        default: pipeline.connection_arn().map(str::to_owned),
        allowed_pattern: Some(CONNECTION_PATTERN.to_owned()),
        ..Parameter::string("ARN of the CodeConnections connection that reads the repository")
    }
}

fn id(name: &str) -> LogicalId {
    LogicalId::of_words([name])
}
