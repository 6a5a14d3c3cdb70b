//! The pull requests of a pipeline's repository, as they are declared.

use super::{CiSystem, Pipeline, PipelineMistake, RepositoryHost, SourceLocation, is_inside};

/// What becomes of the pull requests against a pipeline's branch.
///
/// # Example
///
/// ```
/// use sparta_core::{Pipeline, PullRequests};
///
/// let pipeline = Pipeline::github("https://github.com/acme/orders").pull_requests(PullRequests::builds());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PullRequests {
    buildspec: String,
}

impl PullRequests {
    /// Each is built and tested when it is opened and whenever it changes, and its page shows the result.
    ///
    /// What it runs can reach neither the repository's connection nor anything that is delivered. One of a fork is built after
    /// somebody who may write to the repository has commented `/codebuild_run(COMMIT)`.
    ///
    /// See <https://docs.aws.amazon.com/codebuild/latest/userguide/pull-request-build-policy.html>.
    pub fn builds() -> Self {
        Self { buildspec: "delivery/pull-request.yml".to_owned() }
    }

    /// Where the repository has the build specification of pull requests, as `build --buildspec` writes it: by default
    /// `delivery/pull-request.yml`.
    pub fn buildspec(mut self, path: impl Into<String>) -> Self {
        self.buildspec = path.into();
        self
    }

    /// Where the repository has the build specification of pull requests.
    pub fn buildspec_path(&self) -> &str {
        &self.buildspec
    }
}

/// What CodeBuild has for the pull requests of a host.
pub(crate) struct Webhook {
    /// CodeBuild's name for the host.
    pub(crate) source_type: &'static str,
    /// A pull request that is opened, changed or opened again.
    pub(crate) events: &'static str,
    /// Who may have one of a fork built: those who could push a branch to have it built.
    pub(crate) approvers: &'static [&'static str],
}

/// None for a host whose webhooks CodeBuild does not make.
///
/// See <https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html> and
/// <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_PullRequestBuildPolicy.html>.
pub(crate) fn webhook(host: RepositoryHost) -> Option<Webhook> {
    let reopened = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED";
    match host {
        RepositoryHost::GitHub => Some(Webhook {
            source_type: "GITHUB",
            events: reopened,
            approvers: &["GITHUB_WRITE", "GITHUB_MAINTAIN", "GITHUB_ADMIN"],
        }),
        RepositoryHost::GitLab => Some(Webhook {
            source_type: "GITLAB",
            events: reopened,
            approvers: &["GITLAB_DEVELOPER", "GITLAB_MAINTAINER", "GITLAB_OWNER"],
        }),
        // One that was declined stays so.
        RepositoryHost::Bitbucket => Some(Webhook {
            source_type: "BITBUCKET",
            events: "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED",
            approvers: &["BITBUCKET_WRITE", "BITBUCKET_ADMIN"],
        }),
        RepositoryHost::GitHubEnterpriseServer | RepositoryHost::GitLabSelfManaged | RepositoryHost::AzureDevOps => {
            None
        }
    }
}

/// What is declared of pull requests and cannot be had.
pub(super) fn check(pipeline: &Pipeline) -> Vec<PipelineMistake> {
    let Some(pull_requests) = &pipeline.pull_requests else { return Vec::new() };
    let host = match &pipeline.location {
        // Another CI system has a mistake of its own.
        _ if pipeline.system != CiSystem::CodePipeline => None,
        Ok(SourceLocation::Repository(_)) => webhook(pipeline.host).is_none().then_some(pipeline.host.title()),
        Ok(location) => location.service().map(|[service, _]| service),
        Err(_) => None,
    };
    let path = pull_requests.buildspec_path();
    let outside = (!is_inside(path)).then(|| PipelineMistake::Buildspec(path.to_owned()));
    let shared = (path == pipeline.buildspec).then(|| PipelineMistake::SharedBuildspec(path.to_owned()));
    host.map(PipelineMistake::PullRequestsOf).into_iter().chain(outside).chain(shared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_codebuild_is_not_told_by_are_a_mistake_with_what_is_possible() {
        let at = |host, url: &str| Pipeline::at(host, url).pull_requests(PullRequests::builds()).check();
        for (host, url) in [
            (RepositoryHost::GitHub, "https://github.com/acme/orders"),
            (RepositoryHost::GitLab, "https://gitlab.com/acme/web/orders"),
            (RepositoryHost::Bitbucket, "https://bitbucket.org/acme/orders"),
        ] {
            assert_eq!(at(host, url), []);
        }
        for (host, url) in [
            (RepositoryHost::AzureDevOps, "https://dev.azure.com/acme/web/_git/orders"),
            (RepositoryHost::GitHubEnterpriseServer, "https://git.acme.example/web/orders"),
            (RepositoryHost::GitLabSelfManaged, "https://git.acme.example/web/orders"),
        ] {
            assert_eq!(at(host, url), [PipelineMistake::PullRequestsOf(host.title())]);
        }
        let codecommit = Pipeline::codecommit("orders").pull_requests(PullRequests::builds());
        assert_eq!(codecommit.check(), [PipelineMistake::PullRequestsOf("CodeCommit")]);
        let s3 = Pipeline::s3("acme", "orders.zip").pull_requests(PullRequests::builds());
        assert_eq!(s3.check(), [PipelineMistake::PullRequestsOf("S3")]);
        assert!(s3.check()[0].to_string().ends_with("remove `Pipeline::pull_requests(..)`"));
    }

    #[test]
    fn their_build_specification_is_a_file_of_its_own_in_the_repository() {
        let orders = |path: &str| {
            let pull_requests = PullRequests::builds().buildspec(path);
            Pipeline::github("https://github.com/acme/orders").pull_requests(pull_requests).check()
        };
        assert_eq!(orders("orders/pull-request.yml"), []);
        assert_eq!(orders("../x.yml"), [PipelineMistake::Buildspec("../x.yml".into())]);
        assert_eq!(orders("buildspec.yml"), [PipelineMistake::SharedBuildspec("buildspec.yml".into())]);
    }
}
