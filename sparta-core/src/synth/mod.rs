//! From a [`Model`] to documents: the service's template, configuration files, the pipeline's stack, its buildspec.

mod buildspec;
#[cfg(not(sparta_lambda))]
mod check;
mod configuration;
mod pipeline;
mod quota;
mod service;

use serde::Serialize;

use crate::{App, Mistake, Mistakes, Model, Pipeline, cfn::Template};

pub use buildspec::{Buildspec, release_profile};
pub use configuration::Configuration;
pub use pipeline::{PipelineInput, Source, StageInput, pipeline_template};

/// The least important line that a function logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names are what they mean")]
pub enum LogLevel {
    Trace,
    Debug,
    #[default]
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// Lambda's name for it, as in `ApplicationLogLevel`.
    pub const fn lambda_name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// A validated App and the template that is made of it.
#[derive(Clone, Debug)]
pub struct Synthesis {
    /// The validated App.
    pub model: Model,
    /// Its template, the same for every environment and region.
    pub template: Template,
}

impl App {
    /// Validates the App and makes its template. The same App and level always give the same bytes.
    ///
    /// # Errors
    ///
    /// All mistakes of both in one report.
    pub fn synthesize(&self, level: LogLevel) -> Result<Synthesis, Mistakes> {
        let model = self.model();
        let (template, too_large) = service::template(&model, level);
        let mut mistakes = crate::check::model(&model);
        mistakes.extend(too_large);
        if !mistakes.iter().any(names_collide) {
            mistakes.extend(template.clashes().iter().cloned().map(Mistake::from));
        }
        Mistakes::none_or(self.name(), mistakes)?;
        Ok(Synthesis { model, template })
    }
}

/// Whether it has two things of one name in the template as its consequence.
fn names_collide(mistake: &Mistake) -> bool {
    matches!(mistake, Mistake::FunctionTwice(_) | Mistake::FunctionCollision { .. } | Mistake::Claim { .. })
}

impl Synthesis {
    /// One line for each thing in the template that AWS refuses unless one of its quotas was raised.
    pub fn warnings(&self) -> Vec<String> {
        quota::warnings(&self.template)
    }

    /// The stack of a pipeline that delivers the service, as `pipeline` declares it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the pipeline could not deploy.
    pub fn pipeline(&self, pipeline: &Pipeline, source: Source<'_>) -> Result<Template, Mistakes> {
        let Self { model, template } = self;
        let values: Vec<Vec<&str>> = model
            .environments()
            .iter()
            .map(|environment| environment.settings.values.iter().filter_map(|(_, value)| value.as_deref()).collect())
            .collect();
        let environments: Vec<StageInput<'_>> = model
            .environments()
            .iter()
            .zip(&values)
            .map(|(environment, values)| StageInput {
                name: environment.name(),
                stack_prefix: environment.prefix(),
                values,
                approve_changes: environment.changes_approval(),
                approve_promotion: environment.promotion_approval(),
            })
            .collect();
        let input = PipelineInput {
            app: model.name(),
            architecture: model.architecture(),
            environments: &environments,
            pipeline,
            service: template,
            source,
        };
        let of_pipeline = |mistakes: Vec<_>| mistakes.into_iter().map(Mistake::Pipeline).collect();
        let template =
            pipeline_template(&input).map_err(|mistakes| Mistakes::of(model.name(), of_pipeline(mistakes)))?;
        Mistakes::none_or(model.name(), service::limits(&template))?;
        Ok(template)
    }
}
