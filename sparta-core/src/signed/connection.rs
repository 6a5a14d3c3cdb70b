//! Connections to AWS, with TLS or, for emulators, without.

use std::{
    io::{self, ErrorKind},
    sync::{Arc, OnceLock},
    time::Duration,
};
#[cfg(feature = "connections")]
use std::{
    pin::Pin,
    task::{Context, Waker},
};

#[cfg(feature = "connections")]
use tokio::io::ReadBuf;
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
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// The host, with its port where that is not the usual one.
    pub(crate) host: String,
    /// What paths begin with: nothing, or a path without `/` at its end.
    pub(crate) path: String,
    tls: bool,
}

/// A connection that is open, for one call after the other.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    replies: Replies,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Endpoint {
    /// Reads `https://HOST` or `http://HOST:PORT`, perhaps with a path.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return None,
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = path.trim_end_matches('/');
        let fits = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/$@%".contains(&b));
        fits.then(|| Self { host: host.to_owned(), path: path.to_owned(), tls })
    }

    /// With this behind its path.
    #[cfg(feature = "connections")]
    pub(crate) fn below(mut self, path: &str) -> Self {
        self.path += path;
        self
    }

    /// Sends a request on a connection of its own, and reads its answer.
    #[cfg(any(feature = "custom-resources", feature = "fetch"))]
    pub(crate) async fn exchange(&self, request: &[u8], limit: Duration) -> io::Result<Reply> {
        within(limit, async { self.open().await?.send(request).await }).await
    }

    /// Opens a connection.
    #[cfg(feature = "connections")]
    pub(crate) async fn connect(&self, limit: Duration) -> io::Result<Connection> {
        within(limit, self.open()).await
    }

    async fn open(&self) -> io::Result<Connection> {
        let (name, address) = self.address();
        let stream = TcpStream::connect(address.as_str()).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match self.tls {
            false => Box::new(stream),
            true => {
                let name = ServerName::try_from(name.to_owned()).map_err(|_| ErrorKind::InvalidInput)?;
                Box::new(connector()?.connect(name, stream).await?)
            }
        };
        Ok(Connection { stream, replies: Replies::default() })
    }

    /// The name that the certificate is for, and the address with a port.
    fn address(&self) -> (&str, String) {
        match self.host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) {
            Some((name, _)) => (name, self.host.clone()),
            None => (&self.host, format!("{}:{}", self.host, if self.tls { 443 } else { 80 })),
        }
    }
}

impl Connection {
    /// Sends a request, and reads its answer.
    #[cfg(feature = "connections")]
    pub(crate) async fn call(&mut self, request: &[u8], limit: Duration) -> io::Result<Reply> {
        within(limit, self.send(request)).await
    }

    async fn send(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.replies.next(&mut self.stream, |_| {}).await
    }

    /// Whether the other side neither closed it nor sent what nobody asked for.
    #[cfg(feature = "connections")]
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let mut byte = [0];
        Pin::new(&mut self.stream).poll_read(&mut context, &mut ReadBuf::new(&mut byte)).is_pending()
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
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
