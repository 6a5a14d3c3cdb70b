//! Answers before Lambda ends an invocation.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll},
    time::{Duration, SystemTime},
};

use http::StatusCode;
use tower::{Layer, Service};

use crate::{Context, IntoResponse, Request, Response};

/// Answers with a status 503 shortly before Lambda would end the invocation, which gives its caller no answer, and the log no
/// line of the handler's.
///
/// It is for functions over HTTP; of any other, the invocation fails with this answer as its message. What the handler was
/// doing is dropped. A fixed time is tower's own layer, as are load shedding and retries with a budget
/// (`tower::timeout`, `tower::load_shed`, `tower::retry::budget`).
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use sparta_core::{DeadlineLayer, Error, Function, Request, service_fn};
///
/// let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")))
///     .timeout(Duration::from_secs(10))
///     .layer(DeadlineLayer::before(Duration::from_millis(200)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineLayer {
    before: Duration,
}

/// What [`DeadlineLayer`] makes of a service.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<S> {
    inner: S,
    before: Duration,
}

impl DeadlineLayer {
    /// Answers this long before Lambda ends the invocation; the answer needs some of it. 200 ms are enough for most.
    pub fn before(before: Duration) -> Self {
        Self { before }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Deadline { inner, before: self.before }
    }
}

impl<S> Service<Request> for Deadline<S>
where
    S: Service<Request>,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let left = request.extensions().get::<Context>().map(|invocation| left(invocation, self.before));
        let answer = self.inner.call(request);
        Box::pin(async move {
            // A request that was made by hand has no deadline.
            let Some(left) = left else { return answer.await.map(IntoResponse::into_response) };
            match tokio::time::timeout(left, answer).await {
                Ok(answer) => answer.map(IntoResponse::into_response),
                Err(_) => {
                    tracing::warn!("the handler was not done before the deadline");
                    Ok((StatusCode::SERVICE_UNAVAILABLE, "it takes too long").into_response())
                }
            }
        })
    }
}

/// What is left of an invocation's time.
fn left(invocation: &Context, before: Duration) -> Duration {
    let until = invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    until.saturating_sub(before)
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;
    use crate::{Body, Error, RequestExt, service_fn};

    /// The status of a handler that takes 300 ms, where Lambda ends it after so long.
    async fn status(deadline: Option<Duration>) -> StatusCode {
        let slow = service_fn(async |_: Request| {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok::<_, Error>("done")
        });
        let service = DeadlineLayer::before(Duration::from_millis(200)).layer(slow);
        let request = Request::new(Body::empty());
        let request = match deadline {
            Some(after) => {
                let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + after;
                let deadline = u64::try_from(at.as_millis()).unwrap();
                request.with_lambda_context(Context { deadline, ..Context::default() })
            }
            None => request,
        };
        service.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_handler_that_would_be_ended_is_answered_for() {
        assert_eq!(status(Some(Duration::from_millis(400))).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(Some(Duration::ZERO)).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(Some(Duration::from_secs(10))).await, StatusCode::OK);
        assert_eq!(status(None).await, StatusCode::OK);
    }
}
