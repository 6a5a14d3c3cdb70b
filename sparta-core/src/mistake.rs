use std::fmt;

use crate::{
    cfn::{Clash, LogicalId},
    settings::VariableNameError,
    trigger::TriggerMistake,
};

/// Everything that is wrong with an App or a template, each with its place and remedy.
#[derive(Debug)]
pub struct Mistakes {
    subject: String,
    mistakes: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn of(app: &str, mistakes: Vec<Mistake>) -> Self {
        Self { subject: format!("the app `{app}`"), mistakes }
    }

    pub(crate) fn of_template(mistakes: Vec<Mistake>) -> Self {
        Self { subject: "the template".to_owned(), mistakes }
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
        write!(f, "{} has {count} mistake{}:", self.subject, if count == 1 { "" } else { "s" })?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  - {mistake}"))
    }
}

impl std::error::Error for Mistakes {}

impl From<Clash> for Mistake {
    fn from(Clash { what, id, first, second }: Clash) -> Self {
        Self::NamedTwice { what, id: id.to_string(), first, second }
    }
}

/// One thing that AWS would refuse, or that could not work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum Mistake {
    #[error("the app's name `{0}` has to begin with a letter and go on with at most 99 letters, digits and `-`")]
    AppName(String),
    #[error("the app has no function: add one with `.function(Function::http(...))`")]
    NoFunction,
    #[error("the app's description is longer than 1,024 bytes: shorten it")]
    AppDescription,
    #[error("the function's name `{0}` has to be 1 to 64 letters, digits, `-` and `_`")]
    FunctionName(String),
    #[error("two functions are called `{0}`: rename one")]
    FunctionTwice(String),
    #[error(
        "the functions `{first}` and `{second}` are one in a template, which knows only letters and digits: rename one"
    )]
    FunctionCollision { first: String, second: String },
    #[error("function `{function}`: memory is 128 to 10,240 MB, not {megabytes}")]
    Memory { function: String, megabytes: u32 },
    #[error("function `{function}`: a timeout is whole seconds, 1 to 900, not {timeout:?}")]
    Timeout { function: String, timeout: std::time::Duration },
    #[error("function `{function}`: its description is longer than 256 characters: shorten it")]
    FunctionDescription { function: String },
    #[error(
        "function `{function}` is for {architecture} and the app for {app}: all functions share one archive, so set it on the app"
    )]
    Architecture { function: String, architecture: crate::Architecture, app: crate::Architecture },
    #[error("function `{function}`: {mistake}")]
    Trigger { function: String, mistake: TriggerMistake },
    #[error("function `{function}`: {claim} is taken by function `{by}` already")]
    Claim { function: String, claim: String, by: String },
    #[error("function `{function}`: its permission for {actions} says on nothing what it is for: add `.on(arn)`")]
    GrantOnNothing { function: String, actions: String },
    #[error("function `{function}`: its permission for `{action}` is for no action: `s3:GetObject` is one")]
    GrantAction { function: String, action: String },
    #[error("function `{function}`: its permission is on `{resource}`, which is neither an ARN nor `*`")]
    GrantResource { function: String, resource: String },
    #[error("function `{function}`: {variable}: {error}")]
    Variable { function: String, variable: String, error: VariableNameError },
    #[error("function `{function}`: the variable `{variable}` is one of the environments' settings too: rename one")]
    VariableTwice { function: String, variable: String },
    #[error(
        "function `{function}`: its variables take {bytes} bytes in environment `{environment}`, and Lambda allows 4,096: keep large values elsewhere, in S3 or Parameter Store"
    )]
    VariablesTooLarge { function: String, environment: String, bytes: usize },
    #[error("the environment's name `{0}` has to be 1 to 60 letters, digits, `-` and `_`, beginning with a letter")]
    EnvironmentName(String),
    #[error("an environment cannot be called `{0}`, because the file `{0}.json` is another one: rename it")]
    EnvironmentReserved(String),
    #[error("two environments are called `{0}`: rename one")]
    EnvironmentTwice(String),
    #[error(
        "environment `{environment}`: its stack prefix `{prefix}` has to begin with a letter and go on with letters, digits and `-`"
    )]
    StackPrefix { environment: String, prefix: String },
    #[error(
        "the environments `{first}` and `{second}` have the same stack `{stack}`: give one another `.stack_prefix(...)`"
    )]
    SameStack { first: String, second: String, stack: String },
    #[error("environment `{environment}` does not define `{variable}`, which `{other}` does: define it in both")]
    SettingMissing { environment: String, variable: String, other: String },
    #[error(
        "environment `{environment}` describes `{variable}` otherwise than `{other}` does: use one settings type for both"
    )]
    SettingDiffers { environment: String, variable: String, other: String },
    #[error("environment `{environment}`: {problem}")]
    Setting { environment: String, problem: crate::settings::Problem },
    #[error("the setting `{variable}` would be the parameter `{parameter}`, which Sparta uses itself: rename it")]
    ParameterReserved { variable: String, parameter: String },
    #[error(
        "the setting `{variable}` would be the parameter `{parameter}`, and a resource is called that already: rename it"
    )]
    ParameterTaken { variable: String, parameter: String },
    #[error(
        "environment `{environment}`: the value of `{variable}` takes {bytes} bytes, and a parameter can hold 4,096"
    )]
    ValueTooLarge { environment: String, variable: String, bytes: usize },
    #[error("environment `{environment}`: {approval} {mistake}")]
    Approval { environment: String, approval: &'static str, mistake: crate::ApprovalMistake },
    #[error(
        "environment `{0}` is the last one, so nothing comes after its approve_promotion: use approve_changes, or remove it"
    )]
    LastPromotion(String),
    #[error("the pipeline has no environment to deliver to: add one with `.environment(Environment::new(...))`")]
    PipelineWithoutEnvironment,
    #[error("pipeline: {0}")]
    Pipeline(crate::PipelineMistake),
    #[error("deployment: {0}")]
    Deployment(crate::PermissionsMistake),
    #[error("pipeline: {0}")]
    Delivery(crate::delivery::DeliveryMistake),
    #[error("the {what} `{id}` has to be called with 1 to 255 letters and digits: rename it")]
    LogicalId { what: &'static str, id: String },
    #[error("the {what} `{id}` is called like another one of the template: rename it")]
    LogicalIdTaken { what: &'static str, id: LogicalId },
    #[error(
        "the properties of the resource `{id}` ({kind}) are given as JSON that is no object: `{{...}}` is expected"
    )]
    Properties { id: LogicalId, kind: String },
    #[error("{from} refers to a resource of type {kind} that was never added: add it with `.resource(id, ...)`")]
    ResourceNeverAdded { from: String, kind: String },
    #[error(
        "the resources `{first}` and `{second}` are clones, so that what refers to one could mean the other: make each with a `resource!` of its own"
    )]
    AmbiguousResource { first: LogicalId, second: LogicalId },
    #[error("{0}")]
    Template(sparta_schema::Mistake),
    #[error("pipeline: {0}")]
    PipelineTemplate(sparta_schema::Mistake),
    #[error("the template has {count} {what}, and CloudFormation allows {limit}: split the app")]
    TooMany { what: &'static str, count: usize, limit: usize },
    #[error(
        "two {what}s of the template are called `{id}`, and only one can be there: {first}, and {second}: let a trigger add its own under another name, or rename the function"
    )]
    NamedTwice { what: &'static str, id: String, first: String, second: String },
    #[error(
        "the inline policies of the role `{role}` have at least {characters} characters, and IAM allows 10,240: grant on fewer, wider resources, such as `arn:aws:s3:::bucket/*`, or split the function"
    )]
    RolePolicies { role: String, characters: usize },
    #[error(
        "the pipeline has {stages} stages, one each for source, build, environments and their approve_promotion, and CodePipeline allows 50: split the app's environments"
    )]
    TooManyStages { stages: usize },
    #[error(
        "the setting `{variable}` is described with {characters} characters, and CloudFormation allows 4,000: shorten it"
    )]
    SettingDescription { variable: String, characters: usize },
    #[error(
        "environment `{environment}`: the tag `{key}`: a key has 1 to 128 characters and does not begin with `aws:` or `sparta:`, a value has at most 256: correct it"
    )]
    Tag { environment: String, key: String },
    #[error("environment `{environment}` has {count} tags, and 47 are allowed beside Sparta's own three: remove some")]
    TooManyTags { environment: String, count: usize },
    #[error(
        "environment `{environment}`: its stack policy takes {bytes} bytes, and CloudFormation allows 16,384: shorten it"
    )]
    StackPolicy { environment: String, bytes: usize },
    #[error("the template takes {bytes} bytes, and CloudFormation allows 1,000,000: split the app")]
    TemplateTooLarge { bytes: usize },
}
