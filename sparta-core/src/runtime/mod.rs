//! Serving on Lambda: from the start of the process to its invocations.

mod answer;
mod api;
mod client;
mod connection;
mod event;
#[doc(hidden)]
pub(crate) mod exchange;
mod hooks;
mod invocation;
mod lambda;
mod logs;
#[doc(hidden)]
pub(crate) mod reply;
mod shutdown;
mod snapshot;
mod spans;
mod start;
mod stream;
mod workers;

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use futures_util::future::{BoxFuture, Either, select};
use tokio::runtime::Builder;

use api::RuntimeApi;
pub(crate) use hooks::hook;
pub use hooks::{Hook, Hooks};
use lambda::Served;
#[cfg(any(feature = "connections", feature = "fetch", feature = "site"))]
pub(crate) use logs::date;

use crate::error::{self, BoxError, Error, Failure};
use crate::service::HttpService;

/// What a service's process needs to know to serve.
#[derive(Default)]
pub struct Serving {
    /// The functions, each under a name of its own.
    pub functions: Vec<FunctionEntry>,
    /// What brings the settings that are not in its variables, where it has to.
    pub prepare: Option<Prepare>,
    /// What must hold before a function is built: that its settings are there and well formed.
    pub checks: Vec<Check>,
    /// What it does at the turning points of its life.
    pub hooks: Hooks,
}

/// Does what has to be done before anything is checked.
pub type Prepare = Box<dyn FnOnce() -> BoxFuture<'static, Result<(), Error>>>;

/// Says what does not hold.
pub type Check = Box<dyn Fn() -> Result<(), Error>>;

/// A function that can be built when it is the one that this process serves.
pub struct FunctionEntry {
    /// The name that it was registered with.
    pub name: String,
    /// Whether it gets every event as it is, rather than HTTP events as HTTP.
    pub is_event: bool,
    /// Who takes its answers as streams.
    pub streams: Streams,
    /// Makes the service; only called for the function that is served.
    pub build: Build,
}

/// Who takes a function's answers as streams, and not as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Its function URL.
    pub function_url: bool,
    /// Its routes of a REST API.
    pub rest_api: bool,
}

impl Streams {
    /// Whoever one of both names.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { function_url: self.function_url || other.function_url, rest_api: self.rest_api || other.rest_api }
    }

    fn takes(self, origin: event::Origin) -> bool {
        match origin {
            event::Origin::FunctionUrl => self.function_url,
            event::Origin::RestApi => self.rest_api,
            _ => false,
        }
    }
}

/// Makes a function's service.
pub type Build = Box<dyn FnOnce() -> BoxFuture<'static, Result<HttpService, Error>> + Send>;

