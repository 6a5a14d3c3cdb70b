//! The loop that asks Lambda for events and answers them.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tracing::Instrument;

use super::Streams;
use super::answer::{Answer, StreamedAnswer};
use super::api::{ApiError, Diagnostic, RuntimeApi};
use super::event::{self, Origin};
use super::invocation::{Invocation, InvocationId};
use crate::context::Context;
use crate::error::{self, Failure};
use crate::service::HttpService;

/// A function that was built, and how it is to be called.
#[derive(Clone)]
pub(super) struct Served {
    pub(super) service: HttpService,
    pub(super) is_event: bool,
    /// Who takes the answer as a stream.
    pub(super) streams: Streams,
}

/// Serves one invocation after the other until the process ends or the Runtime API gives no more of them.
pub(super) async fn run(mut api: RuntimeApi, served: Served) -> Result<(), ApiError> {
    loop {
        if let Some(invocation) = api.next().await? {
            serve(&mut api, served.clone(), invocation).await;
        }
    }
}

/// Serves up to `count` invocations at a time, each from a connection of its own; the workers share them evenly. One
/// that fails leaves the others at work; the last one's error is the end.
pub(super) async fn run_many(
    api: RuntimeApi,
    served: Served,
    count: usize,
    workers: &[Handle],
) -> Result<(), ApiError> {
    let mut loops = JoinSet::new();
    for worker in workers.iter().cycle().take(count) {
        loops.spawn_on(run(api.another(), served.clone()), worker);
    }
    let mut end = Ok(());
    while let Some(ended) = loops.join_next().await {
        match ended {
            Ok(Err(error)) => {
                let left = loops.len();
                tracing::error!(left, "no longer asks for events: {}", error::message(&error));
                end = Err(error);
            }
            Ok(Ok(())) => {}
            Err(panic) => tracing::error!(%panic, "no longer asks for events"),
        }
    }
    end
}

/// An answer that does not arrive is this invocation's misfortune: its caller may be gone, and the next one is not.
///
/// At level ERROR the span, which puts its fields on every line of the request, is never filtered.
async fn serve(api: &mut RuntimeApi, served: Served, invocation: Invocation) {
    let Invocation { event, context, id } = invocation;
    let trace = context.xray_trace_id.as_deref();
    let span = tracing::error_span!("request", requestId = id.request, traceId = trace);
    // What is wrapped is a pointer: by value, each wrapper would copy the state of all that is inside.
    let invocation = pin!(async {
        let answer = pin!(answer(served, event, context));
        let told = match caught("handler", answer).await.and_then(|answer| answer) {
            Ok(Reply::Whole(answer)) => api.respond(&id, &answer).await,
            Ok(Reply::Stream(answer)) => stream(api, &id, answer).await,
            Err(failure) => fail(api, &id, &failure).await,
        };
        if let Err(error) = told {
            tracing::error!("{}{}", error::message(&error), advice(&error));
        }
    });
    invocation.instrument(span).await;
}

enum Reply {
    Whole(Bytes),
    Stream(StreamedAnswer),
}

/// Each invocation has its own clone, so that one that a panic left half done is not used again.
async fn answer(served: Served, event: Bytes, context: Context) -> Result<Reply, Failure> {
    let Served { service, is_event, streams } = served;
    let (origin, request) = if is_event {
        (Origin::Raw, event::event_request(event, context))
    } else {
        event::http_request(event, context).map_err(Failure::of)?
    };
    let response = service.oneshot(request).await.map_err(Failure::of)?;
    if streams.takes(origin) {
        return Ok(Reply::Stream(StreamedAnswer::new(response)));
    }
    Answer::new(origin, response).await.map(|answer| Reply::Whole(answer.into_bytes()))
}

async fn stream(api: &mut RuntimeApi, id: &InvocationId, answer: StreamedAnswer) -> Result<(), ApiError> {
    let (told, failure) = api.stream(id, answer).await;
    if let Some(failure) = failure {
        tracing::error!("the response broke off: {failure:?}");
    }
    told
}

async fn fail(api: &mut RuntimeApi, id: &InvocationId, failure: &Failure) -> Result<(), ApiError> {
    tracing::error!("{failure:?}");
    let message = failure.message();
    api.fail(id, &Diagnostic { error_type: failure.type_name(), error_message: &message }).await
}

fn advice(error: &ApiError) -> &'static str {
    match error {
        ApiError::Refused { status: 410, .. } => "; the invocation had timed out",
        ApiError::Refused { status: 413, .. } => {
            "; a response has at most 6 MB: answer with a link to what is larger, or stream it through a function URL"
        }
        ApiError::Connection { .. } => "; its caller may have gone away, and the next event is asked for",
        _ => "",
    }
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
