//! The HTTP client of all calls: TLS by `rustls` on `ring`, through the proxy that the environment names.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::error::BoxError;

/// A client for every `SdkConfig`, since the SDKs come without one.
///
/// `aws_smithy_http_client::Builder::build_https` would ignore `HTTPS_PROXY` and `NO_PROXY`, which the SDKs' own client reads.
pub(crate) fn client() -> SharedHttpClient {
    SharedHttpClient::new(Https::default())
}

/// Asks a server that is none of AWS's services: the status and the body of its answer.
pub(crate) async fn get(url: &str, limit: Duration) -> Result<(u16, Vec<u8>), BoxError> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(url)?;
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .proxy_config(ProxyConfig::from_env())
        .build();
    let answered = async {
        let response = SharedHttpConnector::new(connector).call(request).await?;
        let status = response.status().as_u16();
        let body = ByteStream::new(response.into_body()).collect().await?;
        Ok::<_, BoxError>((status, body.to_vec()))
    };
    tokio::time::timeout(limit, answered).await?
}

type Timeouts = (Option<Duration>, Option<Duration>);

/// One connector, and so one pool of connections, for each pair of time-outs.
#[derive(Default)]
struct Https {
    connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

impl HttpClient for Https {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        connectors.entry(timeouts).or_insert_with(|| connector(settings, components)).clone()
    }
}

fn connector(settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
    let mut connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .proxy_config(ProxyConfig::from_env())
        .connector_settings(settings.clone());
    connector.set_sleep_impl(components.sleep_impl());
    SharedHttpConnector::new(connector.build())
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Https").finish_non_exhaustive()
    }
}
