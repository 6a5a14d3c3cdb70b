//! The inside of `sparta-lambda`: what a service declares, the template that is made of it, and how it is served.
//!
//! Services depend on `sparta-lambda`, which re-exports what they need.

pub mod cfn;
pub mod construct;
pub mod contract;
#[cfg(feature = "custom-resources")]
pub mod custom_resource;
pub mod delivery;
pub mod diff;
pub mod hook;
pub mod iam;
pub mod settings;
pub mod synth;
pub mod testing;
pub mod trigger;

mod alarm;
mod app;
mod approval;
mod architecture;
mod authorization;
mod body;
mod check;
mod context;
mod dashboard;
mod deadline;
mod deployed;
mod distribution;
mod environment;
mod error;
mod event;
#[cfg(feature = "fetch")]
mod fetch;
mod file;
mod function;
mod health;
mod json;
mod media_type;
mod mistake;
mod model;
mod monitoring;
mod off_lambda;
mod permissions;
mod pipeline;
mod records;
mod request;
mod response;
mod rollout;
mod runtime;
mod service;
#[cfg(any(feature = "connections", feature = "custom-resources", feature = "fetch"))]
mod signed;
#[cfg(feature = "site")]
mod site;
mod stack;
mod summary;
mod warning;

pub use alarm::{Alarm, AlarmMistake, Watch, WatchMistake};
pub use app::App;
pub use approval::{Approval, ApprovalMistake};
pub use architecture::Architecture;
pub use authorization::{Authorization, AuthorizerRequest};
pub use aws_lambda_events::{self, query_map::QueryMap};
pub use body::Body;
pub use context::{ClientApplication, ClientContext, CognitoIdentity, Config, Context, LambdaEvent};
pub use dashboard::DashboardMistake;
pub use deadline::{Deadline, DeadlineLayer};
pub use deployed::{Deployed, DeployedError};
pub use distribution::{Distribution, DistributionMistake, Origin, PriceClass};
pub use environment::{
    Canary, CanaryMistake, Environment, EnvironmentMistake, VariableCheck, VariableCheckMistake, Window, WindowMistake,
};
#[doc(hidden)]
pub use environment::{SmokeTest, SmokeTestError};
pub use error::{BoxError, Error, Failure, Result};
pub use event::{EventMismatch, FromEvent};
#[doc(hidden)]
pub use file::File;
pub use file::{FileMistake, FileSource};
pub use function::{
    CustomizeMistake, FileSystem, Function, FunctionKind, FunctionMistake, FunctionSpec, GrantMistake, LogFormat,
    LogLevel, ManagedInstances, Memory, RecursiveLoop, Retention, Storage, Tracing, Usable, VariableMistake, Vpc,
};
pub use health::Health;
pub use mistake::{Mistake, Mistakes, Problem, Subject};
pub use model::{AppMistake, Model, RolloutMistake};
pub use permissions::PermissionsMistake;
pub use pipeline::{
    CiSystem, Compute, ExecutionMode, Pipeline, PipelineMistake, PullRequests, Push, Repository, RepositoryError,
    RepositoryHost, SourceLocation, Variable, is_stack_name, stack_name,
};
pub use records::{BatchResponse, Record, RecordError, Records, RecordsError, RecordsIter};
pub use request::{
    Connection, ConnectionEvent, NoConnection, PayloadError, RequestContext, RequestExt, RequestPayloadExt, Unfit,
    json_body,
};
pub use response::{IntoResponse, Json, Response};
#[doc(hidden)]
pub use runtime::exchange::Exchange;
#[doc(hidden)]
pub use runtime::reply::Replies;
pub use runtime::{Build, Check, FunctionEntry, Hook, Hooks, Prepare, ServeError, Serving, Streams, serve};
pub use service::{AnswerTo, FailureOf, HttpHandler, HttpService, Request, TypedEvent};
#[cfg(feature = "site")]
pub use site::{Site, SiteMistake};
#[doc(hidden)]
pub use summary::Summary;
pub use synth::Synthesis;
pub use tower::service_fn;
pub use warning::Warning;

/// What `resource!`, `property!` and `attribute!` are made of.
#[doc(hidden)]
pub mod __macros {
    pub use sparta_macros::{attribute, property, resource};
}
