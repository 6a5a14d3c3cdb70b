//! How a service is delivered: from a branch of its repository through its environments.

mod ci;
mod location;
mod mistake;
mod name;
mod notify;
mod pull_requests;
mod push;
mod repository;
mod variable;

pub use ci::CiSystem;
pub use location::SourceLocation;
pub use mistake::PipelineMistake;
pub(crate) use name::{direct_stack_name, fnv1a, pipeline_name, short_name};
pub use name::{is_stack_name, stack_name};
pub(crate) use notify::{Listener, is_address};
pub use pull_requests::PullRequests;
pub(crate) use pull_requests::{Webhook, webhook};
pub(crate) use push::Patterns;
pub use push::Push;
pub use repository::{Repository, RepositoryError, RepositoryHost};
pub use variable::Variable;
pub(crate) use variable::build_environment;

/// The service's own pipeline: source, build, then its environments in the order of their registration.
///
/// # Example
///
/// ```
/// use sparta_core::Pipeline;
///
/// let pipeline = Pipeline::github("https://github.com/acme/hello-pipeline/tree/feature/x");
/// assert_eq!(pipeline.source_branch(), "feature/x");
/// assert_eq!(pipeline.branch("main").source_branch(), "main");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Pipeline {
    // The URL itself is not kept: it may carry credentials, which must not show in any output.
    location: Result<SourceLocation, RepositoryError>,
    host: RepositoryHost,
    system: CiSystem,
    oidc_provider: bool,
    name: Option<String>,
    branch: Option<String>,
    connection: Option<String>,
    compute: Compute,
    buildspec: String,
    self_mutation: bool,
    template: String,
    pushes: Vec<Push>,
    mode: ExecutionMode,
    listeners: Vec<Result<Listener, PipelineMistake>>,
    variables: Vec<Variable>,
    pull_requests: Option<PullRequests>,
}

impl Pipeline {
    /// A pipeline for a repository on GitHub: the URL of its page, a branch's page or its clone.
    ///
    /// A wrong URL is a mistake that is reported when the App is checked.
    pub fn github(url: impl AsRef<str>) -> Self {
        Self::at(RepositoryHost::GitHub, url)
    }

    /// A pipeline for a repository on GitLab: the URL of its page, a branch's page or its clone.
    pub fn gitlab(url: impl AsRef<str>) -> Self {
        Self::at(RepositoryHost::GitLab, url)
    }

    /// A pipeline for a repository on Bitbucket: the URL of its page, a branch's page or its clone.
    pub fn bitbucket(url: impl AsRef<str>) -> Self {
        Self::at(RepositoryHost::Bitbucket, url)
    }

    /// A pipeline for a repository on Azure DevOps: the URL of its page, a branch's page or its clone.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Pipeline;
    ///
    /// let pipeline = Pipeline::azure_devops("https://dev.azure.com/acme/web/_git/orders");
    /// assert_eq!(pipeline.source().unwrap().to_string(), "acme/web/orders");
    /// ```
    pub fn azure_devops(url: impl AsRef<str>) -> Self {
        Self::at(RepositoryHost::AzureDevOps, url)
    }

    /// A pipeline for a repository of this host, such as one of your own: the URL of its page, a branch's page or its clone.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Pipeline, RepositoryHost};
    ///
    /// let pipeline = Pipeline::at(RepositoryHost::GitLabSelfManaged, "https://git.acme.example/web/orders");
    /// ```
    pub fn at(host: RepositoryHost, url: impl AsRef<str>) -> Self {
        Self::of(Repository::at(host, url.as_ref()).map(SourceLocation::Repository), host)
    }

    /// A pipeline for a repository of CodeCommit, by its name. It is in the account and the region of the pipeline, which
    /// reads it with a role of its own and is started by an event at each push to its [branch](Self::branch).
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Pipeline;
    ///
    /// let pipeline = Pipeline::codecommit("orders").branch("develop");
    /// ```
    pub fn codecommit(repository: impl Into<String>) -> Self {
        Self::of(Ok(SourceLocation::CodeCommit { repository: repository.into() }), RepositoryHost::default())
    }

    /// A pipeline for a zip of the sources in S3, such as another CI system makes it. Each new version of the object starts it.
    ///
    /// The bucket is in the account and the region of the pipeline, keeps versions, and sends its events to EventBridge, which
    /// is off in a new bucket. The [branch](Self::branch) is a part of names alone.
    ///
    /// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html> and
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Pipeline;
    ///
    /// let pipeline = Pipeline::s3("acme-sources", "orders.zip");
    /// ```
    pub fn s3(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self::of(Ok(SourceLocation::S3 { bucket: bucket.into(), key: key.into() }), RepositoryHost::default())
    }

