//! What handlers take, answer with and fail with.

use bytes::Bytes;
use tower::{Service, ServiceExt, util::BoxCloneService};

use super::{HttpService, Request};
use crate::{BoxError, Context, Error, Failure, FromEvent, IntoResponse, LambdaEvent};

/// A service that [`Function::http`](crate::Function::http) takes, by the requests that it is over.
///
/// Every service over [`Request`] is one. With the feature `lambda_http`, so is `service_fn` of a function over
/// `lambda_http::Request`; any other service over these is one through `HttpService::lambda_http`, since what takes requests of any
/// body, such as an axum `Router`, would not say which it wants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no service over `Request`",
    note = "a handler is an async function from `Request` to a `Result`, through `service_fn`",
    note = "`service_fn` may be over `lambda_http::Request` with the feature `lambda_http` of `sparta-lambda`; any other service over it \
            goes through `HttpService::lambda_http`"
)]
pub trait HttpHandler<R>: Service<R> {}

impl<S: Service<Request>> HttpHandler<Request> for S {}

/// What a handler over the requests `R` may answer with: over [`Request`] what is [`IntoResponse`], over `lambda_http::Request` what
/// is `lambda_http::IntoResponse`.
pub trait AnswerTo<R>: Sized {
    /// Whether the handler's answer is there as a whole before any of it is sent.
    #[doc(hidden)]
    const IS_WHOLE: bool = false;

    /// The service that a handler with such answers becomes.
    #[doc(hidden)]
    fn service<S>(handler: S) -> HttpService
    where
        S: Service<R, Response = Self> + Clone + Send + 'static,
        S::Error: FailureOf<R>,
        S::Future: Send + 'static;
}

impl<T: IntoResponse + 'static> AnswerTo<Request> for T {
    fn service<S>(handler: S) -> HttpService
    where
        S: Service<Request, Response = Self> + Clone + Send + 'static,
        S::Error: FailureOf<Request>,
        S::Future: Send + 'static,
    {
        let service = handler.map_response(IntoResponse::into_response).map_err(|error| error.failure().into());
        HttpService(BoxCloneService::new(service))
    }
}

/// What a handler over `R` may fail with: any error, or over the requests and events of `lambda_http` and `lambda_runtime` what is a
/// `lambda_runtime::Diagnostic`.
pub trait FailureOf<R>: Sized + 'static {
    /// The error with the name of its type.
    #[doc(hidden)]
    fn failure(self) -> Failure;
}

impl<E: Into<BoxError> + 'static> FailureOf<Request> for E {
    fn failure(self) -> Failure {
        Failure::of(self)
    }
}

impl<E: Into<BoxError> + 'static, T> FailureOf<LambdaEvent<T>> for E {
    fn failure(self) -> Failure {
        Failure::of(self)
    }
}

/// What a handler over events takes: [`LambdaEvent<T>`], or with the feature `lambda_http` that of `lambda_runtime`.
#[diagnostic::on_unimplemented(
    message = "a handler over events does not take a `{Self}`",
    note = "it takes a `LambdaEvent<T>`; the one of `lambda_runtime` with the feature `lambda_http` of `sparta-lambda`"
)]
pub trait TypedEvent: Sized {
    /// Reads the event, which is a JSON text.
    #[doc(hidden)]
    fn read(event: Bytes, context: Context) -> Result<Self, Error>;
}

impl<T: FromEvent> TypedEvent for LambdaEvent<T> {
    fn read(event: Bytes, context: Context) -> Result<Self, Error> {
        Ok(Self::new(T::from_event(event)?, context))
    }
}
