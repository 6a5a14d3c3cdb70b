//! What is known of a function that runs: its logs and traces.

use serde::Serialize;

use super::{Check, FunctionMistake, Options};
use crate::{
    Function,
    iam::Statement,
    settings::{Configured, configured_by_numbers},
};

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

/// The form of a function's lines in CloudWatch Logs.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A JSON object for each line.
    #[default]
    Json,
    /// Plain text. Lambda takes no level with it, so that everything from `Info` on is logged.
    Text,
}

impl LogFormat {
    pub(crate) const fn lambda_name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Text => "Text",
        }
    }
}

/// Whether X-Ray traces a function.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracing {
    /// Lambda decides which requests are traced. The function's role may send traces.
    Active,
    /// Whoever calls the function decides, which is what Lambda does by default. The function's role may send traces.
    PassThrough,
}

impl Tracing {
    pub(crate) const fn lambda_name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::PassThrough => "PassThrough",
        }
    }

    /// X-Ray has no resources to send traces to, so that IAM allows this on everything or not at all.
    pub(super) fn statement(&self) -> Statement {
        Statement::allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]).on("*")
    }
}

/// How long CloudWatch Logs keeps the lines of a function.
///
/// A setting stands for days: `.log_retention(Links::LOG_DAYS)`.
///
/// See <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention(Option<u32>);

impl Retention {
    /// The days that CloudWatch Logs takes.
    const DAYS: [u32; 22] =
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

    /// This many days, one of those that CloudWatch Logs takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
    /// 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653.
    pub const fn days(days: u32) -> Self {
        Self(Some(days))
    }

    /// For ever.
    pub const fn forever() -> Self {
        Self(None)
    }

    pub(crate) const fn as_days(self) -> Option<u32> {
        self.0
    }
}

configured_by_numbers!(Retention, |days| Retention(Some(u32::try_from(days).unwrap_or(u32::MAX))));

impl Function {
    /// The least important line that it logs on Lambda; by default the App's.
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.spec.options.log_level = Some(level);
        self
    }

    /// The form of its lines; [`LogFormat::Json`] by default.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, LogFormat, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).log_format(LogFormat::Text);
    /// ```
    pub fn log_format(mut self, format: LogFormat) -> Self {
        self.spec.options.log_format = Some(format);
        self
    }

    /// How long its lines are kept, 30 days by default; a setting stands for days.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, Retention, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).log_retention(Retention::days(7));
    /// ```
    pub fn log_retention(mut self, retention: impl Into<Configured<Retention>>) -> Self {
        self.spec.options.log_retention = Some(retention.into());
        self
    }

    /// Whether X-Ray traces it, with the permission to send traces; by default neither.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, Tracing, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let hello = Function::http("hello", service_fn(hello)).tracing(Tracing::Active);
    /// ```
    pub fn tracing(mut self, tracing: Tracing) -> Self {
        self.spec.options.tracing = Some(tracing);
        self
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    check.each(&options.log_retention, |retention| {
        let days = retention.as_days().filter(|days| !Retention::DAYS.contains(days));
        days.map(|days| FunctionMistake::LogRetention { days })
    });
    let is_text = options.log_format == Some(LogFormat::Text);
    if let Some(level) = options.log_level.filter(|level| is_text && *level != LogLevel::Info) {
        check.report(FunctionMistake::LevelOfText(level));
    }
}
