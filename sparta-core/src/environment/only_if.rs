//! What the variables of an execution have to be.

use std::fmt;

use super::Environment;

/// What a [variable](crate::Variable) of the pipeline has to be, so that an execution goes into an environment.
///
/// [`Environment::only_if`] takes it. Values are compared as texts, with their capital letters.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Environment, Pipeline, Variable, VariableCheck};
///
/// let app = App::new("Links")
///     .environment(Environment::new("test", ()))
///     .environment(Environment::new("production", ()).only_if(VariableCheck::equals("RELEASE", "yes")))
///     .pipeline(Pipeline::github("https://github.com/acme/links").variable(Variable::new("RELEASE").default("no")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct VariableCheck {
    variable: String,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    Differs,
    Contains,
    Matches,
}

/// What is wrong with a [`VariableCheck`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableCheckMistake {
    /// A text that CodePipeline does not compare with.
    #[error("what `{variable}` is compared with has {characters} characters, and CodePipeline takes 1 to 1,000")]
    Length {
        /// The variable.
        variable: String,
        /// How many characters it has.
        characters: usize,
    },
    /// What CodePipeline would put another value in for.
    #[error("`{0}` has `#{{`, for which CodePipeline puts in a variable: leave it out")]
    Reference(String),
    /// Two of them are the same.
    #[error("`{0}` is checked twice in the same way: keep one of them")]
    Twice(String),
    /// CodePipeline has one result for all that it checks before a stage.
    #[error(
        "its window fails where it is not open in time, and its variables skip it: CodePipeline has one of both for a stage, so keep \
         the window or the variables"
    )]
    Window,
}

/// The most characters of a value, as for those of a [variable](crate::Variable).
const VALUE: usize = 1000;

impl VariableCheck {
    /// The variable is this text.
    pub fn equals(variable: impl Into<String>, value: impl Into<String>) -> Self {
        Self::of(variable, Operator::Equals, value)
    }

    /// The variable is another text.
    pub fn differs(variable: impl Into<String>, value: impl Into<String>) -> Self {
        Self::of(variable, Operator::Differs, value)
    }

    /// The variable has this text in it.
    pub fn contains(variable: impl Into<String>, part: impl Into<String>) -> Self {
        Self::of(variable, Operator::Contains, part)
    }

    /// The variable matches this regular expression of Java's.
    pub fn matches(variable: impl Into<String>, pattern: impl Into<String>) -> Self {
        Self::of(variable, Operator::Matches, pattern)
    }

    fn of(variable: impl Into<String>, operator: Operator, value: impl Into<String>) -> Self {
        Self { variable: variable.into(), operator, value: value.into() }
    }

    /// The variable's name.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// What it is compared with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What CodePipeline calls the comparison: `EQ`, `NE`, `CONTAINS` or `MATCHES`.
    pub fn operator(&self) -> &'static str {
        match self.operator {
            Operator::Equals => "EQ",
            Operator::Differs => "NE",
            Operator::Contains => "CONTAINS",
            Operator::Matches => "MATCHES",
        }
    }

    fn check(&self) -> Option<VariableCheckMistake> {
        let characters = self.value.chars().count();
        let variable = || self.variable.clone();
        if self.value.contains("#{") {
            return Some(VariableCheckMistake::Reference(self.value.clone()));
        }
        let is_wrong = characters == 0 || characters > VALUE;
        is_wrong.then(|| VariableCheckMistake::Length { variable: variable(), characters })
    }
}

impl fmt::Display for VariableCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = match self.operator {
            Operator::Equals => "=",
            Operator::Differs => "!=",
            Operator::Contains => "contains",
            Operator::Matches => "matches",
        };
        write!(f, "{} {operator} {}", self.variable, self.value)
    }
}

impl Environment {
    /// Lets executions of the pipeline into this environment only if a variable of the pipeline is what it has to be. Others skip the
    /// environment, and what else is in its wave, and go on. Given several times, all have to hold.
    ///
    /// `provision` has no such variables, and looks at none.
    ///
    /// # Example
    ///
    /// [`VariableCheck`] has one.
    pub fn only_if(mut self, check: VariableCheck) -> Self {
        self.only_if.push(check);
        self
    }

    /// What has to hold so that an execution goes into it.
    pub fn variable_checks(&self) -> &[VariableCheck] {
        &self.only_if
    }

    pub(super) fn check_variables(&self) -> Vec<VariableCheckMistake> {
        let mut mistakes: Vec<_> = self.only_if.iter().filter_map(VariableCheck::check).collect();
        let twice = self.only_if.iter().enumerate().filter(|(at, it)| self.only_if[..*at].contains(it));
        mistakes.extend(twice.map(|(_, it)| VariableCheckMistake::Twice(it.variable.clone())));
        let both = !self.only_if.is_empty() && self.window.is_some();
        mistakes.extend(both.then_some(VariableCheckMistake::Window));
        mistakes
    }
}
