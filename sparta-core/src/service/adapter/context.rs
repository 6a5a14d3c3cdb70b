//! The invocation as `lambda_runtime` describes it.

use lambda_http::lambda_runtime::{self, Config};
use serde::{Serialize, de::DeserializeOwned};

use crate::Context;

pub(super) fn context(own: Context) -> lambda_runtime::Context {
    let mut context = lambda_runtime::Context::default();
    context.request_id = own.request_id;
    context.deadline = own.deadline;
    context.invoked_function_arn = own.invoked_function_arn;
    context.xray_trace_id = own.xray_trace_id;
    context.client_context = own.client_context.and_then(renamed);
    context.identity = own.identity.and_then(renamed);
    context.tenant_id = own.tenant_id;
    let config = &*own.env_config;
    context.env_config = Config {
        function_name: config.function_name.clone(),
        memory: config.memory,
        version: config.version.clone(),
        log_stream: config.log_stream.clone(),
        log_group: config.log_group.clone(),
    }
    .into();
    context
}

/// The same under a name that `lambda_runtime` keeps to itself.
fn renamed<T: DeserializeOwned>(own: impl Serialize) -> Option<T> {
    serde_json::to_value(own).and_then(serde_json::from_value).ok()
}
