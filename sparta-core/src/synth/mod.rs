//! From a [`Model`] to documents: the service's template, configuration files, the pipeline's stack, its buildspec.

mod buildspec;
mod check;
mod configuration;
mod limits;
mod rights;
mod service;

use serde::Serialize;

use crate::{App, AppMistake, Mistake, Mistakes, Model, Subject, cfn::Template};

pub use crate::delivery::codepipeline::{
    DeploymentRole, PipelineInput, Source, StageInput, deployment_roles, pipeline_template,
};
pub use buildspec::{Buildspec, release_profile};
pub use configuration::Configuration;
pub use limits::LimitMistake;
pub use service::IdMistake;

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
        let (synthesis, mistakes) = self.synthesis(level);
        Mistakes::none_or(self.name(), mistakes)?;
        Ok(synthesis)
    }

    /// What is made of the App, with all that is wrong with it.
    fn synthesis(&self, level: LogLevel) -> (Synthesis, Vec<Mistake>) {
        let model = self.model();
        let (template, too_large) = service::template(&model, level);
        let mut mistakes = model.check();
        mistakes.extend(too_large);
        if !mistakes.iter().any(names_collide) {
            let conflicts = template.conflicts().iter().cloned();
            mistakes.extend(conflicts.map(|problem| Mistake::new(Subject::Template, problem)));
        }
        (Synthesis { model, template }, mistakes)
    }
}

/// Whether it has two things of one name in the template as its consequence.
fn names_collide(mistake: &Mistake) -> bool {
    let problem = mistake.problem().downcast_ref();
    matches!(
        problem,
        Some(AppMistake::FunctionTwice(_) | AppMistake::FunctionCollision { .. } | AppMistake::Taken { .. })
    )
}

impl Synthesis {
    /// One line for each thing in the template that AWS refuses unless one of its quotas was raised.
    pub fn warnings(&self) -> Vec<String> {
        limits::warnings(&self.template)
    }
}