/// Why a process cannot serve, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A variable that Lambda sets is missing or malformed.
    #[error("{name} is not set as Lambda sets it: expected {expected}; serve on Lambda or an emulator")]
    Variable {
        /// The variable's name.
        name: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// No function is registered under the name that Lambda asks for.
    #[error("no function is called {name:?} (from {variable}); this service has: {known}")]
    UnknownFunction {
        /// The name that was asked for.
        name: String,
        /// The variable that it was in.
        variable: &'static str,
        /// The names that are registered.
        known: String,
    },
    /// Settings are missing or malformed; one message for all of them.
    #[error("{}", messages(.0))]
    Checks(Vec<Failure>),
    /// A function's factory failed or panicked.
    #[error("function {name:?} cannot be built")]
    Build {
        /// The function's name.
        name: String,
        /// Its factory's error.
        source: Failure,
    },
    /// A hook before SnapStart's snapshot failed or panicked.
    #[error("the function cannot be stored as a snapshot")]
    Snapshot(#[source] Failure),
    /// A hook after SnapStart's restore failed or panicked.
    #[error("the function cannot go on after its restore")]
    Restore(#[source] Failure),
    /// There is no event loop, or Lambda's Runtime API does not answer.
    #[error("the runtime failed")]
    Runtime(#[source] BoxError),
}

impl ServeError {
    /// What Lambda shows as the error's type: the user's own, if it is the user's error.
    pub fn error_type(&self) -> &str {
        match self {
            Self::Variable { .. } => "MissingVariable",
            Self::UnknownFunction { .. } => "UnknownFunction",
            Self::Checks(failures) => failures.first().map_or("Error", Failure::type_name),
            Self::Build { source, .. } | Self::Snapshot(source) | Self::Restore(source) => source.type_name(),
            Self::Runtime(_) => "RuntimeFailed",
        }
    }

    /// Lambda's category for it, as in its own runtimes.
    fn category(&self) -> &'static str {
        match self {
            Self::UnknownFunction { .. } => "Runtime.NoSuchHandler",
            Self::Variable { .. } | Self::Checks(_) => "Runtime.ConfigInvalid",
            Self::Build { .. } | Self::Snapshot(_) | Self::Runtime(_) => "Runtime.InitError",
            Self::Restore(_) => "Runtime.AfterRestoreError",
        }
    }
}

fn messages(failures: &[Failure]) -> String {
    let messages: Vec<_> = failures.iter().map(Failure::message).collect();
    messages.join("; ")
}

/// Reads a variable of the environment; an empty one is none.
type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Serves one of the functions: the one that `_HANDLER` names, or else the one whose name
/// `AWS_LAMBDA_FUNCTION_NAME` is or ends with (`app-hello` for `hello`); an only function if there is no `_HANDLER`.
///
/// Logs go to stdout, as `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT` say.
///
/// # Errors
///
/// A start that failed, which by then is logged and reported to Lambda, or a Runtime API that no
/// longer answers. The process should exit then.
pub fn serve(serving: Serving) -> Result<(), ServeError> {
    let env: Env = &|name| std::env::var(name).ok().filter(|value| !value.is_empty());
    logs::install(env);
    std::panic::set_hook(Box::new(log_panic));
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServeError::Runtime(error.into()))?;
    let ended = runtime.block_on(live(serving, env));
    // After a shutdown nothing is waited for: what has to be done was done in its hooks.
    runtime.shutdown_background();
    ended
}

/// How many invocations Lambda sends at the same time: one, except on managed instances.
fn concurrency(env: Env<'_>) -> usize {
    env("AWS_LAMBDA_MAX_CONCURRENCY").and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

/// From the start to the shutdown, if it is announced, or to the Runtime API's end.
async fn live(serving: Serving, env: Env<'_>) -> Result<(), ServeError> {
    let Serving { functions, prepare, checks, hooks: Hooks { shutdown, before_snapshot, after_restore } } = serving;
    let started = async {
        let (mut api, served) = start::start(functions, prepare, &checks, env).await?;
        let announcement = match shutdown.is_empty() {
            true => None,
            false => Some(shutdown::expected(&api).await?),
        };
        if snapshot::is_wanted(env) {
            snapshot::take(&mut api, before_snapshot).await?;
        }
        Ok((api, served, announcement))
    };
    let (mut api, served, announcement) = match started.await {
        Ok(started) => started,
        Err(error) => {
            start::report(env, &error).await;
            return Err(error);
        }
    };
    if snapshot::is_wanted(env) {
        snapshot::restore(&mut api, after_restore).await?;
    }
    let invocations = Box::pin(invocations(api, served, concurrency(env)));
    let ended = match announcement {
        None => invocations.await,
        Some(announcement) => match select(invocations, Box::pin(announcement.run(shutdown))).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => Ok(()),
        },
    };
    ended.map_err(ServeError::Runtime)
}

async fn invocations(api: RuntimeApi, served: Served, concurrency: usize) -> Result<(), BoxError> {
    if concurrency == 1 {
        let ended = lambda::run(api, served).await;
        return Ok(ended.inspect_err(|error| tracing::error!("no longer asks for events: {}", error::message(error)))?);
    }
    let workers = workers::start(concurrency)?;
    Ok(lambda::run_many(api, served, concurrency, &workers).await?)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    tracing::error!(
        location = panic.location().map(tracing::field::display),
        backtrace = %Backtrace::force_capture(),
        "panicked: {}",
        lambda::panic_message(panic.payload()),
    );
}
