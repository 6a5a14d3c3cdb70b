//! What is wrong with a function's name or options.

use std::time::Duration;

use super::LogLevel;
use crate::{
    Architecture,
    contract::TagMistake,
    mistake::{Mistake, Subject},
};

/// What is wrong with a function's name or options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum FunctionMistake {
    #[error("the function's name `{0}` has to be 1 to 64 letters, digits, `-` and `_`")]
    Name(String),
    #[error("memory is 128 to 10,240 MB, not {megabytes}")]
    Memory { megabytes: u32 },
    #[error("a timeout is whole seconds, 1 to 900, not {0:?}")]
    Timeout(Duration),
    #[error(
        "its answer says which records failed, and nothing reads that from `{trigger}`: answer with something else, or take \
         batches of a queue or stream"
    )]
    IgnoresFailures { trigger: String },
    #[error(
        "it uses the {through}, which invokes it: a template has no such circle, so let it send to a queue that invokes it"
    )]
    InvokesItself { through: String },
    #[error("its description is longer than 256 characters: shorten it")]
    Description,
    #[error(
        "function `{function}` is for {architecture} and the app for {app}: all functions share one archive, so set it on the app"
    )]
    Architecture { function: String, architecture: Architecture, app: Architecture },
    #[error("storage in /tmp is 512 to 10,240 MB, not {megabytes}")]
    EphemeralStorage { megabytes: u32 },
    #[error(
        "CloudWatch Logs keeps lines for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, \
         2922, 3288 or 3653 days, not for {days}"
    )]
    LogRetention { days: u32 },
    #[error(
        "its log level is {0:?}, and Lambda takes a level with lines in JSON only: use `LogFormat::Json`, or `LogLevel::Info`"
    )]
    LevelOfText(LogLevel),
    #[error("provisioned concurrency is at least 1: leave it out where none is wanted")]
    NoProvisionedConcurrency,
    #[error(
        "of its {reserved} reserved instances {provisioned} cannot be provisioned: reserve as many, or provision fewer"
    )]
    MoreThanReserved { provisioned: u32, reserved: u32 },
    #[error("the alias `{0}` has to be 1 to 128 letters, digits, `-` and `_`, and not digits alone")]
    Alias(String),
    #[error("a VPC takes 1 to 16 subnets and 1 to 5 security groups, not {subnets} and {groups}")]
    Vpc { subnets: usize, groups: usize },
    #[error("it reaches a file system through a VPC only: add `.vpc(Vpc::new(subnets, security_groups))`")]
    FileSystemWithoutVpc,
    #[error(
        "it has {count} layers of Lambda's, and Lambda allows 5: remove some, those that the app adds to each included"
    )]
    LambdaLayers { count: usize },
    #[error("an event comes again at most 2 times, not {0}")]
    Retries(u32),
    #[error("an event is kept for whole seconds, 60 to 21,600, not {0:?}")]
    MaxEventAge(Duration),
    #[error("Lambda has no provisioned concurrency where tenants are isolated: remove one of the two")]
    IsolatedAndProvisioned,
    #[error("{0}")]
    Tag(TagMistake),
    #[error("on managed instances Lambda has no {0}; remove one of the two")]
    OnManagedInstances(&'static str),
    #[error("memory on managed instances is 2,048 to 32,768 MB, not {megabytes}")]
    ManagedMemory { megabytes: u32 },
    #[error("a process serves 1 to 1,600 requests at a time, not {0}")]
    MaxConcurrency(u32),
    #[error("a processor of managed instances has 2, 4 or 8 GB, not {0}")]
    MemoryPerCpu(u32),
    #[error(
        "managed instances run {least} to {most} processes: the first is at most the second, and that at most 15,000"
    )]
    ExecutionEnvironments { least: u32, most: u32 },
    #[error("no environment has a whole number as its setting `{variable}`: add the environments with these settings")]
    NoSetting { variable: &'static str },
    #[error("in environment `{environment}`, by its setting `{variable}`: {problem}")]
    InEnvironment { environment: String, variable: &'static str, problem: Box<FunctionMistake> },
}

impl From<FunctionMistake> for Mistake {
    /// A mistake of the App, whose text names the function itself.
    fn from(problem: FunctionMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}
