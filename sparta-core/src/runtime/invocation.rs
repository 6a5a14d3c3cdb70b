//! What the headers of an event say of its invocation.

use std::str;
use std::sync::Arc;

use bytes::Bytes;
use httparse::Header;
use serde::de::DeserializeOwned;

use super::api::ApiError;
use crate::context::{Config, Context};

const REQUEST_ID: &str = "lambda-runtime-aws-request-id";
const DEADLINE: &str = "lambda-runtime-deadline-ms";
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

/// An event that waits for its answer.
pub(super) struct Invocation {
    pub(super) event: Bytes,
    pub(super) context: Context,
    pub(super) id: InvocationId,
}

/// What an answer says about the invocation that it is for.
#[derive(Debug)]
pub(super) struct InvocationId {
    pub(super) request: String,
    /// Lambda sends it where one environment may get a request twice, and wants it back.
    invocation: Option<String>,
}

impl InvocationId {
    pub(super) fn header(&self) -> Option<(&'static str, &str)> {
        self.invocation.as_deref().map(|id| (INVOCATION_ID, id))
    }
}

pub(super) fn invocation(headers: &[Header<'_>], config: &Arc<Config>) -> Result<(Context, InvocationId), ApiError> {
    // Field by field: a default `Context` would make a `Config` only to drop it.
    let mut context = Context {
        request_id: String::new(),
        deadline: 0,
        invoked_function_arn: String::new(),
        xray_trace_id: None,
        client_context: None,
        identity: None,
        tenant_id: None,
        env_config: config.clone(),
    };
    let (mut deadline, mut invocation) = (None, None);
    for header in headers {
        let name = header.name;
        let Some(rest) = name.get(..LAMBDA.len()).filter(|prefix| prefix.eq_ignore_ascii_case(LAMBDA)) else {
            continue;
        };
        let is = |wanted: &str| {
            name.len() == wanted.len() && name[rest.len()..].eq_ignore_ascii_case(&wanted[LAMBDA.len()..])
        };
        if is(REQUEST_ID) {
            context.request_id = text(header);
        } else if is(DEADLINE) {
            deadline = str::from_utf8(header.value).ok().and_then(|text| text.parse().ok());
        } else if is("lambda-runtime-invoked-function-arn") {
            context.invoked_function_arn = text(header);
        } else if is("lambda-runtime-trace-id") {
            context.xray_trace_id = Some(text(header));
        } else if is("lambda-runtime-client-context") {
            context.client_context = json(header);
        } else if is("lambda-runtime-cognito-identity") {
            context.identity = json(header);
        } else if is("lambda-runtime-aws-tenant-id") {
            context.tenant_id = Some(text(header));
        } else if is(INVOCATION_ID) {
            invocation = Some(text(header));
        }
    }
    if context.request_id.is_empty() {
        return Err(ApiError::Header(REQUEST_ID));
    }
    context.deadline = deadline.ok_or(ApiError::Header(DEADLINE))?;
    let request = context.request_id.clone();
    Ok((context, InvocationId { request, invocation }))
}

const LAMBDA: &str = "lambda-runtime-";

fn text(header: &Header<'_>) -> String {
    match str::from_utf8(header.value) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(header.value).into_owned(),
    }
}

/// The invoker wrote it, and should not be able to end the process with it.
fn json<T: DeserializeOwned>(header: &Header<'_>) -> Option<T> {
    if header.value.is_empty() {
        return None;
    }
    let read = serde_json::from_slice(header.value);
    read.inspect_err(|error| tracing::warn!(%error, "the header {} is left out: it does not read", header.name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<(Context, InvocationId), ApiError> {
        let headers: Vec<_> = headers.iter().map(|&(name, value)| Header { name, value: value.as_bytes() }).collect();
        invocation(&headers, &Arc::default())
    }

    #[test]
    fn every_header_of_lambda_is_in_the_context() {
        let (context, id) = read(&[
            ("Lambda-Runtime-Aws-Request-Id", "id-1"),
            ("Lambda-Runtime-Deadline-Ms", "1542409706888"),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:function"),
            ("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7"),
            ("Lambda-Runtime-Client-Context", r#"{"custom": {"a": "b"}}"#),
            ("Lambda-Runtime-Cognito-Identity", r#"{"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"}"#),
            ("Lambda-Runtime-Aws-Tenant-Id", "acme"),
            ("Lambda-Runtime-Invocation-Id", "try-2"),
            ("Content-Type", "application/json"),
        ])
        .unwrap();
        assert_eq!(context.request_id, "id-1");
        assert_eq!(context.deadline, 1_542_409_706_888);
        assert_eq!(context.invoked_function_arn, "arn:aws:lambda:function");
        assert_eq!(context.xray_trace_id.as_deref(), Some("Root=1-5bef4de7"));
        assert_eq!(context.client_context.unwrap().custom["a"], "b");
        assert_eq!(context.identity.unwrap().identity_pool_id, "p");
        assert_eq!(context.tenant_id.as_deref(), Some("acme"));
        assert_eq!(id.header(), Some(("lambda-runtime-invocation-id", "try-2")));
    }

    #[test]
    fn a_missing_header_is_named() {
        let error = read(&[("lambda-runtime-aws-request-id", "id-1")]).unwrap_err();
        assert!(error.to_string().ends_with("`lambda-runtime-deadline-ms`"), "{error}");
        let error = read(&[("lambda-runtime-deadline-ms", "1")]).unwrap_err();
        assert!(error.to_string().ends_with("`lambda-runtime-aws-request-id`"), "{error}");
    }

    #[test]
    fn a_client_context_that_does_not_read_is_left_out() {
        let (context, _) = read(&[
            ("lambda-runtime-aws-request-id", "id-1"),
            ("lambda-runtime-deadline-ms", "1"),
            ("lambda-runtime-client-context", "{"),
            ("lambda-runtime-cognito-identity", ""),
        ])
        .unwrap();
        assert_eq!((context.client_context, context.identity), (None, None));
    }
}
