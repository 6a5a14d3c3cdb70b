//! Services on AWS Lambda that provision themselves.
//!
//! A service's `main()` declares its functions, what triggers them, the environments that it is promoted through and
//! its delivery pipeline. The same binary is then the Lambda `bootstrap` and its own deployment tool.
//!
//! ```no_run
//! use sparta::prelude::*;
//!
//! async fn hello(_: Request) -> Result<&'static str, Error> {
//!     Ok("hello")
//! }
//!
//! fn main() -> sparta::Result<()> {
//!     App::new("Hello").function(Function::http("hello", service_fn(hello)).trigger(HttpApi::get("/hello"))).run()
//! }
//! ```
//!
//! Whatever else CloudFormation has, a service adds with [`resource!`], which is checked when it is compiled:
//!
//! ```
//! use sparta::prelude::*;
//!
//! # async fn store(_: Request) -> Result<&'static str, Error> { Ok("stored") }
//! let files = resource!(AWS::S3::Bucket { VersioningConfiguration: { Status: "Enabled" } });
//! let store = Function::http("store", service_fn(store))
//!     .variable("BUCKET", files.reference())
//!     .grant(Statement::allow(["s3:PutObject"]).on(attribute!(AWS::S3::Bucket, files, "Arn")));
//! let app = App::new("Store").function(store).resource("Files", files.retain());
//! ```

#[cfg(doctest)]
mod guide;
mod marker;
mod run;

// Unwinds panics in place of libgcc, which a start would have to load.
#[cfg(all(sparta_serving, target_os = "linux"))]
extern crate unwinding as _;

pub use run::AppExt;
#[cfg(all(feature = "aws", not(sparta_serving)))]
pub use sparta_cli::{AwsExt, EnvironmentName};
pub use sparta_cli::{Command, CommandContext, Format, Global, Level, clap};
#[cfg(feature = "custom-resources")]
pub use sparta_core::custom_resource;
pub use sparta_core::{
    Alarm, AlarmMistake, AnswerTo, App, AppMistake, Approval, ApprovalMistake, Architecture, Authorization,
    AuthorizerRequest, BatchResponse, Body, BoxError, Canary, CanaryMistake, CiSystem, ClientApplication,
    ClientContext, CognitoIdentity, Compute, Config, Connection, ConnectionEvent, Context, CustomizeMistake,
    DashboardMistake, Deadline, DeadlineLayer, Deployed, DeployedError, Distribution, DistributionMistake, Environment,
    EnvironmentMistake, Error, EventMismatch, ExecutionMode, Failure, FailureOf, FileMistake, FileSource, FileSystem,
    FromEvent, Function, FunctionKind, FunctionMistake, FunctionSpec, GrantMistake, Health, HttpHandler, HttpService,
    IntoResponse, Json, LambdaEvent, LogFormat, LogLevel, ManagedInstances, Memory, Mistake, Mistakes, Model,
    NoConnection, Origin, PayloadError, PermissionsMistake, Pipeline, PipelineMistake, PriceClass, Problem,
    PullRequests, Push, QueryMap, Record, RecordError, Records, RecordsError, RecordsIter, RecursiveLoop, Repository,
    RepositoryError, RepositoryHost, Request, RequestContext, RequestExt, RequestPayloadExt, Response, Result,
    Retention, RolloutMistake, ServeError, SourceLocation, Storage, Streams, Subject, Synthesis, Tracing, TypedEvent,
    Unfit, Usable, Variable, VariableCheck, VariableCheckMistake, VariableMistake, Vpc, Watch, WatchMistake, Window,
    WindowMistake, attribute, aws_lambda_events, cfn, construct, delivery, hook, iam, json_body, property, resource,
    service_fn, settings, stack_name, testing, trigger,
};
#[cfg(feature = "site")]
pub use sparta_core::{Site, SiteMistake};
pub use sparta_macros::Settings;

/// What is made of an App besides its template.
pub mod synth {
    pub use sparta_core::synth::{Configuration, IdMistake, LimitMistake};
}

