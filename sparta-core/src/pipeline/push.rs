//! The pushes that start a pipeline.

use super::PipelineMistake;

/// A push that starts a pipeline: to a branch, or of a tag.
///
/// Names and paths are patterns: `*` stands for anything but a `/`, `**` for anything. Each list has up to 8 of them.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{Pipeline, Push};
///
/// let pipeline = Pipeline::github("https://github.com/acme/orders")
///     .on(Push::branch("main").paths(["src/**", "Cargo.*"]).except_paths(["**/*.md"]))
///     .on(Push::tag("v*"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Push {
    kind: Kind,
    names: Patterns,
    paths: Patterns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Branches,
    Tags,
}

/// What is meant, but for what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Patterns {
    pub(crate) includes: Vec<String>,
    pub(crate) excludes: Vec<String>,
}

/// The most pushes of one pipeline, and the most patterns of one list.
const PUSHES: usize = 3;
const PATTERNS: usize = 8;

impl Push {
    /// A push to a branch.
    pub fn branch(pattern: impl Into<String>) -> Self {
        Self::branches([pattern])
    }

    /// A push to one of several branches.
    pub fn branches<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self::of(Kind::Branches, patterns)
    }

    /// A push of a tag.
    pub fn tag(pattern: impl Into<String>) -> Self {
        Self::tags([pattern])
    }

    /// A push of one of several tags.
    pub fn tags<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self::of(Kind::Tags, patterns)
    }

    /// Not these branches or tags.
    pub fn except<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.names.excludes.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Only where one of these files is another, for a push to a branch.
    pub fn paths<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.paths.includes.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Not where these files alone are others, for a push to a branch.
    pub fn except_paths<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.paths.excludes.extend(patterns.into_iter().map(Into::into));
        self
    }

    fn of<P: Into<String>>(kind: Kind, patterns: impl IntoIterator<Item = P>) -> Self {
        let includes = patterns.into_iter().map(Into::into).collect();
        Self { kind, names: Patterns { includes, ..Patterns::default() }, paths: Patterns::default() }
    }

    /// The branches that it is about.
    pub(crate) fn branch_patterns(&self) -> Option<&Patterns> {
        Some(&self.names).filter(|_| self.kind == Kind::Branches)
    }

    /// The tags that it is about.
    pub(crate) fn tag_patterns(&self) -> Option<&Patterns> {
        Some(&self.names).filter(|_| self.kind == Kind::Tags)
    }

    /// The files that it is about.
    pub(crate) fn path_patterns(&self) -> Option<&Patterns> {
        Some(&self.paths).filter(|paths| !paths.includes.is_empty() || !paths.excludes.is_empty())
    }

    fn check(&self) -> impl Iterator<Item = PipelineMistake> {
        let names = match self.kind {
            Kind::Branches => "branches",
            Kind::Tags => "tags",
        };
        let Self { names: Patterns { includes, excludes }, paths, .. } = self;
        let lists = [(names, includes), (names, excludes), ("paths", &paths.includes), ("paths", &paths.excludes)];
        let too_many = lists.into_iter().filter(|(_, list)| list.len() > PATTERNS);
        let too_many = too_many.map(|(what, list)| PipelineMistake::TooManyPatterns { what, patterns: list.len() });
        let wrong = lists.into_iter().flat_map(|(what, list)| list.iter().map(move |pattern| (what, pattern)));
        let wrong = wrong.filter(|(_, pattern)| !is_pattern(pattern));
        let wrong = wrong.map(|(what, pattern)| PipelineMistake::Pattern { what, pattern: pattern.clone() });
        let of_tags = self.tag_patterns().and_then(|_| self.path_patterns()).map(|_| PipelineMistake::PathsOfTags);
        let none = includes.is_empty().then_some(PipelineMistake::NoPattern(names));
        too_many.chain(wrong).chain(of_tags).chain(none)
    }

    /// Whether a push to this branch is one, as far as its patterns are names.
    fn may_be_of(&self, branch: &str) -> bool {
        let stands_for_others = |pattern: &str| pattern.contains(['*', '?', '[', '{']);
        self.names.includes.iter().any(|pattern| stands_for_others(pattern) || pattern == branch)
    }
}

fn is_pattern(pattern: &str) -> bool {
    (1..=255).contains(&pattern.len()) && !pattern.starts_with('/') && !pattern.chars().any(char::is_control)
}

/// What CodePipeline would refuse of the pushes of a pipeline for this branch, and what never starts it.
pub(super) fn check(pushes: &[Push], branch: &str) -> Vec<PipelineMistake> {
    let mut mistakes: Vec<PipelineMistake> = pushes.iter().flat_map(Push::check).collect();
    if pushes.len() > PUSHES {
        mistakes.push(PipelineMistake::TooManyPushes(pushes.len()));
    }
    let of_branches: Vec<&Push> = pushes.iter().filter(|push| push.kind == Kind::Branches).collect();
    if mistakes.is_empty() && !of_branches.is_empty() && !of_branches.iter().any(|push| push.may_be_of(branch)) {
        mistakes.push(PipelineMistake::OtherBranches(branch.to_owned()));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_codepipeline_would_refuse_is_a_mistake() {
        let nine = || (0..9).map(|n| n.to_string());
        for (push, wrong) in [
            (Push::branches(nine()), PipelineMistake::TooManyPatterns { what: "branches", patterns: 9 }),
            (Push::tag("v*").except(nine()), PipelineMistake::TooManyPatterns { what: "tags", patterns: 9 }),
            (Push::branch("main").paths(nine()), PipelineMistake::TooManyPatterns { what: "paths", patterns: 9 }),
            (Push::branch(""), PipelineMistake::Pattern { what: "branches", pattern: String::new() }),
            (Push::branch("main").paths(["/src"]), PipelineMistake::Pattern { what: "paths", pattern: "/src".into() }),
            (Push::tag("v*").paths(["src/**"]), PipelineMistake::PathsOfTags),
            (Push::tags([""; 0]), PipelineMistake::NoPattern("tags")),
        ] {
            assert_eq!(check(&[push], "main"), [wrong]);
        }
        assert_eq!(check(&vec![Push::tag("v*"); 4], "main"), [PipelineMistake::TooManyPushes(4)]);
    }

    #[test]
    fn a_pipeline_that_its_own_branch_never_starts_is_a_mistake() {
        let wrong = [PipelineMistake::OtherBranches("develop".into())];
        assert_eq!(check(&[Push::branch("main")], "develop"), wrong);
        assert_eq!(check(&[Push::branch("main"), Push::tag("v*")], "develop"), wrong);
        for pushes in [
            vec![Push::branch("dev*")],
            vec![Push::branch("main"), Push::branch("develop")],
            vec![Push::tag("v*")],
            vec![],
        ] {
            assert_eq!(check(&pushes, "develop"), []);
        }
    }
}
