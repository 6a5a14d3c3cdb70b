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

mod run;

// Unwinds panics in place of libgcc, which a start would have to load.
#[cfg(all(sparta_serving, target_os = "linux"))]
extern crate unwinding as _;

pub use run::AppExt;
pub use sparta_cli::{Command, CommandContext, clap};
pub use sparta_core::*;
pub use sparta_macros::Settings;

/// Everything that a service's `main.rs` needs: `use sparta::prelude::*;`.
pub mod prelude {
    pub use crate::AppExt;
    pub use sparta_cli::{Command, CommandContext};
    pub use sparta_core::{
        App, Approval, Architecture, BatchResponse, Body, Context, Environment, Error, Function, IntoResponse, Json,
        LambdaEvent, Memory, Pipeline, Records, Request, RequestExt, RequestPayloadExt, Response, attribute,
        iam::Statement,
        property, resource, service_fn,
        settings::{Secret, Settings},
        trigger::{FunctionUrl, HttpApi, Queue, Schedule},
    };
    pub use sparta_macros::Settings;
    pub use tower_http::trace::TraceLayer;
}

/// Takes its content only where the AWS SDKs are: not in the build that goes to Lambda.
///
/// ```
/// sparta::if_provision! {
///     fn only_on_a_laptop() {}
/// }
/// ```
#[cfg(not(sparta_lambda))]
#[macro_export]
macro_rules! if_provision {
    ($($content:tt)*) => { $($content)* };
}

/// Takes its content only where the AWS SDKs are: not in the build that goes to Lambda.
#[cfg(sparta_lambda)]
#[macro_export]
macro_rules! if_provision {
    ($($content:tt)*) => {};
}