    fn of(location: Result<SourceLocation, RepositoryError>, host: RepositoryHost) -> Self {
        Self {
            location,
            host,
            system: CiSystem::default(),
            oidc_provider: false,
            name: None,
            branch: None,
            connection: None,
            compute: Compute::default(),
            buildspec: "buildspec.yml".to_owned(),
            self_mutation: true,
            template: "delivery/pipeline.json".to_owned(),
            pushes: Vec::new(),
            mode: ExecutionMode::default(),
            listeners: Vec::new(),
            variables: Vec::new(),
            pull_requests: None,
        }
    }

    /// Another repository of the same host than the one that the pipeline was made with; a branch in its URL replaces an earlier
    /// one. In place of sources in CodeCommit or S3 it is of the host that the URL names.
    pub fn repository(mut self, url: impl AsRef<str>) -> Self {
        let url = url.as_ref();
        if self.location.as_ref().is_ok_and(|location| location.repository().is_none()) {
            self.host = RepositoryHost::of(url);
        }
        self.location = Repository::at(self.host, url).map(SourceLocation::Repository);
        if self.branch_of_url().is_some() {
            self.branch = None;
        }
        self
    }

    /// What builds the service and deploys its environments: by default [`CiSystem::CodePipeline`].
    ///
    /// `build --buildspec` writes the file that another system reads, and `provisionPipeline` makes the roles that its jobs take on.
    pub fn system(mut self, system: CiSystem) -> Self {
        self.system = system;
        self
    }

    /// Whether the stack of the roles also makes the account's OpenID Connect provider for the CI system: by default it does
    /// not, because an account has one for all repositories. It outlives the stack.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>.
    pub fn oidc_provider(mut self, makes: bool) -> Self {
        self.oidc_provider = makes;
        self
    }

    /// The name of the pipeline and its stack: by default `<App>-<branch>`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The branch whose commits are delivered, in place of the URL's: by default `main`.
    pub fn branch(mut self, branch: impl Into<String>) -> Self {
        self.branch = Some(branch.into());
        self
    }

    /// The ARN of the CodeConnections connection that reads the repository.
    ///
    /// See <https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-create-github.html>.
    pub fn connection(mut self, arn: impl Into<String>) -> Self {
        self.connection = Some(arn.into());
        self
    }

    /// Starts it at such a push, of which there are up to 3, in place of each push to its [branch](Self::branch). It takes a
    /// connection. A push to another branch, or a tag, is delivered to the same environments.
    ///
    /// # Example
    ///
    /// [`Push`] has one.
    pub fn on(mut self, push: Push) -> Self {
        self.pushes.push(push);
        self
    }

    /// What becomes of a push while an earlier one is on its way: by default [`ExecutionMode::Queued`].
    pub fn execution_mode(mut self, mode: ExecutionMode) -> Self {
        self.mode = mode;
        self
    }

    /// Tells of each execution that failed or succeeded, and of each approval that somebody is waited for: the ARN of a topic of
    /// SNS or of a client of Amazon Q Developer for Slack or Teams, or an address of e-mail, which is asked whether it wants that.
    ///
    /// A topic has to let `codestar-notifications.amazonaws.com` publish. Not every region has such notifications.
    ///
    /// See <https://docs.aws.amazon.com/dtconsole/latest/userguide/set-up-sns.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::Pipeline;
    ///
    /// let pipeline = Pipeline::github("https://github.com/acme/orders")
    ///     .notify("arn:aws:sns:eu-central-1:111111111111:builds")
    ///     .notify("team@acme.example");
    /// ```
    pub fn notify(mut self, listener: impl Into<String>) -> Self {
        self.listeners.push(Listener::of(listener.into()));
        self
    }

    /// A variable, which the build has as an environment variable, and which whoever starts an execution by hand can set. A
    /// pipeline has up to 50.
    ///
    /// # Example
    ///
    /// [`Variable`] has one.
    pub fn variable(mut self, variable: Variable) -> Self {
        self.variables.push(variable);
        self
    }

    /// What becomes of the pull requests against its [branch](Self::branch): by default nothing. They take a connection, and a
    /// repository on GitHub, GitLab or Bitbucket.
    ///
    /// # Example
    ///
    /// [`PullRequests`] has one.
    pub fn pull_requests(mut self, pull_requests: PullRequests) -> Self {
        self.pull_requests = Some(pull_requests);
        self
    }

    /// The machine that compiles the service: by default [`Compute::Medium`].
    pub fn compute(mut self, compute: Compute) -> Self {
        self.compute = compute;
        self
    }