/// Everything that a service's `main.rs` needs: `use sparta::prelude::*;`.
pub mod prelude {
    pub use crate::AppExt;
    #[cfg(all(feature = "aws", not(sparta_serving)))]
    pub use sparta_cli::AwsExt;
    pub use sparta_cli::{Command, CommandContext};
    #[cfg(feature = "site")]
    pub use sparta_core::Site;
    pub use sparta_core::{
        Alarm, App, Approval, Architecture, Authorization, AuthorizerRequest, BatchResponse, Body, Canary, CiSystem,
        ConnectionEvent, Context, DeadlineLayer, Deployed, Distribution, Environment, Error, FileSystem, Function,
        Health, IntoResponse, Json, LambdaEvent, LogFormat, LogLevel, ManagedInstances, Memory, Origin, Pipeline,
        PullRequests, Push, Records, RecursiveLoop, Request, RequestExt, RequestPayloadExt, Response, Retention,
        Storage, Tracing, Variable, VariableCheck, Vpc, Window, attribute,
        cfn::Import,
        construct::{
            Bucket, Construct as _, EventBus, FunctionHandle, ObjectEvent, Queue, StateMachine, Stream, Table, Topic,
        },
        iam::Statement,
        json_body, property, resource, service_fn,
        settings::{Secret, Setting, Settings},
        trigger::{
            ApiOptions, Cors, Domain, FunctionUrl, HttpApi, Iam, Jwt, LambdaAuthorizer, LoadBalancer, Period, RestApi,
            RestApiOptions, Schedule, TriggerExt, UsagePlan, UserPool, WebSocket, WebSocketOptions,
        },
    };
    pub use sparta_macros::Settings;
    pub use tower_http::trace::TraceLayer;
}

#[doc = include_str!("if_provision.md")]
#[cfg(all(feature = "aws", not(sparta_serving)))]
#[macro_export]
macro_rules! if_provision {
    ($(#[$attribute:meta])* async fn run($this:ident, $($argument:tt)*) -> $result:ty $body:block) => {
        const CALLS_AWS: bool = true;
        $(#[$attribute])*
        async fn run($this, $($argument)*) -> $result $body
    };
    ($(#[$attribute:meta])* async fn run(mut $this:ident, $($argument:tt)*) -> $result:ty $body:block) => {
        const CALLS_AWS: bool = true;
        $(#[$attribute])*
        async fn run(mut $this, $($argument)*) -> $result $body
    };
    ($($content:tt)*) => { $($content)* };
}

#[doc = include_str!("if_provision.md")]
#[cfg(not(all(feature = "aws", not(sparta_serving))))]
#[macro_export]
macro_rules! if_provision {
    ($(#[$attribute:meta])* async fn run($this:ident, $($argument:tt)*) -> $result:ty $body:block) => {
        const CALLS_AWS: bool = true;
        $(#[$attribute])*
        #[allow(unused_variables, unused_mut)]
        async fn run($this, $($argument)*) -> $result {
            ::std::unreachable!("the `aws` build runs this command")
        }
    };
    ($(#[$attribute:meta])* async fn run(mut $this:ident, $($argument:tt)*) -> $result:ty $body:block) => {
        $crate::if_provision! { $(#[$attribute])* async fn run($this, $($argument)*) -> $result $body }
    };
    ($(#[$attribute:meta])* $visible:vis async fn $name:ident($of:ident: Deployed) -> $result:ty $body:block) => {
        $(#[$attribute])*
        #[allow(unused_variables)]
        $visible async fn $name($of: Deployed) -> $result {
            ::std::unreachable!("the `aws` build runs this hook")
        }
    };
    ($(#[$attribute:meta])* $visible:vis async fn $name:ident($of:ident: Deployment) -> $result:ty $body:block) => {
        $(#[$attribute])*
        #[allow(unused_variables)]
        $visible async fn $name($of: Deployment) -> $result {
            ::std::unreachable!("the `aws` build runs this hook")
        }
    };
    ($($content:tt)*) => {};
}
