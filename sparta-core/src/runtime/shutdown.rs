//! The end of the process, announced.
//!
//! Lambda sends SIGTERM only to processes of functions that have an extension; an internal one that wants no events
//! is enough. It then has 500 ms, which holds for all hooks together.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.

use std::io;
use std::os::unix::net::UnixStream as StdStream;

use httparse::Header;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

use super::ServeError;
use super::api::{ApiError, RuntimeApi, get, post};
use super::connection::ignored;
use super::hooks::{self, Hook};

const NAME: &str = "sparta-shutdown";
const IDENTIFIER: &str = "lambda-extension-identifier";

/// The announcement that is waited for.
pub(super) struct Announcement {
    signals: UnixStream,
}

/// Makes Lambda announce the shutdown.
pub(super) async fn expected(api: &RuntimeApi) -> Result<Announcement, ServeError> {
    let announcement = Announcement::new().map_err(|error| ServeError::Runtime(error.into()))?;
    register(api.another()).await.map_err(|error| ServeError::Runtime(error.into()))?;
    Ok(announcement)
}

impl Announcement {
    fn new() -> io::Result<Self> {
        let (signals, terminate) = StdStream::pair()?;
        signals.set_nonblocking(true)?;
        pipe::register(SIGINT, terminate.try_clone()?)?;
        pipe::register(SIGTERM, terminate)?;
        Ok(Self { signals: UnixStream::from_std(signals)? })
    }

    /// Waits for it, then runs the hooks, the last registered first.
    pub(super) async fn run(mut self, hooks: Vec<Hook>) {
        if let Err(error) = self.signals.read_u8().await {
            tracing::error!(error = &error as &dyn std::error::Error, "signals do not arrive");
            return std::future::pending().await;
        }
        tracing::info!("shutting down");
        for hook in hooks.into_iter().rev() {
            if let Err(failure) = hooks::run("shutdown hook", hook).await {
                tracing::error!("{failure:?}");
            }
        }
    }
}

/// Registers the extension, and waits for its events, of which there are none.
async fn register(mut api: RuntimeApi) -> Result<(), ApiError> {
    let headers = [("lambda-extension-name", NAME), ("content-type", "application/json")];
    let call = post(["/2020-01-01/extension/register", "", ""], &headers, br#"{"events":[]}"#);
    let mut found = None;
    let reply = api.connection.call(call, &mut |headers| found = identifier(headers)).await;
    api.accepted("the registration of an extension", reply)?;
    let identifier = found.ok_or(ApiError::Header(IDENTIFIER))?;
    tokio::spawn(async move {
        let headers = [(IDENTIFIER, identifier.as_str())];
        let mut call = get(["/2020-01-01/extension/event/next", "", ""]);
        call.headers = &headers;
        let reply = api.connection.call(call, &mut ignored).await;
        if let Err(error) = api.accepted("the extension's wait", reply) {
            tracing::debug!(error = &error as &dyn std::error::Error, "the shutdown will not be announced");
        }
    });
    Ok(())
}

fn identifier(headers: &[Header<'_>]) -> Option<String> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(IDENTIFIER))?;
    String::from_utf8(header.value.to_vec()).ok()
}
