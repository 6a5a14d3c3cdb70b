//! The pipeline's stack, and who may do what: only in the full build, which has the registry's data.

use std::collections::BTreeMap;

use super::{DeploymentRole, PipelineInput, Source, StageInput, Synthesis, deployment_roles, pipeline_template};
use crate::{
    Environment, Mistake, Mistakes, Pipeline, PipelineMistake, Subject,
    cfn::Template,
    iam::Statement,
    permissions::{Needs, Place, of_references},
};

impl Synthesis {
    /// The stack of a pipeline that delivers the service, as `pipeline` declares it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn pipeline(&self, pipeline: &Pipeline, source: Source<'_>) -> Result<Template, Mistakes> {
        let template = self.with_input(pipeline, source, pipeline_template)?;
        Mistakes::none_or(self.model.name(), super::limits::check(&template).collect())?;
        Ok(template)
    }

    /// What CloudFormation may do when `pipeline` deploys the service, environment by environment.
    ///
    /// # Errors
    ///
    /// All that the pipeline could not deploy.
    pub fn deployment_roles(&self, pipeline: &Pipeline) -> Result<Vec<DeploymentRole>, Mistakes> {
        self.with_input(pipeline, Source::Connection, deployment_roles)
    }

    /// What whoever deploys the service as `stack` by hand has to be allowed for its resources: CloudFormation acts with
    /// the caller's own rights.
    ///
    /// `parameters` are known values of the template's parameters. Resources are as in [`DeploymentRole`].
    ///
    /// # Errors
    ///
    /// What it cannot be said for: types that nothing is known of, and roles that only AWS knows.
    pub fn needs(&self, stack: &str, parameters: &BTreeMap<String, String>) -> Result<Vec<Statement>, Mistakes> {
        let known = self.template.parameters().iter();
        let known = known.filter(|(id, parameter)| !parameter.no_echo && parameters.contains_key(id.as_str()));
        let known = known.map(|(id, _)| (id.to_string(), parameters[id.as_str()].replace("${", "${!"))).collect();
        let place = Place { template: &self.template, stack, parameters: &known };
        let (needs, references) = (
            Needs::of(&place, None, &self.model.type_permissions),
            of_references(&place, parameters.values().map(String::as_str)),
        );
        match (needs, references) {
            (Ok(needs), Ok(references)) => Ok([needs.statements(), references.statements()].concat()),
            (needs, references) => {
                let found = [needs.err(), references.err()].into_iter().flatten().flatten();
                let mistakes = found.map(|it| Mistake::new(Subject::Deployment, PipelineMistake::from(it))).collect();
                Err(Mistakes::of(self.model.name(), mistakes))
            }
        }
    }

    fn with_input<T>(
        &self,
        pipeline: &Pipeline,
        source: Source<'_>,
        run: impl FnOnce(&PipelineInput<'_>) -> Result<T, Vec<PipelineMistake>>,
    ) -> Result<T, Mistakes> {
        let Self { model, template } = self;
        let parameters: Vec<_> = model.environments().iter().map(|it| it.configuration().parameters).collect();
        let environments: Vec<StageInput<'_>> =
            model.environments().iter().zip(&parameters).map(|(it, parameters)| stage(it, parameters)).collect();
        let input = PipelineInput {
            app: model.name(),
            architecture: model.architecture(),
            environments: &environments,
            pipeline,
            service: template,
            described: &model.type_permissions,
            source,
        };
        let mistake = |problem| Mistake::new(Subject::Pipeline, problem);
        run(&input).map_err(|found| Mistakes::of(model.name(), found.into_iter().map(mistake).collect()))
    }
}

fn stage<'a>(environment: &'a Environment, parameters: &'a BTreeMap<String, String>) -> StageInput<'a> {
    StageInput {
        name: environment.name(),
        stack_prefix: environment.prefix(),
        parameters,
        approve_changes: environment.changes_approval(),
        approve_promotion: environment.promotion_approval(),
    }
}
