//! The report of everything that is declared wrongly. What can be wrong is up to the code that checks it.

use std::{error::Error, fmt, sync::Arc};

/// Everything that is wrong with an App or a template, each with its place and remedy.
#[derive(Debug)]
pub struct Mistakes {
    of: String,
    mistakes: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn of(app: &str, mistakes: Vec<Mistake>) -> Self {
        Self { of: format!("the app `{app}`"), mistakes }
    }

    pub(crate) fn of_template(mistakes: Vec<Mistake>) -> Self {
        Self { of: "the template".to_owned(), mistakes }
    }

    /// `Ok` where there is none.
    pub(crate) fn none_or(app: &str, mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() { Ok(()) } else { Err(Self::of(app, mistakes)) }
    }

    /// The mistakes, in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.mistakes.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.mistakes.len();
        write!(f, "{} has {count} mistake{}:", self.of, if count == 1 { "" } else { "s" })?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  - {mistake}"))
    }
}

impl Error for Mistakes {}

/// One thing that AWS would refuse, or that could not work.
///
/// # Example
///
/// ```
/// use sparta_core::{App, AppMistake, Subject};
///
/// let mistakes = App::new("Hello").validate().unwrap_err();
/// let mistake = mistakes.iter().next().unwrap();
/// assert_eq!(mistake.subject(), &Subject::App);
/// assert!(matches!(mistake.problem().downcast_ref(), Some(AppMistake::NoFunction)));
/// ```
#[derive(Clone, Debug)]
pub struct Mistake {
    subject: Subject,
    problem: Problem,
}

/// What a [`Mistake`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// The App as a whole, or several parts of it, which the problem names.
    App,
    /// The function of this name.
    Function(String),
    /// A construct: table `links`.
    Construct {
        /// What it is.
        kind: String,
        /// What it is called.
        name: String,
    },
    /// The environment of this name.
    Environment(String),
    /// The service's template.
    Template,
    /// The pipeline, or the template of its stack.
    Pipeline,
    /// What a deployment by hand takes.
    Deployment,
}

/// What is wrong: any error, such as one that a trigger of the user's own reports.
///
/// Its text is lower case and names the remedy.
#[derive(Clone)]
pub struct Problem(Arc<dyn Error + Send + Sync>);

impl Mistake {
    /// A problem of `subject`, which is written before it: "function `hello`: ...".
    pub fn new(subject: Subject, problem: impl Into<Problem>) -> Self {
        Self { subject, problem: problem.into() }
    }

    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::App | Subject::Template => {}
            Subject::Function(name) => write!(f, "function `{name}`: ")?,
            Subject::Construct { kind, name } => write!(f, "{kind} `{name}`: ")?,
            Subject::Environment(name) => write!(f, "environment `{name}`: ")?,
            Subject::Pipeline => f.write_str("pipeline: ")?,
            Subject::Deployment => f.write_str("deployment: ")?,
        }
        self.problem.fmt(f)
    }
}

impl Error for Mistake {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.0.source()
    }
}

impl PartialEq for Mistake {
    /// Mistakes are the same when their texts are.
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Problem {
    /// The error, if it is an `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
