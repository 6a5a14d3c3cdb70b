//! Serving on Lambda: from the start of the process to its invocations.

mod answer;
mod event;
mod lambda;
mod logs;
mod start;

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use futures_util::future::BoxFuture;

use crate::error::{BoxError, Error, Failure};
use crate::service::HttpService;

/// What a service's process needs to know to serve.
#[derive(Default)]
pub struct Serving {
    /// The functions, each under a name of its own.
    pub functions: Vec<FunctionEntry>,
    /// What must hold before a function is built: that its settings are there and well formed.
    pub checks: Vec<Box<dyn Fn() -> Result<(), Error>>>,
}

/// A function that can be built when it is the one that this process serves.
pub struct FunctionEntry {
    /// The name that it was registered with.
    pub name: String,
    /// Whether it gets every event as it is, rather than HTTP events as HTTP.
    pub is_event: bool,
    /// Makes the service; only called for the function that is served.
    pub build: Build,
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
            Self::Build { source, .. } => source.type_name(),
            Self::Runtime(_) => "RuntimeFailed",
        }
    }

    /// Lambda's category for it, as in its own runtimes.
    fn category(&self) -> &'static str {
        match self {
            Self::UnknownFunction { .. } => "Runtime.NoSuchHandler",
            Self::Variable { .. } | Self::Checks(_) => "Runtime.ConfigInvalid",
            Self::Build { .. } | Self::Runtime(_) => "Runtime.InitError",
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
/// `AWS_LAMBDA_FUNCTION_NAME` is or ends with (`app-hello` for `hello`).
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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ServeError::Runtime(error.into()))?;
    runtime.block_on(async {
        match start::start(serving, env).await {
            Ok((service, is_event)) => {
                let end = lambda::run(service, is_event).await;
                end.map_err(ServeError::Runtime)
            }
            Err(error) => {
                start::report(env, &error).await;
                Err(error)
            }
        }
    })
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    tracing::error!(
        location = panic.location().map(tracing::field::display),
        backtrace = %Backtrace::force_capture(),
        "panicked: {}",
        lambda::panic_message(panic.payload()),
    );
}
