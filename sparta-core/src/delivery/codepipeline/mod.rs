//! AWS CodePipeline: the stack of a service's own pipeline.

mod approvers;
mod artifacts;
mod environments;
mod event;
mod gates;
mod notifications;
mod pull_requests;
mod release;
mod review;
mod roles;
mod smoke;
mod source;
mod stages;
mod stores;
mod target;
#[cfg(test)]
pub(super) mod tests;
mod update;

pub use artifacts::artifact_store;
pub(super) use artifacts::{only_tls, private_bucket};
pub(super) use roles::add_deployment_roles;
pub use stores::Store;

use self::source::Reader;
use super::{
    Backend, DeliveryMistake, DeploymentRole, Elsewhere, Plan, Stage,
    oidc::{Elsewheres, Tokens},
};
use crate::{
    Mistake, Mistakes, Pipeline, Subject, Synthesis,
    cfn::{LogicalId, Output, Parameter, Template, reference, sub},
    contract::code_prefix,
    iam::REGION,
    synth::check_limits,
};

/// How a pipeline reads its repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// Through a CodeConnections connection: that of [`Pipeline::connection`], whose ARN is the stack's parameter
    /// `ConnectionArn`, else one that the stack has, to be authorised once. A host of one's own takes the parameter.
    Connection,
    /// With a personal access token of GitHub, which the Secrets Manager secret of this name or ARN holds as plain text.
    OAuth {
        /// The secret's name or ARN.
        secret_name: &'a str,
    },
}

impl Source<'_> {
    /// What a deployment of `pipeline` lacks to read its repository in this way.
    pub fn lacks(self, pipeline: &Pipeline) -> Option<DeliveryMistake> {
        let host = pipeline.source().ok()?.repository()?.host();
        let lacks = self == Self::Connection && pipeline.connection_arn().is_none() && host.provider_type().is_none();
        lacks.then(|| DeliveryMistake::NoConnection(host.title()))
    }
}

/// A parameter of a pipeline's stack for the id that AWS gives a resource of an environment's stack.
///
/// Who deploys the environment may change the parts of this resource alone. It is `*` as long as the id is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The parameter.
    pub parameter: String,
    /// The environment's stack.
    pub stack: String,
    /// The logical id of the resource in that stack.
    pub resource: String,
}

impl Synthesis {
    /// The stack of a pipeline that delivers the service, as `pipeline` declares it: CodePipeline, or the roles that the jobs of
    /// another CI system take on.
    ///
    /// Nothing in it depends on the code that it delivers, because each change of a pipeline's structure ends what
    /// CodePipeline can roll back to.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn pipeline(&self, pipeline: &Pipeline, source: Source<'_>) -> Result<Template, Mistakes> {
        if let Some(tokens) = Tokens::of(pipeline) {
            return self.deliver(pipeline, &tokens);
        }
        // Without a connection, what starts it is told by GitHub, which would have to be told anew.
        let mutates = pipeline.mutates() && source == Source::Connection;
        self.deliver(&pipeline.clone().self_mutation(mutates), &CodePipeline { source })
    }

    /// What the stack of `pipeline` has parameters for and is known once the environments are deployed.
    ///
    /// # Errors
    ///
    /// All that the pipeline could not deploy.
    pub fn pins(&self, pipeline: &Pipeline) -> Result<Vec<Pin>, Mistakes> {
        let stages = self.stages(pipeline, &CodePipeline { source: Source::Connection })?;
        Ok(stages.iter().filter(|stage| !stage.is_elsewhere()).flat_map(Stage::own_pins).collect())
    }

    /// What the pipeline has in other regions, and its keys; nothing where another CI system delivers the service.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn stores(&self, pipeline: &Pipeline) -> Result<Vec<Store>, Mistakes> {
        if Tokens::of(pipeline).is_some() {
            return Ok(Vec::new());
        }
        self.deliver(pipeline, &Stores)
    }

    /// What lets the pipeline deploy the environments that say their account or region.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn elsewhere(&self, pipeline: &Pipeline) -> Result<Vec<Elsewhere>, Mistakes> {
        match Tokens::of(pipeline) {
            Some(tokens) => self.deliver(pipeline, &Elsewheres(tokens)),
            None => self.deliver(pipeline, &Targets),
        }
    }

    /// What CloudFormation may do when `pipeline` deploys the service, environment by environment.
    ///
    /// # Errors
    ///
    /// All that the pipeline could not deploy.
    pub fn deployment_roles(&self, pipeline: &Pipeline) -> Result<Vec<DeploymentRole>, Mistakes> {
        match Tokens::of(pipeline) {
            Some(tokens) => self.roles(pipeline, &tokens),
            None => self.roles(pipeline, &CodePipeline { source: Source::Connection }),
        }
    }
}

struct CodePipeline<'a> {
    source: Source<'a>,
}

impl Backend for CodePipeline<'_> {
    type Document = Template;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        code_of(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Template, Mistakes> {
        let (app, branch) = (plan.app(), plan.pipeline.source_branch());
        let reader = Reader::of(plan, self.source);
        let mistakes = stages::check(plan, self.source).into_iter();
        Mistakes::none_or(app, mistakes.map(|problem| Mistake::new(Subject::Pipeline, problem)).collect())?;
        let mut template = Template::new(format!("Delivers {app} from branch {branch} of {}", plan.location));
        for (stage, parameter) in plan.home().flat_map(|stage| stage.pins.values().map(move |it| (stage, it))) {
            template.parameter(parameter.clone(), api_id(&stage.stack));
        }
        artifacts::add(plan, &mut template);
        stores::add(plan, &mut template);
        release::add(plan, &mut template);
        review::add(plan, &mut template);
        smoke::add(plan, &mut template);
        roles::add(plan, reader, &mut template);
        stages::add(plan, reader, &mut template);
        approvers::add(plan, &mut template);
        source::add(plan, reader, &mut template);
        pull_requests::add(plan, reader, &mut template);
        notifications::add(plan, &mut template);
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
        update::add(plan, reader, &mut template).map_err(|mistakes| Mistakes::of(app, mistakes))?;
        Mistakes::none_or(app, check_limits(&template).collect())?;
        Ok(template)
    }
}

/// The code is where CodePipeline has it.
fn code_of(app: &str, stage: &Stage<'_>) -> [String; 2] {
    let bucket = if stage.is_elsewhere() { target::CODE } else { "${Artifacts}" };
    [bucket.to_owned(), code_prefix(app) + "*"]
}

/// Its stacks in other regions.
struct Stores;

impl Backend for Stores {
    type Document = Vec<Store>;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        code_of(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Vec<Store>, Mistakes> {
        Ok(stores::all(plan))
    }
}

/// The stacks of its environments that are not where it is.
struct Targets;

impl Backend for Targets {
    type Document = Vec<Elsewhere>;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        code_of(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<Vec<Elsewhere>, Mistakes> {
        plan.elsewhere().map(|stage| target::of(plan, stage)).collect()
    }
}

/// The id of an environment's HTTP API, whose routes CloudFormation may change.
pub(super) fn api_id(stack: &str) -> Parameter {
    Parameter {
        default: Some("*".to_owned()),
        allowed_pattern: Some(r"\*|[a-z0-9]+".to_owned()),
        ..Parameter::string(format!("Id of the HTTP API of {stack}; `*` until its first deployment"))
    }
}

fn id(name: &str) -> LogicalId {
    LogicalId::of_words([name])
}
