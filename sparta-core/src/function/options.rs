//! The options of a function: what each is, its default, its builder method and its check.

use std::time::Duration;

use serde::Serialize;

use super::{Function, FunctionSpec};
use crate::{
    Architecture,
    cfn::pascal_case,
    mistake::{Mistake, Subject},
};

/// Memory of a function, 128 to 10,240 MB. CPU scales with it.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(u32);

impl Memory {
    /// This many megabytes.
    pub const fn mb(megabytes: u32) -> Self {
        Self(megabytes)
    }

    /// How many megabytes.
    pub const fn megabytes(self) -> u32 {
        self.0
    }
}

/// The least important line that a function logs on Lambda.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names are what they mean")]
pub enum LogLevel {
    Trace,
    Debug,
    #[default]
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// Lambda's name for it, as in `ApplicationLogLevel`.
    pub const fn lambda_name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// What a function is configured with.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) description: String,
    pub(super) memory: Memory,
    pub(super) timeout: Duration,
    pub(super) architecture: Option<Architecture>,
    pub(super) reserved_concurrency: Option<u32>,
    pub(super) log_level: Option<LogLevel>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            description: String::new(),
            memory: Memory::mb(128),
            timeout: Duration::from_secs(3),
            architecture: None,
            reserved_concurrency: None,
            log_level: None,
        }
    }
}

impl Function {
    /// What it is for, up to 256 characters.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.spec.options.description = text.into();
        self
    }

    /// Memory, 128 MB by default.
    pub fn memory(mut self, memory: Memory) -> Self {
        self.spec.options.memory = memory;
        self
    }

    /// How long one invocation may take: whole seconds, 1 to 900; 3 by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.spec.options.timeout = timeout;
        self
    }

    /// The processor; by default the App's. All functions of an App share one archive, so they share this too.
    pub fn architecture(mut self, architecture: Architecture) -> Self {
        self.spec.options.architecture = Some(architecture);
        self
    }

    /// The maximum of concurrent instances, which are also reserved for this function.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>.
    pub fn reserved_concurrency(mut self, instances: u32) -> Self {
        self.spec.options.reserved_concurrency = Some(instances);
        self
    }

    /// The least important line that it logs on Lambda; by default the App's.
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.spec.options.log_level = Some(level);
        self
    }
}

impl FunctionSpec {
    /// Its memory.
    pub fn memory(&self) -> Memory {
        self.options.memory
    }

    /// How long one invocation may take.
    pub fn timeout(&self) -> Duration {
        self.options.timeout
    }

    /// What Lambda would refuse of its name and options.
    pub(super) fn check_options(&self, app: Architecture) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = Vec::new();
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let named = (1..=64).contains(&self.name.len()) && self.name.bytes().all(known);
        if !named || pascal_case(&self.name).is_empty() {
            mistakes.push(FunctionMistake::Name(self.name.clone()).into());
        }
        let megabytes = self.options.memory.megabytes();
        if !(128..=10_240).contains(&megabytes) {
            mistakes.push(self.mistake(FunctionMistake::Memory { megabytes }));
        }
        let timeout = self.options.timeout;
        if !(1..=900).contains(&timeout.as_secs()) || timeout.subsec_nanos() > 0 {
            mistakes.push(self.mistake(FunctionMistake::Timeout(timeout)));
        }
        if self.options.description.chars().count() > 256 {
            mistakes.push(self.mistake(FunctionMistake::Description));
        }
        if let Some(architecture) = self.options.architecture.filter(|own| *own != app) {
            let function = self.name.clone();
            mistakes.push(FunctionMistake::Architecture { function, architecture, app }.into());
        }
        mistakes
    }
}

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
    #[error("its description is longer than 256 characters: shorten it")]
    Description,
    #[error(
        "its answer says which records failed, and nothing reads that from `{trigger}`: answer with something else, or take \
         batches of a queue or stream"
    )]
    IgnoresFailures { trigger: String },
    #[error(
        "function `{function}` is for {architecture} and the app for {app}: all functions share one archive, so set it on the app"
    )]
    Architecture { function: String, architecture: Architecture, app: Architecture },
}

impl From<FunctionMistake> for Mistake {
    /// A mistake of the App, whose text names the function itself.
    fn from(problem: FunctionMistake) -> Self {
        Self::new(Subject::App, problem)
    }
}
