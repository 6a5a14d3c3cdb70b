//! Part of `sparta-lambda`.

mod body;
mod error;
mod response;
mod runtime;
mod service;

pub use body::Body;
pub use error::{BoxError, Error, Failure, Result};
pub use lambda_http::RequestExt;
pub use lambda_http::request::RequestContext;
pub use lambda_runtime::{Context, LambdaEvent};
pub use response::{IntoResponse, Json, Response};
pub use runtime::{Build, FunctionEntry, ServeError, Serving, serve};
pub use service::{EventMismatch, HttpService, Request};
pub use tower::service_fn;
