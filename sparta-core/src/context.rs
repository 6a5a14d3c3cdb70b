//! The context of an invocation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// What Lambda passes to an invocation besides its event.
///
/// A handler over HTTP finds it in its request's extensions, one over events in [`LambdaEvent::context`].
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next>.
///
/// # Example
///
/// ```
/// use sparta_core::{Context, Error, Request};
///
/// async fn hello(request: Request) -> Result<String, Error> {
///     let context = request.extensions().get::<Context>().cloned().unwrap_or_default();
///     Ok(format!("invocation {} of {}", context.request_id, context.env_config.function_name))
/// }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The id of the invocation, which every line of its logs has as `requestId`.
    pub request_id: String,
    /// When the invocation times out, in milliseconds since 1970; [`Context::deadline`] has it as a time.
    pub deadline: u64,
    /// The ARN that was invoked, with the version or alias if the invoker named one.
    pub invoked_function_arn: String,
    /// The X-Ray trace of the invocation. It is here and on log lines as `traceId`, and not in the variable
    /// `_X_AMZN_TRACE_ID`: a process that runs threads cannot safely change its environment.
    pub xray_trace_id: Option<String>,
    /// The client context that an AWS mobile SDK or another invoker sends.
    pub client_context: Option<ClientContext>,
    /// The Amazon Cognito identity that invoked the function.
    pub identity: Option<CognitoIdentity>,
    /// The tenant that the invocation is for, in functions with tenant isolation.
    pub tenant_id: Option<String>,
    /// The function as its environment describes it.
    pub env_config: Arc<Config>,
}

impl Context {
    /// When the invocation times out.
    pub fn deadline(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.deadline)
    }
}

/// The function as its environment describes it.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The function's name in Lambda: `AWS_LAMBDA_FUNCTION_NAME`.
    pub function_name: String,
    /// Its memory in MB: `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    pub memory: i32,
    /// The version that runs: `AWS_LAMBDA_FUNCTION_VERSION`.
    pub version: String,
    /// The log stream of this execution environment, or empty: `AWS_LAMBDA_LOG_STREAM_NAME`.
    pub log_stream: String,
    /// The log group of the function, or empty: `AWS_LAMBDA_LOG_GROUP_NAME`.
    pub log_group: String,
}

/// The client context in the header `X-Amz-Client-Context`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientContext {
    /// The mobile application.
    #[serde(default)]
    pub client: ClientApplication,
    /// The application's own values.
    #[serde(default)]
    pub custom: HashMap<String, String>,
    /// The device that it runs on.
    #[serde(default)]
    pub environment: HashMap<String, String>,
}

/// A mobile application as an AWS mobile SDK describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientApplication {
    /// The id of this installation.
    #[serde(alias = "installation_id")]
    pub installation_id: String,
    /// The title of the application.
    #[serde(alias = "app_title")]
    pub app_title: String,
    /// The name of its version.
    #[serde(alias = "app_version_name")]
    pub app_version_name: String,
    /// The code of its version.
    #[serde(alias = "app_version_code")]
    pub app_version_code: String,
    /// The name of its package.
    #[serde(alias = "app_package_name")]
    pub app_package_name: String,
}

/// The Amazon Cognito identity that invoked a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CognitoIdentity {
    /// The identity.
    #[serde(alias = "cognitoIdentityId", alias = "identity_id")]
    pub identity_id: String,
    /// The pool that it belongs to.
    #[serde(alias = "cognitoIdentityPoolId", alias = "identity_pool_id")]
    pub identity_pool_id: String,
}

/// An event and the context of its invocation.
///
/// # Example
///
/// ```
/// use sparta_core::{Context, LambdaEvent};
///
/// let event = LambdaEvent::new(7, Context::default());
/// let (payload, context) = event.into_parts();
/// assert_eq!((payload, context.request_id.as_str()), (7, ""));
/// ```
#[derive(Clone, Debug)]
pub struct LambdaEvent<T> {
    /// The event.
    pub payload: T,
    /// Its invocation.
    pub context: Context,
}

impl<T> LambdaEvent<T> {
    /// An event of an invocation.
    pub fn new(payload: T, context: Context) -> Self {
        Self { payload, context }
    }

    /// The event and its invocation.
    pub fn into_parts(self) -> (T, Context) {
        (self.payload, self.context)
    }
}
