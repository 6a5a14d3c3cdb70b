//! The variables of a pipeline.

use std::collections::BTreeMap;

use super::PipelineMistake;

/// A variable of a pipeline: a text that is set for an execution when it is started by hand, and has its default otherwise.
///
/// The build has it as an environment variable of its name, in which `_` stands for `-` and `@`. It is no place for a secret:
/// who may look at the pipeline sees its value.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-variables.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{Pipeline, Variable};
///
/// let pipeline = Pipeline::github("https://github.com/acme/orders")
///     .variable(Variable::new("LOG_LEVEL").default("info").description("How much the build says"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Variable {
    name: String,
    default: Option<String>,
    description: Option<String>,
}

/// The most variables of a pipeline, and the most characters of what they are to the build: see
/// <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html>.
const VARIABLES: usize = 50;
const CONFIGURATION: usize = 1000;

impl Variable {
    /// A variable of this name: 1 to 128 letters, digits, `@`, `-` and `_`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), default: None, description: None }
    }

    /// What it is where nothing else is said, as in each execution that a push starts: 1 to 1,000 characters.
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// What it is for, of at most 200 characters.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn default_value(&self) -> Option<&str> {
        self.default.as_deref()
    }

    pub(crate) fn about(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// What the build's environment calls it: no shell takes `-` or `@` in a name, or a digit at its beginning.
    pub(crate) fn environment_name(&self) -> String {
        let name = self.name.replace(['-', '@'], "_");
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
    }

    fn check(&self) -> impl Iterator<Item = PipelineMistake> {
        let known = |b: u8| b.is_ascii_alphanumeric() || b"@-_".contains(&b);
        let is_line = |text: &str, longest: usize| text.chars().count() <= longest && !text.contains(['\n', '\r']);
        let name = || self.name.clone();
        let is_name = (1..=128).contains(&self.name.len()) && self.name.bytes().all(known);
        let wrong_name = (!is_name).then(|| PipelineMistake::VariableName(name()));
        let is_codebuilds = self.environment_name().starts_with("CODEBUILD_");
        let reserved = is_codebuilds.then(|| PipelineMistake::VariableReserved(name()));
        let value = match self.default.as_deref() {
            None => Some(PipelineMistake::VariableWithoutDefault(name())),
            Some(value) if value.is_empty() || !is_line(value, 1000) => Some(PipelineMistake::VariableDefault(name())),
            Some(_) => None,
        };
        let is_long = self.description.as_deref().is_some_and(|text| !is_line(text, 200));
        let description = is_long.then(|| PipelineMistake::VariableDescription(name()));
        [wrong_name, reserved, value, description].into_iter().flatten()
    }
}

/// The environment variables of the build, as CodePipeline hands them over; none where there are no variables.
pub(crate) fn build_environment(variables: &[Variable]) -> Option<String> {
    let of = |variable: &Variable| {
        format!(r##"{{"name":"{}","value":"#{{variables.{}}}"}}"##, variable.environment_name(), variable.name)
    };
    let all: Vec<String> = variables.iter().map(of).collect();
    (!all.is_empty()).then(|| format!("[{}]", all.join(",")))
}

/// What is wrong with the variables of one pipeline.
pub(super) fn check(variables: &[Variable]) -> Vec<PipelineMistake> {
    let mut mistakes: Vec<PipelineMistake> = variables.iter().flat_map(Variable::check).collect();
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for variable in variables {
        let environment = variable.environment_name();
        match names.insert(environment.clone(), &variable.name) {
            Some(other) if other == variable.name => mistakes.push(PipelineMistake::VariableTwice(other.to_owned())),
            Some(other) => {
                let (one, other) = (other.to_owned(), variable.name.clone());
                mistakes.push(PipelineMistake::VariablesAlike { one, other, environment });
            }
            None => {}
        }
    }
    let characters = build_environment(variables).map_or(0, |text| text.len());
    if variables.len() > VARIABLES {
        mistakes.push(PipelineMistake::TooManyVariables(variables.len()));
    } else if mistakes.is_empty() && characters > CONFIGURATION {
        mistakes.push(PipelineMistake::LongVariables(characters));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Variable {
        Variable::new(name).default("x")
    }

    #[test]
    fn what_codepipeline_would_refuse_is_a_mistake() {
        use PipelineMistake::*;
        for (variable, wrong) in [
            (variable(""), VariableName(String::new())),
            (variable("a b"), VariableName("a b".into())),
            (variable("a.b"), VariableName("a.b".into())),
            (variable(&"x".repeat(129)), VariableName("x".repeat(129))),
            (variable("CODEBUILD_SRC_DIR"), VariableReserved("CODEBUILD_SRC_DIR".into())),
            (Variable::new("a"), VariableWithoutDefault("a".into())),
            (variable("a").default(""), VariableDefault("a".into())),
            (variable("a").default("x".repeat(1001)), VariableDefault("a".into())),
            (variable("a").default("x\ny"), VariableDefault("a".into())),
            (variable("a").description("x".repeat(201)), VariableDescription("a".into())),
        ] {
            assert_eq!(check(&[variable]), [wrong]);
        }
        assert_eq!(check(&[variable("A@b-c_1").default("x".repeat(1000)).description("x".repeat(200))]), []);
        assert_eq!(check(&[variable("a"), variable("a")]), [VariableTwice("a".into())]);
        let alike = VariablesAlike { one: "a-b".into(), other: "a@b".into(), environment: "a_b".into() };
        assert_eq!(check(&[variable("a-b"), variable("a@b")]), [alike]);
        let many = |count: usize| (0..count).map(|n| variable(&format!("v{n}"))).collect::<Vec<_>>();
        assert_eq!(check(&many(51)), [TooManyVariables(51)]);
        assert_eq!(check(&many(20)), []);
        assert!(matches!(check(&many(30))[..], [LongVariables(1001..)]));
    }

    #[test]
    fn the_build_has_them_under_names_that_a_shell_takes() {
        assert_eq!(build_environment(&[]), None);
        assert_eq!(
            build_environment(&[variable("A"), variable("2-b@c")]).unwrap(),
            r##"[{"name":"A","value":"#{variables.A}"},{"name":"_2_b_c","value":"#{variables.2-b@c}"}]"##
        );
    }
}
