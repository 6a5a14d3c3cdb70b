//! Answers that are sent while they are made.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.

use std::io;
use std::pin::pin;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body::Frame;
use http_body_util::BodyExt;

use super::answer::StreamedAnswer;
use super::api::{ApiError, Diagnostic, RuntimeApi, post};
use super::connection::Connection;
use super::invocation::InvocationId;
use super::lambda::caught;
use crate::body::Body;
use crate::error::Failure;

const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";
const HEADERS: [(&str, &str); 4] = [
    ("lambda-runtime-function-response-mode", "streaming"),
    ("content-type", "application/vnd.awslambda.http-integration-response"),
    ("trailer", ERROR_TYPE),
    ("trailer", ERROR_BODY),
];

impl RuntimeApi {
    /// Answers an invocation piece by piece; the failure is that of a body which ended too early.
    pub(super) async fn stream(
        &mut self,
        id: &InvocationId,
        answer: StreamedAnswer,
    ) -> (Result<(), ApiError>, Option<Failure>) {
        let mut headers = HEADERS.to_vec();
        headers.extend(id.header());
        let path = ["/2018-06-01/runtime/invocation/", &id.request, "/response"];
        let (sent, failure) = match self.connection.begin(post(path, &headers, b"")).await {
            Ok(()) => send(&mut self.connection, answer).await,
            Err(error) => (Err(error), None),
        };
        let trailers = failure.as_ref().map(trailers);
        let trailers = trailers.as_ref().map(|[kind, body]| [(ERROR_TYPE, &**kind), (ERROR_BODY, &**body)]);
        let reply = self.connection.end(sent, trailers.as_ref().map_or(&[], |both| both)).await;
        (self.accepted("the streamed response", reply).map(drop), failure)
    }
}

/// Sends piece after piece, and waits for the next one no longer than somebody takes it.
async fn send(connection: &mut Connection, answer: StreamedAnswer) -> (io::Result<()>, Option<Failure>) {
    let StreamedAnswer { prelude: mut piece, mut body } = answer;
    loop {
        if let Err(error) = connection.chunk(&piece).await {
            return (Err(error), None);
        }
        piece = match select(pin!(connection.interrupted()), pin!(data_of(&mut body))).await {
            Either::Left((interruption, _)) => return (Err(interruption), None),
            Either::Right((Some(Ok(data)), _)) => data,
            Either::Right((Some(Err(failure)), _)) => return (Ok(()), Some(failure)),
            Either::Right((None, _)) => return (Ok(()), None),
        };
    }
}

/// The next piece of the body; trailers of its own have no place in Lambda's stream.
async fn data_of(body: &mut Body) -> Option<Result<Bytes, Failure>> {
    loop {
        match caught("response body", body.frame()).await {
            Ok(Some(Ok(frame))) => match Frame::into_data(frame) {
                Ok(data) => return Some(Ok(data)),
                Err(_) => continue,
            },
            Ok(Some(Err(error))) => return Some(Err(Failure::of(error))),
            Ok(None) => return None,
            Err(panic) => return Some(Err(panic)),
        }
    }
}

fn trailers(failure: &Failure) -> [String; 2] {
    let message = failure.message();
    let report = Diagnostic { error_type: failure.type_name(), error_message: &message };
    ["Runtime.StreamError".to_owned(), base64_simd::STANDARD.encode_to_string(report.json())]
}
