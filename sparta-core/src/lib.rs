//! The inside of `sparta-lambda`: what a service declares, the template that is made of it, and how it is served.
//!
//! Services depend on `sparta-lambda`, which re-exports what they need.

pub mod cfn;
pub mod settings;

mod body;
mod error;
mod response;
mod runtime;
mod service;

pub use body::Body;
pub use error::{BoxError, Error, Failure, Result};
pub use lambda_http::RequestExt;
pub use lambda_runtime::{Context, LambdaEvent};
pub use response::{IntoResponse, Json, Response};
pub use runtime::{Build, FunctionEntry, ServeError, Serving, serve};
pub use service::{EventMismatch, HttpService, Request};
pub use tower::service_fn;