    /// The build specification's path in the repository: by default `buildspec.yml`.
    pub fn buildspec(mut self, path: impl Into<String>) -> Self {
        self.buildspec = path.into();
        self
    }

    /// Whether it updates itself, before it builds anything, when a push changes what is declared of it: by default it does.
    ///
    /// It takes its template from the [repository](Self::template). Somebody has to approve what allows more, or takes a gate away.
    pub fn self_mutation(mut self, mutates: bool) -> Self {
        self.self_mutation = mutates;
        self
    }

    /// Where the repository has the template of the pipeline's own stack, as `build --buildspec` writes it: by default
    /// `delivery/pipeline.json`.
    pub fn template(mut self, path: impl Into<String>) -> Self {
        self.template = path.into();
        self
    }

    /// Where the sources are that are delivered.
    ///
    /// # Errors
    ///
    /// What is wrong with the repository's URL.
    pub fn source(&self) -> Result<&SourceLocation, &RepositoryError> {
        self.location.as_ref()
    }

    /// The branch that is delivered.
    pub fn source_branch(&self) -> &str {
        self.branch.as_deref().or_else(|| self.branch_of_url()).unwrap_or("main")
    }

    fn branch_of_url(&self) -> Option<&str> {
        self.location.as_ref().ok()?.repository()?.branch()
    }

    /// What builds the service and deploys its environments.
    pub fn ci_system(&self) -> CiSystem {
        self.system
    }

    /// Whether its stack makes the account's provider of the CI system's tokens.
    pub(crate) fn makes_provider(&self) -> bool {
        self.oidc_provider
    }

    /// The name of the pipeline of `app` and of its stack.
    pub fn name_for(&self, app: &str) -> String {
        self.name.clone().unwrap_or_else(|| pipeline_name(app, self.source_branch()))
    }

    /// The ARN of the connection that reads the repository.
    pub fn connection_arn(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// The machine that compiles the service.
    pub fn machine(&self) -> Compute {
        self.compute
    }

    /// The pushes that start it, in place of each to its branch.
    pub(crate) fn pushes(&self) -> &[Push] {
        &self.pushes
    }

    /// Its variables.
    pub(crate) fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// What becomes of the pull requests against its branch, where anything does.
    pub fn declared_pull_requests(&self) -> Option<&PullRequests> {
        self.pull_requests.as_ref()
    }

    /// Who hears of its executions.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = &Listener> {
        self.listeners.iter().flatten()
    }

    /// CodePipeline's name for what becomes of a push while an earlier one is on its way.
    pub(crate) fn mode(&self) -> &'static str {
        match self.mode {
            ExecutionMode::Queued => "QUEUED",
            ExecutionMode::Superseded => "SUPERSEDED",
        }
    }

    /// The build specification's path in the repository.
    pub fn buildspec_path(&self) -> &str {
        &self.buildspec
    }

    /// Whether it updates itself, which CodePipeline alone does.
    pub fn mutates(&self) -> bool {
        self.self_mutation && self.system == CiSystem::CodePipeline
    }

    /// Where the repository has the template of the pipeline's own stack.
    pub fn template_path(&self) -> &str {
        &self.template
    }

    /// What AWS would refuse.
    pub fn check(&self) -> Vec<PipelineMistake> {
        let mut mistakes = Vec::new();
        match &self.location {
            Ok(location) => mistakes.extend(location.check()),
            Err(error) => mistakes.push(PipelineMistake::Repository(error.clone())),
        }
        if let Ok(Some([service, starts])) = self.location.as_ref().map(SourceLocation::service) {
            let pushes = (!self.pushes.is_empty()).then_some(PipelineMistake::PushesOfService { service, starts });
            let connection = self.connection.is_some().then_some(PipelineMistake::ConnectionOfService(service));
            mistakes.extend(pushes.into_iter().chain(connection));
        }
        if let Some(branch) = self.branch.as_ref().filter(|branch| !repository::is_branch(branch)) {
            mistakes.push(PipelineMistake::Branch(branch.clone()));
        }
        if let Some(name) = self.name.as_ref().filter(|name| !name::is_pipeline_name(name)) {
            mistakes.push(PipelineMistake::Name(name.clone()));
        }
        if let Some(arn) = self.connection.as_ref().filter(|arn| !is_connection(arn)) {
            mistakes.push(PipelineMistake::Connection(arn.clone()));
        }
        if !is_inside(&self.buildspec) {
            mistakes.push(PipelineMistake::Buildspec(self.buildspec.clone()));
        }
        if !is_inside(&self.template) {
            mistakes.push(PipelineMistake::Template(self.template.clone()));
        }
        mistakes.extend(notify::check(&self.listeners));
        mistakes.extend(push::check(&self.pushes, self.source_branch()));
        mistakes.extend(variable::check(&self.variables));
        mistakes.extend(pull_requests::check(self));
        mistakes.extend(ci::check(self));
        mistakes
    }
}

