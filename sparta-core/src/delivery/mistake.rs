//! Why a service cannot be delivered as it is declared.

/// What keeps a pipeline from delivering a service, besides what is wrong with its declaration and with permissions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryMistake {
    /// What CloudFormation needs for a stack is more than a role's policies hold.
    #[error(
        "the role that deploys `{stack}` takes {characters} characters of policies, more than IAM allows: split the app"
    )]
    RoleTooLarge {
        /// The stack.
        stack: String,
        /// All statements together, at their longest.
        characters: usize,
    },
    /// What deploys one environment could change another's.
    #[error(
        "what `{resource}` is called in the stacks `{one}` and `{other}` begins alike, so that what deploys `{one}` could \
         change what `{other}` has: names that are too long are cut, and of several `-` one is kept; \
         `Environment::stack_prefix` sets another beginning"
    )]
    StacksAlike {
        /// The stack whose role reaches too far.
        one: String,
        /// The other stack.
        other: String,
        /// The resource's logical id.
        resource: String,
    },
    /// The pipeline's stack would be within reach of what it deploys.
    #[error(
        "the pipeline's stack `{name}` must not be called like `{stack}`, the stack of an environment, nor begin with its \
         name and a `-`: what deploys that stack could change the pipeline's own roles; `--pipeline` or \
         `Pipeline::name` gives it another name"
    )]
    NameOfEnvironment {
        /// The pipeline's name.
        name: String,
        /// The environment's stack.
        stack: String,
    },
    /// CodePipeline takes fewer stages.
    #[error(
        "the pipeline has {stages} stages, one each for source, its own update, build, environments and their approve_promotion, and \
         CodePipeline allows 50: split the app's environments"
    )]
    TooManyStages {
        /// How many there are.
        stages: usize,
    },
    /// CodePipeline takes fewer actions in a stage.
    #[error("the stage `{stage}` has {actions} actions, and CodePipeline allows 50: split the wave")]
    TooManyActions {
        /// The stage.
        stage: String,
        /// How many there are.
        actions: usize,
    },
    /// CodePipeline checks fewer rules of a stage.
    #[error(
        "the environments of the stage `{stage}` have {rules} different {what}, and CodePipeline checks five in a stage: split \
         the wave, or let them have the same"
    )]
    TooManyRules {
        /// The stage.
        stage: String,
        /// How many there are.
        rules: usize,
        /// `windows` or `watched alarms`.
        what: &'static str,
    },
    /// CodePipeline has one result for all that it checks before a stage.
    #[error(
        "the stage `{stage}` has a window and checks variables, and CodePipeline either fails a stage or skips it: keep one of them in its \
         environments"
    )]
    WindowAndVariables {
        /// The stage.
        stage: String,
    },
    /// A check of what is no variable of the pipeline.
    #[error("`{environment}` checks the variable `{variable}`, which the pipeline has not{known}")]
    UnknownVariable {
        /// The environment.
        environment: String,
        /// The variable.
        variable: String,
        /// Those that it has, in words.
        known: String,
    },
    /// GitHub tells of all pushes to a branch when there is no connection.
    #[error(
        "what starts the pipeline is told by a connection, and not with a token: give `--connection`, or remove `Pipeline::on(..)`"
    )]
    PushesOfToken,
    /// GitHub tells CodeBuild of pull requests through a connection.
    #[error(
        "pull requests are read through a connection, and not with a token: give `--connection`, or remove \
         `Pipeline::pull_requests(..)`"
    )]
    PullRequestsOfToken,
    /// Only GitHub is read with a token.
    #[error(
        "the repository is one of {0}, which is read through a connection: give `--connection` in place of the token"
    )]
    Token(&'static str),
    /// What AWS itself has is read with no token.
    #[error("the sources are in {0}, which the pipeline reads with a role of its own: leave out the token")]
    TokenOfService(&'static str),
    /// A host of one's own needs a connection that is there already.
    #[error(
        "the repository is one of {0}, whose connection needs a host that is set up in the console first, so that the \
         pipeline's stack cannot make it: give its ARN with `Pipeline::connection(..)` or `--connection`"
    )]
    NoConnection(&'static str),
    /// What deploys one environment, or runs in it, reaches what the others have of a type.
    #[error(
        "what deploys one environment, or runs there, may reach what the others have of `{kind}`, because nothing binds \
         `{actions}` to a stack: give the resource a name that begins with `${{AWS::StackName}}-`, or leave it to the \
         account and refer to it, or accept it with `App::accept_shared(\"{kind}\")`"
    )]
    SharedType {
        /// The resource type.
        kind: String,
        /// The actions.
        actions: String,
    },
    /// What an approval says that the CI system has settings for.
    #[error(
        "who is asked before the deployment or promotion of `{environment}`, where and for how long is set up in {system}: leave \
         `Approval::manual()` with a message alone"
    )]
    ApprovalOfCi {
        /// The environment that has the approval.
        environment: String,
        /// The CI system.
        system: &'static str,
    },
    /// A check of variables, which only CodePipeline has.
    #[error(
        "the variables that `{environment}` checks are CodePipeline's, and {system} has none: remove `.only_if(..)`"
    )]
    VariablesOfCi {
        /// The environment.
        environment: String,
        /// The CI system.
        system: &'static str,
    },
    /// A window, which only CodePipeline has.
    #[error(
        "the window of `{environment}` is CodePipeline's, and {system} has none: remove it, or ask somebody with `.approve_changes(..)`"
    )]
    WindowOfCi {
        /// The environment.
        environment: String,
        /// The CI system.
        system: &'static str,
    },
}
