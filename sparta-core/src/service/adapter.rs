//! Handlers that are written against `lambda_http` and `lambda_runtime`.

mod context;
mod request;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use lambda_http::lambda_runtime::{self, Diagnostic};
use tower::{Service, ServiceExt, service_fn, util::ServiceFn};

use super::{AnswerTo, FailureOf, HttpHandler, HttpService, Request, TypedEvent};
use crate::{Body, BoxError, Context, Error, Failure, FromEvent, Response, response::Encoding};

impl<F, Fut, T, E> HttpHandler<lambda_http::Request> for ServiceFn<F>
where
    F: FnMut(lambda_http::Request) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
}

impl<T: lambda_http::IntoResponse> AnswerTo<lambda_http::Request> for T {
    const IS_WHOLE: bool = true;

    fn service<S>(handler: S) -> HttpService
    where
        S: Service<lambda_http::Request, Response = Self> + Clone + Send + 'static,
        S::Error: FailureOf<lambda_http::Request>,
        S::Future: Send + 'static,
    {
        adapted(handler, |answer| answer.into_response().map(whole))
    }
}

impl<E: Into<Diagnostic> + 'static> FailureOf<lambda_http::Request> for E {
    fn failure(self) -> Failure {
        failure(self.into())
    }
}

impl<E: Into<Diagnostic> + 'static, T> FailureOf<lambda_runtime::LambdaEvent<T>> for E {
    fn failure(self) -> Failure {
        failure(self.into())
    }
}

impl<T: FromEvent> TypedEvent for lambda_runtime::LambdaEvent<T> {
    fn read(event: Bytes, context: Context) -> Result<Self, Error> {
        Ok(Self::new(T::from_event(event)?, context::context(context)))
    }
}

impl HttpService {
    /// Any service over `lambda_http::Request`: stacks of layers, types of one's own, an axum `Router` whose handlers ask
    /// `lambda_http::RequestExt`. It takes the place of `lambda_http::run` and `lambda_http::run_with_streaming_response`.
    ///
    /// Bodies are passed on as they come, so that a [`FunctionUrl`](crate::trigger::FunctionUrl) with
    /// [`streaming`](crate::trigger::FunctionUrl::streaming) streams them. (A `service_fn` that
    /// [`Function::http`](crate::Function::http) takes by itself may answer with anything that is `lambda_http::IntoResponse`, which is
    /// there as a whole before any of it is sent.)
    ///
    /// # Example
    ///
    /// ```
    /// use http_body_util::Full;
    /// use lambda_http::{Error, Request, Response, service_fn};
    /// use sparta_core::{Function, HttpService, trigger::FunctionUrl};
    ///
    /// async fn export(_: Request) -> Result<Response<Full<&'static [u8]>>, Error> {
    ///     Ok(Response::new(Full::new(b"id,name\n")))
    /// }
    ///
    /// let export = HttpService::lambda_http(service_fn(export));
    /// let function = Function::http("export", export).trigger(FunctionUrl::signed().streaming());
    /// ```
    pub fn lambda_http<S, B>(service: S) -> Self
    where
        S: Service<lambda_http::Request, Response = http::Response<B>> + Clone + Send + 'static,
        S::Error: FailureOf<lambda_http::Request>,
        S::Future: Send + 'static,
        B: http_body::Body + Send + 'static,
        B::Data: Into<Bytes>,
        B::Error: Into<BoxError>,
    {
        let passed_on = |body: B| Body::new(body.map_frame(|frame| frame.map_data(Into::into)));
        adapted(service, move |answer: http::Response<B>| std::future::ready(answer.map(passed_on)))
    }
}

fn adapted<S, A>(service: S, answer: impl Fn(S::Response) -> A + Clone + Send + 'static) -> HttpService
where
    S: Service<lambda_http::Request> + Clone + Send + 'static,
    S::Error: FailureOf<lambda_http::Request>,
    S::Future: Send + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let has_stages = request::has_stages();
    HttpService::new(service_fn(move |request: Request| {
        let (service, answer) = (service.clone(), answer.clone());
        async move {
            let request = request::request(request, has_stages).await?;
            let answered = service.oneshot(request).await.map(answer).map_err(FailureOf::failure);
            Ok::<_, Failure>(answered?.await)
        }
    }))
}

/// The answer as `lambda_http` would send it: whether its body is text is decided.
fn whole(answer: http::Response<lambda_http::Body>) -> Response {
    let (mut head, body) = answer.into_parts();
    let encoding = match &body {
        lambda_http::Body::Binary(_) => Encoding::Base64,
        _ => Encoding::Text,
    };
    if encoding != Encoding::of(&head.headers) {
        head.extensions.insert(encoding);
    }
    let body = match body {
        lambda_http::Body::Text(text) => text.into(),
        lambda_http::Body::Binary(bytes) => bytes.into(),
        _ => Body::empty(),
    };
    Response::from_parts(head, body)
}

fn failure(diagnostic: Diagnostic) -> Failure {
    Failure::named(diagnostic.error_type, diagnostic.error_message)
}
