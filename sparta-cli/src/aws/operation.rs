//! Any call of a service that speaks JSON, on the SDK's own orchestrator, in place of an SDK crate for each service.

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{
    DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor,
};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime::client::stalled_stream_protection::StalledStreamProtectionInterceptor;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError, SensitiveOutput};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::calls::Service;
use super::error::failed;
use super::request::Request;
use super::{AwsError, Call, endpoint};

/// The calls of one service with one configuration.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    service: Service,
    config: SdkConfig,
    /// Shared by all calls, because some of them remember things, such as how wrong this machine's clock is.
    components: RuntimeComponentsBuilder,
}

impl Client {
    pub(crate) fn new(service: Service, config: &SdkConfig) -> Self {
        Self { service, config: config.clone(), components: components(config) }
    }

    /// Makes a call about `thing` and reads its answer.
    pub(crate) async fn call<T>(&self, call: Call, thing: String, request: Request) -> Result<T, AwsError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let service = self.service;
        let url = endpoint::url(service, &self.config).await;
        let url = url.map_err(|error| AwsError::refused(call, thing.clone(), &*error))?;
        let secret = request.is_secret();
        let operation = Operation::builder()
            .service_name(service.id)
            .operation_name(call.name)
            .behavior_version(self.config.behavior_version().unwrap_or_else(BehaviorVersion::latest))
            .endpoint_url(&url)
            .runtime_plugin(self.plugin(secret))
            .serializer(move |Unlogged(request): Unlogged<Request>| request.into_http(service, call.name))
            .deserializer(read::<T>)
            .build();
        let invocation = operation.invoke(Unlogged(request));
        // The SDK logs requests at its finest level, and AWS quotes the values that it refuses.
        let answer = if secret { invocation.with_subscriber(NoSubscriber::default()).await } else { invocation.await };
        Ok(answer.map_err(failed(call, thing))?.0)
    }

    fn plugin(&self, secret: bool) -> StaticRuntimePlugin {
        let components = self.components.clone();
        StaticRuntimePlugin::new().with_config(self.layer(secret).freeze()).with_runtime_components(components)
    }

    fn layer(&self, secret: bool) -> Layer {
        let config = &self.config;
        let mut layer = Layer::new("sparta");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(ApiMetadata::new(self.service.name, env!("CARGO_PKG_VERSION")));
        layer.store_put(SigV4OperationSigningConfig {
            region: config.region().cloned().map(SigningRegion::from),
            name: Some(SigningName::from_static(self.service.name)),
            ..SigV4OperationSigningConfig::default()
        });
        layer.store_put(config.retry_config().cloned().unwrap_or_else(RetryConfig::standard));
        layer.store_or_unset(config.app_name().cloned());
        layer.store_or_unset(config.disable_clock_skew_correction().map(DisableClockSkewCorrection::from));
        if let Some(timeouts) = config.timeout_config() {
            layer.store_put(timeouts.clone());
        }
        if let Some(protection) = config.stalled_stream_protection() {
            layer.store_put(protection);
        }
        if secret {
            layer.store_put(SensitiveOutput);
        }
        layer
    }
}

/// What an SDK crate makes of its configuration.
fn components(config: &SdkConfig) -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("sparta")
        .with_http_client(config.http_client())
        .with_identity_cache(config.identity_cache())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_interceptor(ConnectionPoisoningInterceptor::new())
        .with_interceptor(StalledStreamProtectionInterceptor::default())
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new());
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    components
}

/// A value that the orchestrator may carry and can show to nobody.
struct Unlogged<T>(T);

impl<T> fmt::Debug for Unlogged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn read<T: DeserializeOwned>(response: &HttpResponse) -> Result<Unlogged<T>, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(refusal(response, body)));
    }
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map(Unlogged).map_err(|error| {
        let message = format!("the answer has another form: {error}");
        OrchestratorError::operation(ErrorMetadata::builder().message(message).build())
    })
}

/// Code and message, which are in a header or in the body, under different names.
fn refusal(response: &HttpResponse, body: &[u8]) -> ErrorMetadata {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: &[&str]| names.iter().find_map(|&name| body[name].as_str());
    let code = response.headers().get("x-amzn-errortype").or_else(|| text(&["code", "__type"]));
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        // A namespace may stand before it and a URL behind it: `com.amazonaws.x#Code:http://...`.
        let code = code.split(':').next().unwrap_or_default();
        error = error.code(code.rsplit('#').next().unwrap_or_default());
    }
    if let Some(message) = text(&["message", "Message", "errorMessage"]) {
        error = error.message(message);
    }
    error.build()
}
