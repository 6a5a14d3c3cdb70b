//! How what was built reaches the environments: one plan, and one folder or file for each CI system that writes it out.

mod ci;
pub mod codepipeline;
mod elsewhere;
mod github_actions;
mod gitlab_ci;
mod mistake;
mod oidc;
mod plan;
#[cfg(test)]
mod tests;

pub use ci::{CiFile, Program};
pub use codepipeline::{Pin, Source, Store, artifact_store};
pub use elsewhere::Elsewhere;
pub use mistake::DeliveryMistake;
pub use oidc::Target;
pub use plan::DeploymentRole;
pub(crate) use plan::{Plan, Stage};

use crate::{Mistakes, Pipeline, Synthesis, synth::only_serves};

/// A CI system.
///
/// Its file or folder implements this, and offers it to the command line as a method of [`Synthesis`].
pub(crate) trait Backend {
    /// What the CI system reads: the template of a stack, or the text of a file.
    type Document;

    /// The bucket and the key of the code of an App that it deploys to an environment: texts for `Fn::Sub` in its stack, with `*` for what
    /// is not known.
    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2];

    /// The document that delivers a service as it is planned.
    ///
    /// # Errors
    ///
    /// All that the CI system would refuse of it.
    fn document(&self, plan: &Plan<'_>) -> Result<Self::Document, Mistakes>;
}

impl Synthesis {
    /// The document that makes a CI system deliver the service as `pipeline` declares it.
    fn deliver<B: Backend>(&self, pipeline: &Pipeline, backend: &B) -> Result<B::Document, Mistakes> {
        let app = self.model.name();
        if cfg!(sparta_serving) {
            return Err(only_serves(app));
        }
        let plan = Plan::of(self, pipeline, &|stage| backend.code(app, stage))
            .map_err(|mistakes| Mistakes::of(app, mistakes))?;
        backend.document(&plan)
    }

    /// What CloudFormation may do when a CI system deploys the service, environment by environment.
    fn roles(&self, pipeline: &Pipeline, backend: &impl Backend) -> Result<Vec<DeploymentRole>, Mistakes> {
        Ok(self.stages(pipeline, backend)?.into_iter().map(DeploymentRole::from).collect())
    }

    fn stages(&self, pipeline: &Pipeline, backend: &impl Backend) -> Result<Vec<Stage<'_>>, Mistakes> {
        if cfg!(sparta_serving) {
            return Err(only_serves(self.model.name()));
        }
        let app = self.model.name();
        let stages = plan::stages(self, pipeline, &|stage| backend.code(app, stage));
        stages.map_err(|mistakes| Mistakes::of(app, mistakes))
    }
}
