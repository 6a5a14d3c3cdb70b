//! The loop that asks Lambda for invocations: the only place that knows `lambda_runtime`.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task;

use bytes::Bytes;
use futures_util::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent, LambdaInvocation, Runtime};
use serde_json::value::RawValue;
use tower::{Service, ServiceExt};
use tracing::Instrument;

use super::answer::Answer;
use super::event::{self, Origin};
use crate::error::{BoxError, Failure};
use crate::service::HttpService;

/// Serves invocations until the process ends or the Runtime API fails.
pub(super) async fn run(service: HttpService, is_event: bool) -> Result<(), BoxError> {
    let layer = tower::layer::layer_fn(InSpan);
    Runtime::new(Invocations { service, is_event }).layer(layer).run().await
}

/// What `future` answers; a panic in it is a failure that names it.
pub(super) async fn caught<F: Future>(what: &str, future: F) -> Result<F::Output, Failure> {
    let caught = AssertUnwindSafe(future).catch_unwind().await;
    caught.map_err(|panic| {
        let message = panic_message(&*panic);
        Failure::named("Panic", format!("{what} panicked: {message}"))
    })
}

pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

struct Invocations {
    service: HttpService,
    is_event: bool,
}

impl Service<LambdaEvent<Box<RawValue>>> for Invocations {
    type Response = Box<RawValue>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Box<RawValue>, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Failure>> {
        task::Poll::Ready(Ok(()))
    }

    /// Each invocation has its own clone, so that one that a panic left half done is not used again.
    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        let service = self.service.clone();
        let answer = answer(service, self.is_event, event);
        Box::pin(async { caught("handler", answer).await? })
    }
}

async fn answer(
    service: HttpService,
    is_event: bool,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<Box<RawValue>, Failure> {
    let LambdaEvent { payload, context, .. } = event;
    let payload = Bytes::from(String::from(Box::<str>::from(payload)));
    let (origin, request) = if is_event {
        (Origin::Raw, event::event_request(payload, context))
    } else {
        event::http_request(payload, context).map_err(Failure::of)?
    };
    let response = service.oneshot(request).await.map_err(Failure::of)?;
    let answer = Answer::new(origin, response).await?.into_bytes();
    serde_json::from_slice(&answer).map_err(Failure::of)
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.type_name().to_owned(), error_message: failure.message() }
    }
}

/// Puts the request's id on every line that is logged for it. At level ERROR no level filters it.
#[derive(Clone)]
struct InSpan<S>(S);

impl<S> Service<LambdaInvocation> for InSpan<S>
where
    S: Service<LambdaInvocation, Response = (), Error = BoxError>,
{
    type Response = ();
    type Error = BoxError;
    type Future = tracing::instrument::Instrumented<S::Future>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> task::Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let span = tracing::error_span!("request", requestId = invocation.context.request_id);
        let future = span.in_scope(|| self.0.call(invocation));
        future.instrument(span)
    }
}
