//! From a [`Model`] to documents: the service's template, configuration files, the pipeline's stack, its buildspec.

mod buildspec;
mod check;
mod configuration;
mod quota;
mod service;

use serde::Serialize;

use crate::{App, Mistake, Mistakes, Model, cfn::Template};

pub use buildspec::{Buildspec, release_profile};
pub use configuration::Configuration;
pub(crate) use service::limits;

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
}
