//! What the headers of an event say of its invocation.

use std::str;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use httparse::Header;

use super::api::ApiError;
use super::client;
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
            context.client_context = client::client_context(header.value);
        } else if is("lambda-runtime-cognito-identity") {
            context.identity = client::identity(header.value);
        } else if is("lambda-runtime-aws-tenant-id") {
            context.tenant_id = Some(text(header));
        } else if is(INVOCATION_ID) {
            invocation = Some(text(header));
        }
    }
    if context.request_id.is_empty() {
        return Err(ApiError::Header(REQUEST_ID));
    }
    context.deadline = deadline.unwrap_or_else(far_deadline);
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

/// When Lambda would end the longest of functions, for emulators that do not say when.
#[cold]
fn far_deadline() -> u64 {
    const LONGEST: Duration = Duration::from_secs(15 * 60);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from((now + LONGEST).as_millis()).unwrap_or(u64::MAX)
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
    fn an_invocation_without_a_deadline_has_that_of_the_longest_function() {
        let id = ("lambda-runtime-aws-request-id", "id-1");
        for headers in [&[id][..], &[id, ("lambda-runtime-deadline-ms", "soon")]] {
            let (context, _) = read(headers).unwrap();
            let left = context.deadline().duration_since(SystemTime::now()).unwrap();
            assert!((800..=900).contains(&left.as_secs()), "{left:?}");
        }
    }

    #[test]
    fn a_missing_header_is_named() {
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
