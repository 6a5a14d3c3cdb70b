//! How what was built reaches the environments: one plan, and one folder or file for each CI system that writes it out.

pub mod codepipeline;
mod mistake;
mod plan;

pub use codepipeline::Source;
pub use mistake::DeliveryMistake;
pub use plan::DeploymentRole;
pub(crate) use plan::{Plan, Stage};

use crate::{Mistake, Mistakes, Pipeline, Synthesis, cfn::Template, synth::limits};

/// A CI system.
///
/// Its file or folder implements this, and offers it to the command line as a method of [`Synthesis`].
pub(crate) trait Backend {
    /// The bucket and the key of the code that it deploys: texts for `Fn::Sub` in its stack, with `*` for what is not known.
    const CODE: [&'static str; 2];

    /// The stack that delivers a service as it is planned.
    fn stack(&self, plan: &Plan<'_>) -> Template;
}

impl Synthesis {
    /// The stack of a CI system that delivers the service as `pipeline` declares it.
    fn deliver<B: Backend>(&self, pipeline: &Pipeline, backend: &B) -> Result<Template, Mistakes> {
        let plan = Plan::of(self, pipeline, B::CODE).map_err(|found| self.undeliverable(found))?;
        let template = backend.stack(&plan);
        Mistakes::none_or(self.model.name(), limits(&template))?;
        Ok(template)
    }

    /// What CloudFormation may do when a CI system deploys the service, environment by environment.
    fn roles<B: Backend>(&self, pipeline: &Pipeline) -> Result<Vec<DeploymentRole>, Mistakes> {
        let stages = plan::stages(self, pipeline, B::CODE).map_err(|found| self.undeliverable(found))?;
        Ok(stages.into_iter().map(DeploymentRole::from).collect())
    }

    fn undeliverable(&self, mistakes: Vec<DeliveryMistake>) -> Mistakes {
        Mistakes::of(self.model.name(), mistakes.into_iter().map(Mistake::Delivery).collect())
    }
}
