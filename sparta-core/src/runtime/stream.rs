//! Answers that are sent while they are made.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.

use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;

use super::answer::StreamedAnswer;
use super::api::{ApiError, Diagnostic, RuntimeApi, post};
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
        let StreamedAnswer { prelude, mut body } = answer;
        let mut sent = self.connection.begin(post(path, &headers, b"")).await;
        let mut next = Some(Ok(prelude));
        while let (Ok(()), Some(Ok(data))) = (&sent, &next) {
            sent = self.connection.chunk(data).await;
            next = data_of(&mut body).await;
        }
        let failure = next.and_then(Result::err);
        let trailers = failure.as_ref().map(trailers);
        let trailers = trailers.as_ref().map(|[kind, body]| [(ERROR_TYPE, &**kind), (ERROR_BODY, &**body)]);
        let reply = self.connection.end(sent, trailers.as_ref().map_or(&[], |both| both)).await;
        (self.accepted("the streamed response", reply).map(drop), failure)
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
