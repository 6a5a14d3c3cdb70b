//! What is wrong with the declaration of a pipeline.

use super::RepositoryError;

/// What is wrong with a [`Pipeline`](super::Pipeline).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineMistake {
    /// Its repository's URL.
    #[error(transparent)]
    Repository(RepositoryError),
    /// Its branch.
    #[error("`{0}` is not the name of a branch")]
    Branch(String),
    /// Its name.
    #[error("the pipeline's name `{0}` has to begin with a letter and go on with at most 99 letters, digits and `-`")]
    Name(String),
    /// Its connection.
    #[error(
        "`{0}` is not the ARN of a connection: \
         `arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555` is one"
    )]
    Connection(String),
    /// Patterns of a push that are more than CodePipeline takes.
    #[error(
        "a push has {patterns} patterns of {what}, and CodePipeline takes 8 in a list: let one stand for several, such as `src/**`"
    )]
    TooManyPatterns {
        /// What they are about.
        what: &'static str,
        /// How many there are.
        patterns: usize,
    },
    /// A pattern of a push that fits nothing.
    #[error("`{pattern}` is no pattern of {what}: expected are 1 to 255 characters, without a `/` at the beginning")]
    Pattern {
        /// What it is about.
        what: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// Paths of a push of tags.
    #[error(
        "CodePipeline looks at the paths of pushes to branches only: remove `.paths(..)` and `.except_paths(..)` from the push of tags"
    )]
    PathsOfTags,
    /// A push that is about nothing.
    #[error("a push is about no {0}: name one")]
    NoPattern(&'static str),
    /// Pushes that are more than CodePipeline takes.
    #[error(
        "the pipeline has {0} pushes that start it, and CodePipeline takes 3: let one have several branches or tags"
    )]
    TooManyPushes(usize),
    /// Pushes to other branches than the one that is delivered.
    #[error(
        "the pipeline delivers the branch `{0}`, and only pushes to others start it: name it in `Push::branch(..)`, or have \
         `Pipeline::branch(..)` name another"
    )]
    OtherBranches(String),
    /// Somebody who cannot be told of executions.
    #[error(
        "`{0}` cannot be told of executions: expected is the ARN of a topic of SNS or of a client for Slack or Teams, or an address of \
         e-mail"
    )]
    Listener(String),
    /// Somebody who would be told twice.
    #[error("`{0}` is told of executions twice: remove one `.notify(..)`")]
    ListenerTwice(String),
    /// More than a notification rule takes.
    #[error(
        "{0} topics and chats are told of executions, and a notification rule takes 10: let one topic tell several"
    )]
    TooManyListeners(usize),
    /// Its repository of CodeCommit.
    #[error(
        "`{0}` is not the name of a repository of CodeCommit: expected are 1 to 100 letters, digits, `.`, `_` and `-`, without `.git` \
         at the end"
    )]
    CodeCommit(String),
    /// The bucket of its sources.
    #[error("`{0}` is not the name of a bucket: expected are 3 to 63 lower-case letters, digits, `.` and `-`")]
    SourceBucket(String),
    /// The object of its sources.
    #[error("`{0}` is not the key of a zip: expected are 1 to 1,000 characters on one line, without a `/` at the end")]
    SourceKey(String),
    /// Pushes to what is not read through a connection.
    #[error(
        "CodePipeline is told of pushes by connections alone, and the sources are in {service}, where {starts} starts the pipeline: \
         remove `Pipeline::on(..)`"
    )]
    PushesOfService {
        /// The service that has the sources.
        service: &'static str,
        /// What starts the pipeline.
        starts: &'static str,
    },
    /// A connection to what is read without one.
    #[error("the sources are in {0}, which the pipeline reads without a connection: remove `connection`")]
    ConnectionOfService(&'static str),
    /// The name of a variable.
    #[error("`{0}` is not the name of a variable: expected are 1 to 128 letters, digits, `@`, `-` and `_`")]
    VariableName(String),
    /// The name of a variable that is CodeBuild's.
    #[error(
        "the variable `{0}` would be one of CodeBuild's own in the build: choose a name that does not begin with `CODEBUILD_`"
    )]
    VariableReserved(String),
    /// A variable that is nothing when a push starts the pipeline.
    #[error("the variable `{0}` has no default, which an execution needs that a push starts: add `.default(..)`")]
    VariableWithoutDefault(String),
    /// The default of a variable.
    #[error("the default of the variable `{0}` has to have 1 to 1,000 characters on one line")]
    VariableDefault(String),
    /// The description of a variable.
    #[error("the description of the variable `{0}` has to have at most 200 characters on one line")]
    VariableDescription(String),
    /// Two variables of one name.
    #[error("the pipeline has the variable `{0}` twice: remove one")]
    VariableTwice(String),
    /// Two variables that the build could not tell apart.
    #[error("the variables `{one}` and `{other}` are both `{environment}` in the build: rename one")]
    VariablesAlike {
        /// The first.
        one: String,
        /// The second.
        other: String,
        /// What the build's environment calls both.
        environment: String,
    },
    /// More than CodePipeline takes.
    #[error("the pipeline has {0} variables, and CodePipeline takes 50: remove some")]
    TooManyVariables(usize),
    /// More than an action's configuration holds.
    #[error(
        "the variables take {0} characters in the configuration of the build, and CodePipeline takes 1,000: shorten their names, or \
         have one variable stand for several"
    )]
    LongVariables(usize),
    /// Its build specification.
    #[error("the build specification `{0}` has to be a path inside the repository")]
    Buildspec(String),
    /// One build specification for what is delivered and for pull requests.
    #[error(
        "`{0}` is the build specification of the pipeline and of its pull requests, which do not hand anything over: name another \
         file in `PullRequests::buildspec(..)`"
    )]
    SharedBuildspec(String),
    /// Pull requests at a host that CodeBuild is not told of them by.
    #[error(
        "CodeBuild is told of pull requests by github.com, gitlab.com and bitbucket.org, and the sources are in {0}: remove \
         `Pipeline::pull_requests(..)`"
    )]
    PullRequestsOf(&'static str),
    /// Where its template is.
    #[error("the pipeline's template `{0}` has to be the path of a file inside the repository")]
    Template(String),
    /// A CI system that does not run what is in such a repository.
    #[error(
        "{system} does not run for a repository on {host}: let `Pipeline::system(..)` name what does, or remove it"
    )]
    HostOfCi {
        /// The CI system.
        system: &'static str,
        /// Who hosts the repository.
        host: &'static str,
    },
    /// An option that only CodePipeline has.
    #[error("`.{option}(..)` is CodePipeline's, and {system} delivers this service: {instead}")]
    OnlyCodePipeline {
        /// The option.
        option: &'static str,
        /// The CI system.
        system: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// A branch that the file of a CI system cannot name.
    #[error(
        "`{branch}` is not a branch that {system} can name: quotes, `$` and backticks mean something else there, so rename it"
    )]
    BranchOfCi {
        /// The CI system.
        system: &'static str,
        /// The branch.
        branch: String,
    },
    /// Pushes that the file of a CI system cannot say.
    #[error("what starts {system} is {problem}")]
    PushesOfCi {
        /// The CI system.
        system: &'static str,
        /// What it takes.
        problem: &'static str,
    },
    /// A provider that nobody would ask.
    #[error(
        "`.oidc_provider(true)` is for other CI systems than CodePipeline, which has roles of AWS's own: remove it"
    )]
    ProviderOfCodePipeline,
}
