//! The CI systems that deliver a service, and what they do not have of what CodePipeline has.

use super::{Compute, ExecutionMode, Pipeline, PipelineMistake, Push, RepositoryHost, SourceLocation};

/// What builds a service and deploys its environments.
///
/// # Example
///
/// ```
/// use sparta_core::{CiSystem, Pipeline};
///
/// let pipeline = Pipeline::github("https://github.com/acme/orders").system(CiSystem::GitHubActions);
/// assert_eq!(pipeline.ci_system(), CiSystem::GitHubActions);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CiSystem {
    /// AWS CodePipeline, with CodeBuild, in the account that is deployed to.
    #[default]
    CodePipeline,
    /// GitHub Actions, of a repository on github.com, with a role of each environment's that its job takes on by OIDC.
    ///
    /// See <https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws>.
    GitHubActions,
    /// GitLab CI, of a repository on gitlab.com or on a GitLab of one's own, with roles in the same way.
    ///
    /// See <https://docs.gitlab.com/ci/cloud_services/aws/>.
    GitLabCi,
}

impl CiSystem {
    /// What its own documentation calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::CodePipeline => "CodePipeline",
            Self::GitHubActions => "GitHub Actions",
            Self::GitLabCi => "GitLab CI",
        }
    }

    /// Whether it runs what is in a repository of this host.
    fn runs_for(self, host: RepositoryHost) -> bool {
        match self {
            Self::CodePipeline => true,
            Self::GitHubActions => host == RepositoryHost::GitHub,
            Self::GitLabCi => matches!(host, RepositoryHost::GitLab | RepositoryHost::GitLabSelfManaged),
        }
    }
}

/// What is declared of a pipeline and cannot be had of its CI system.
pub(super) fn check(pipeline: &Pipeline) -> Vec<PipelineMistake> {
    let system = pipeline.system;
    if system == CiSystem::CodePipeline {
        return if pipeline.oidc_provider { vec![PipelineMistake::ProviderOfCodePipeline] } else { Vec::new() };
    }
    let title = system.title();
    let service = pipeline.source().ok().and_then(SourceLocation::service);
    let host = service.map_or(pipeline.host.title(), |[service, _]| service);
    let is_foreign = service.is_some() || !system.runs_for(pipeline.host);
    let foreign = is_foreign.then_some(PipelineMistake::HostOfCi { system: title, host });
    let only = |declared: bool, option, instead| {
        declared.then_some(PipelineMistake::OnlyCodePipeline { option, system: title, instead })
    };
    let options = [
        only(pipeline.connection.is_some(), "connection", "remove it, because the system reads its own repository"),
        only(pipeline.compute != Compute::default(), "compute", "remove it, and name the machine in the file"),
        only(pipeline.buildspec != "buildspec.yml", "buildspec", "remove it, because the file's place is fixed"),
        only(!pipeline.variables.is_empty(), "variable", "remove it, and name the variable in the file"),
        only(pipeline.pull_requests.is_some(), "pull_requests", "remove it, and let the system build them itself"),
        only(!pipeline.listeners.is_empty(), "notify", "remove it, because the system tells of its runs itself"),
        only(pipeline.mode != ExecutionMode::default(), "execution_mode", "remove it, because the system has one mode"),
    ];
    // It stands between quotes in a condition, where nothing escapes them.
    let is_text = |branch: &str| !branch.contains(['"', '\'', '$', '`']);
    let quoted = (system == CiSystem::GitLabCi && !is_text(pipeline.source_branch()))
        .then(|| PipelineMistake::BranchOfCi { system: title, branch: pipeline.source_branch().to_owned() });
    foreign
        .into_iter()
        .chain(quoted)
        .chain(options.into_iter().flatten())
        .chain(pushes(system, &pipeline.pushes))
        .collect()
}

