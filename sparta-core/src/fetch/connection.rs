//! One call over a connection of its own, with TLS or, for emulators, without.

use std::{
    io::{self, ErrorKind},
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};

use crate::runtime::reply::{Replies, Reply};

/// Where a service is.
pub(super) struct Endpoint {
    /// The host, with its port where that is not the usual one.
    pub(super) host: String,
    tls: bool,
}

impl Endpoint {
    /// Reads `https://HOST` or `http://HOST:PORT`.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (tls, host) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(host), _) => (true, host),
            (_, Some(host)) => (false, host),
            _ => return None,
        };
        let host = host.trim_end_matches('/');
        let fits = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
        fits.then(|| Self { host: host.to_owned(), tls })
    }

    /// Sends a request, and reads its answer.
    pub(super) async fn exchange(&self, request: &[u8], limit: Duration) -> io::Result<Reply> {
        let exchange = async {
            let (name, address) = self.address();
            let stream = TcpStream::connect(address.as_str()).await?;
            stream.set_nodelay(true)?;
            if !self.tls {
                return send(stream, request).await;
            }
            let name = ServerName::try_from(name.to_owned()).map_err(|_| ErrorKind::InvalidInput)?;
            send(connector()?.connect(name, stream).await?, request).await
        };
        timeout(limit, exchange).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
    }

    /// The name that the certificate is for, and the address with a port.
    fn address(&self) -> (&str, String) {
        match self.host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) {
            Some((name, _)) => (name, self.host.clone()),
            None => (&self.host, format!("{}:{}", self.host, if self.tls { 443 } else { 80 })),
        }
    }
}

async fn send(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> io::Result<Reply> {
    stream.write_all(request).await?;
    stream.flush().await?;
    Replies::default().next(&mut stream, |_| {}).await
}

/// What trusts the system's certificates, or those of `SSL_CERT_FILE`.
fn connector() -> io::Result<TlsConnector> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config).into());
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(io::Error::new(ErrorKind::NotFound, "the system has no certificates to trust"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))).into())
}
