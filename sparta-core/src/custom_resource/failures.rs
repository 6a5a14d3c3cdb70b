//! Answers for invocations that could not give one: those that Lambda could not make, or that ended in between.

use serde::Deserialize;
use tower::service_fn;

use super::{answer::Answer, request::Event, send};
use crate::{Error, Function, LambdaEvent};

/// The name of the function that answers.
pub(crate) const FAILURES: &str = "custom-resource-failures";

/// What Lambda sends to the destination of a function's failures.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    request_context: RequestContext,
    request_payload: Event,
    #[serde(default)]
    response_payload: Option<ResponsePayload>,
}

#[derive(Deserialize)]
struct RequestContext {
    condition: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponsePayload {
    #[serde(default)]
    error_message: String,
}

/// The function that an App has beside those that provide resources.
pub(crate) fn failures() -> Function {
    Function::event(FAILURES, service_fn(answer)).description("Answers CloudFormation for functions that could not")
}

async fn answer(event: LambdaEvent<Record>) -> Result<(), Error> {
    let Record { request_context, request_payload: event, response_payload } = event.payload;
    let message = response_payload.map(|payload| payload.error_message).unwrap_or_default();
    let reason = match request_context.condition.as_str() {
        "EventAgeExceeded" => "Lambda could not invoke the function for five minutes: it is throttled".to_owned(),
        condition => format!("the function did not answer ({condition}): {message}"),
    };
    send::answer(&event, &Answer::failed(&event, &reason)).await?;
    Ok(())
}