/// One set of filters is all that a file has. `?`, `[` and `{` mean something else in each system.
fn pushes(system: CiSystem, pushes: &[Push]) -> Option<PipelineMistake> {
    let of_branches: Vec<&Push> = pushes.iter().filter(|push| push.branch_patterns().is_some()).collect();
    let of_tags: Vec<&Push> = pushes.iter().filter(|push| push.tag_patterns().is_some()).collect();
    let patterns = pushes.iter().flat_map(|push| [push.branch_patterns(), push.tag_patterns(), push.path_patterns()]);
    let (mut includes, mut excludes) = (Vec::new(), Vec::new());
    for patterns in patterns.flatten() {
        includes.extend(&patterns.includes);
        excludes.extend(&patterns.excludes);
    }
    let special = |pattern: &&&String| pattern.contains(['?', '[', ']', '{', '}', '\\', '"', '\'', '$', '`']);
    let problem = if of_branches.len() > 1 || of_tags.len() > 1 {
        "one `.on(..)` of branches and one of tags: let one push have several patterns"
    } else if includes.iter().chain(&excludes).any(|pattern| special(&pattern)) {
        "patterns of `*`, `**` and plain characters alone"
    } else if system == CiSystem::GitLabCi && !of_tags.is_empty() {
        "pushes to branches alone, because a token that names a tag would have to be trusted by a pattern"
    } else if system == CiSystem::GitLabCi && !excludes.is_empty() {
        "patterns without exceptions"
    } else if system == CiSystem::GitLabCi && is_of_many(&of_branches) {
        "branches by their names alone, because each is in the trust of the roles"
    } else {
        return None;
    };
    Some(PipelineMistake::PushesOfCi { system: system.title(), problem })
}

fn is_of_many(of_branches: &[&Push]) -> bool {
    let patterns = of_branches.iter().filter_map(|push| push.branch_patterns());
    patterns.flat_map(|patterns| &patterns.includes).any(|pattern| pattern.contains('*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PullRequests;

    fn orders() -> Pipeline {
        Pipeline::github("https://github.com/acme/orders").system(CiSystem::GitHubActions)
    }

    #[test]
    fn what_only_codepipeline_has_is_a_mistake_that_says_what_to_do() {
        let pipeline = orders()
            .connection(
                "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555",
            )
            .compute(Compute::Large)
            .buildspec("ci/build.yml")
            .notify("team@acme.example")
            .execution_mode(ExecutionMode::Superseded)
            .pull_requests(PullRequests::builds());
        let options: Vec<&str> = pipeline
            .check()
            .iter()
            .filter_map(|mistake| match mistake {
                PipelineMistake::OnlyCodePipeline { option, .. } => Some(*option),
                _ => None,
            })
            .collect();
        assert_eq!(options, ["connection", "compute", "buildspec", "pull_requests", "notify", "execution_mode"]);
        assert_eq!(orders().check(), []);
        let provider = Pipeline::github("https://github.com/acme/orders").oidc_provider(true);
        assert_eq!(provider.check(), [PipelineMistake::ProviderOfCodePipeline]);
    }

    #[test]
    fn a_repository_is_built_where_it_is() {
        let gitlab = Pipeline::gitlab("https://gitlab.com/acme/orders");
        let wrong = PipelineMistake::HostOfCi { system: "GitHub Actions", host: "GitLab" };
        assert_eq!(gitlab.clone().system(CiSystem::GitHubActions).check(), [wrong]);
        assert_eq!(gitlab.system(CiSystem::GitLabCi).check(), []);
    }

    #[test]
    fn pushes_that_a_file_cannot_tell_apart_are_a_mistake() {
        let problem = |pipeline: Pipeline| match &pipeline.check()[..] {
            [PipelineMistake::PushesOfCi { problem, .. }] => Some(*problem),
            [] => None,
            other => panic!("{other:?}"),
        };
        let push = || Push::branch("main").paths(["src/**"]).except_paths(["**/*.md"]);
        assert_eq!(problem(orders().on(push()).on(Push::tag("v*"))), None);
        assert!(problem(orders().on(push()).on(Push::branch("next"))).unwrap().starts_with("one"));
        assert!(problem(orders().on(Push::branch("mai?"))).unwrap().starts_with("patterns of"));
        let gitlab = || Pipeline::gitlab("https://gitlab.com/acme/orders").system(CiSystem::GitLabCi);
        assert_eq!(problem(gitlab().on(Push::branch("main").paths(["src/**"]))), None);
        for push in [Push::tag("v1"), push(), Push::branches(["main", "release/*"])] {
            assert!(problem(gitlab().on(push)).is_some());
        }
    }
}