/// Whether it is the path of a file in the repository.
fn is_inside(path: &str) -> bool {
    !path.ends_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// What the ARN of a connection has to match, here and in the template of the pipeline's stack.
pub(crate) const CONNECTION_PATTERN: &str =
    "arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+";

fn is_connection(arn: &str) -> bool {
    regex_lite::Regex::new(&format!("^(?:{CONNECTION_PATTERN})$")).is_ok_and(|pattern| pattern.is_match(arn))
}

/// What becomes of a push while an earlier one is on its way through the pipeline.
///
/// CodePipeline has a third mode, in which executions overtake each other. A pipeline of Sparta's does not: what is deployed would be
/// the push that came last to a stage, and nothing could be rolled back.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html#concepts-how-it-works-executions>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutionMode {
    /// It waits at each stage for its turn: each push is deployed and approved for itself, in their order.
    #[default]
    Queued,
    /// It takes the place of those that wait at a stage: what is approved is the last one.
    Superseded,
}

/// The size of the machine that compiles a service.
///
/// See <https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compute {
    /// 2 processors and 4 GB of memory.
    Small,
    /// 4 processors and 8 GB: link-time optimization takes more than [`Small`](Self::Small) may have.
    #[default]
    Medium,
    /// 8 processors and 16 GB.
    Large,
}

impl Compute {
    /// CodeBuild's name for it.
    pub const fn codebuild_name(self) -> &'static str {
        match self {
            Self::Small => "BUILD_GENERAL1_SMALL",
            Self::Medium => "BUILD_GENERAL1_MEDIUM",
            Self::Large => "BUILD_GENERAL1_LARGE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTION: &str =
        "arn:aws:codestar-connections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";

    #[test]
    fn what_is_said_wins_over_what_the_url_says() {
        let pipeline = Pipeline::github("https://github.com/acme/hello");
        assert_eq!((pipeline.source_branch(), &*pipeline.name_for("Hello")), ("main", "Hello-main"));
        let pipeline = pipeline.branch("develop").name("Delivery");
        assert_eq!((pipeline.source_branch(), &*pipeline.name_for("Hello")), ("develop", "Delivery"));
        assert_eq!(pipeline.clone().repository("git@github.com:acme/other.git").source_branch(), "develop");
        let pipeline = pipeline.repository("https://github.com/acme/other/tree/feature/x");
        assert_eq!(pipeline.source_branch(), "feature/x");
        assert_eq!(pipeline.source().unwrap().to_string(), "acme/other");
    }

    #[test]
    fn a_connection_is_what_the_template_takes_for_one() {
        let other = |from, to| CONNECTION.replace(from, to);
        for arn in [CONNECTION.to_owned(), other("codestar-connections", "codeconnections"), other("aws", "aws-us-gov")]
        {
            assert!(is_connection(&arn), "{arn}");
        }
        for (from, to) in [
            ("11111111", "ABCDEFAB"),
            ("11111111", "my-connection"),
            ("connection/", "host/"),
            ("codestar-connections", "codebuild"),
            ("eu-west-1", "EU"),
            ("eu-west-1", ""),
            ("123456789012", "1234"),
            ("aws", ""),
            ("555555555555", "555555555555:1"),
        ] {
            let arn = CONNECTION.replace(from, to);
            assert!(!is_connection(&arn), "{arn}");
        }
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let pipeline = Pipeline::github("https://me:s3cr3t@github.com/acme/hello")
            .branch("a..b")
            .name("My Pipeline")
            .connection("connection")
            .buildspec("../buildspec.yml")
            .template("/pipeline.json");
        assert_eq!(
            pipeline.check(),
            [
                PipelineMistake::Repository(RepositoryError::Credentials { host: RepositoryHost::GitHub }),
                PipelineMistake::Branch("a..b".into()),
                PipelineMistake::Name("My Pipeline".into()),
                PipelineMistake::Connection("connection".into()),
                PipelineMistake::Buildspec("../buildspec.yml".into()),
                PipelineMistake::Template("/pipeline.json".into()),
            ]
        );
        assert!(!format!("{pipeline:?}").contains("s3cr3t"));
        assert_eq!(Pipeline::github("https://github.com/acme/hello").connection(CONNECTION).check(), []);
    }
}
