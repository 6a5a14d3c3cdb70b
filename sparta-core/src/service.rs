//! The one service type that all handlers become.

#[cfg(feature = "lambda_http")]
mod adapter;
mod handler;

pub use handler::{AnswerTo, FailureOf, HttpHandler, TypedEvent};

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::task;

use bytes::Bytes;
use serde::Serialize;
use tower::util::BoxCloneService;
use tower::{Layer, Service, ServiceExt};

use crate::authorization::{Answer, Asked};
use crate::body::Body;
use crate::context::Context;
use crate::error::{BoxError, Error};
use crate::response::{IntoResponse, Response, json};

/// The request that handlers get.
///
/// Its extensions hold the Lambda [`Context`]; [`RequestExt`](crate::RequestExt) reads them.
pub type Request = http::Request<Body>;

/// Any handler with its layers: a boxed, clonable service from request to [`Response`].
///
/// It accepts requests of any body, so that layers that change the body's type fit around it.
#[derive(Clone)]
pub struct HttpService(BoxCloneService<Request, Response, BoxError>);

impl HttpService {
    /// A service over HTTP requests: an async function, an axum `Router`, a stack of layers.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Error, HttpService, Request, service_fn};
    ///
    /// async fn hello(_: Request) -> Result<&'static str, Error> {
    ///     Ok("hello")
    /// }
    ///
    /// let service = HttpService::new(service_fn(hello));
    /// ```
    pub fn new<S>(service: S) -> Self
    where
        S: Service<Request> + Clone + Send + 'static,
        S::Response: IntoResponse,
        S::Error: Into<BoxError> + 'static,
        S::Future: Send + 'static,
    {
        <S::Response as AnswerTo<Request>>::service(service)
    }

    /// A service over typed events; its answer becomes a JSON response.
    ///
    /// The request's body is the event. One that does not fit its type is an [`EventMismatch`](crate::EventMismatch). An
    /// [`Authorization`](crate::Authorization) is answered in the form that its event asks for.
    pub fn event<E, S>(service: S) -> Self
    where
        E: TypedEvent + Send + 'static,
        S: Service<E> + Clone + Send + 'static,
        S::Response: Serialize,
        S::Error: FailureOf<E>,
        S::Future: Send + 'static,
    {
        Self::new(tower::service_fn(move |request: Request| {
            let service = service.clone();
            async move {
                let (event, context) = event_of(request).await?;
                let asked = Asked::for_answer::<S::Response>(&event);
                let answer = service.oneshot(E::read(event, context)?).await.map_err(FailureOf::failure)?;
                let authorization = (&answer as &dyn Any).downcast_ref();
                Ok::<_, Error>(match asked.as_ref().zip(authorization) {
                    Some((asked, authorization)) => json(&Answer(authorization, asked))?,
                    None => json(&answer)?,
                })
            }
        }))
    }

    /// A synchronous function that reads the event's bytes and writes the answer's.
    pub fn raw<F>(handler: F) -> Self
    where
        F: Fn(&[u8], &Context, &mut dyn Write) -> Result<(), Error> + Clone + Send + 'static,
    {
        Self::new(tower::service_fn(move |request: Request| {
            let handler = handler.clone();
            async move {
                let (event, context) = event_of(request).await?;
                let mut answer = Vec::new();
                handler(&event, &context, &mut answer)?;
                Ok::<_, Error>(Response::new(answer.into()))
            }
        }))
    }

    /// Wraps the service in a layer, which then is the outermost.
    #[must_use]
    pub fn layer<L, B>(self, layer: L) -> Self
    where
        L: Layer<Self>,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + 'static,
        <L::Service as Service<Request>>::Error: Into<BoxError> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::new(layer.layer(self))
    }
}

impl<B> Service<http::Request<B>> for HttpService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> task::Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        self.0.call(request.map(Body::new))
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpService")
    }
}

async fn event_of(request: Request) -> Result<(Bytes, Context), Error> {
    let (mut parts, body) = request.into_parts();
    let context = parts.extensions.remove().unwrap_or_default();
    Ok((body.bytes().await?, context))
}
