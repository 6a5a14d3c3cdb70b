//! What happens before the first invocation, and the report when it fails.

use std::path::Path;

use super::api::{Diagnostic, RuntimeApi};
use super::connection::Endpoint;
use super::lambda::{Served, caught};
use super::{Check, Env, FunctionEntry, Prepare, ServeError};
use crate::context::Config;
use crate::error::{self, BoxError, Failure};

const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
const HANDLER: &str = "_HANDLER";
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// What Lambda gives functions that ask for nothing else.
const DEFAULT_MEMORY: i32 = 128;
const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// Chooses the function, checks the settings and builds it, in this order.
pub(super) async fn start(
    functions: Vec<FunctionEntry>,
    prepare: Option<Prepare>,
    checks: &[Check],
    env: Env<'_>,
) -> Result<(RuntimeApi, Served), ServeError> {
    let function = choose(functions, env)?;
    let (endpoint, config) = process(&function.name, env)?;
    log_system(&function.name);
    if let Some(prepare) = prepare {
        prepare().await.map_err(|error| ServeError::Checks(vec![error.into()]))?;
    }
    let failures = || checks.iter().filter_map(|check| check().err());
    let failed = caught("check", async { failures().map(Failure::from).collect() }).await;
    let failed: Vec<Failure> = failed.unwrap_or_else(|panic| vec![panic]);
    if !failed.is_empty() {
        return Err(ServeError::Checks(failed));
    }
    let FunctionEntry { name, is_event, streams, build } = function;
    let built = caught("factory", async { build().await }).await;
    match built.and_then(|built| built.map_err(Failure::from)) {
        Ok(service) => Ok((RuntimeApi::new(endpoint, config.into()), Served { service, is_event, streams })),
        Err(source) => Err(ServeError::Build { name, source }),
    }
}

/// Logs the error and posts it to Lambda, which shows it as the reason of the failed start.
pub(super) async fn report(env: Env<'_>, error: &ServeError) {
    let message = error::message(error);
    tracing::error!(errorType = error.error_type(), "the function cannot start: {message}");
    let Some(endpoint) = env(RUNTIME_API).as_deref().and_then(Endpoint::parse) else { return };
    let mut api = RuntimeApi::new(endpoint, Default::default());
    let failure = Diagnostic { error_type: error.error_type(), error_message: &message };
    if let Err(error) = api.fail_init(error.category(), &failure).await {
        let error: BoxError = error.into();
        tracing::error!(error, "the failed start cannot be reported");
    }
}

/// What Lambda says of this process in its environment, or would say where an emulator does not.
fn process(function: &str, env: Env<'_>) -> Result<(Endpoint, Config), ServeError> {
    let endpoint = env(RUNTIME_API).as_deref().and_then(Endpoint::parse);
    let memory = match env(MEMORY) {
        Some(megabytes) => megabytes.parse().map_err(|_| malformed(MEMORY, "its memory in MB"))?,
        None => DEFAULT_MEMORY,
    };
    let endpoint = endpoint.ok_or_else(|| malformed(RUNTIME_API, "the Runtime API's host:port"))?;
    let config = Config {
        function_name: env(FUNCTION_NAME).unwrap_or_else(|| function.to_owned()),
        version: env("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_else(|| "$LATEST".to_owned()),
        memory,
        log_group: env("AWS_LAMBDA_LOG_GROUP_NAME").unwrap_or_default(),
        log_stream: env("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_default(),
    };
    Ok((endpoint, config))
}

fn malformed(name: &'static str, expected: &'static str) -> ServeError {
    ServeError::Variable { name, expected }
}

/// The function that Lambda asks for. A physical name ends with the registered one, and the longest
/// such name is meant: `app-say-hello` is `say-hello` rather than `hello`.
///
/// Lambda always sets `_HANDLER`. Where an emulator does not, an only function is meant, whatever the emulator calls it.
fn choose(mut functions: Vec<FunctionEntry>, env: Env<'_>) -> Result<FunctionEntry, ServeError> {
    if functions.len() == 1 && env(HANDLER).is_none() {
        return Ok(functions.remove(0));
    }
    let known: Vec<_> = functions.iter().map(|function| function.name.clone()).collect();
    let (variable, name) = match env(HANDLER) {
        Some(name) => (HANDLER, name),
        None => (FUNCTION_NAME, env(FUNCTION_NAME).unwrap_or_default()),
    };
    let fits = |function: &FunctionEntry| match name.strip_suffix(&function.name) {
        Some("") => true,
        Some(rest) => variable == FUNCTION_NAME && rest.ends_with('-'),
        None => false,
    };
    let fitting = functions.into_iter().filter(fits);
    let longest = fitting.max_by_key(|function| function.name.len());
    longest.ok_or(ServeError::UnknownFunction { name, variable, known: known.join(", ") })
}

fn log_system(function: &str) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let executable = std::env::current_exe().unwrap_or_default();
    tracing::info!(
        sparta = env!("CARGO_PKG_VERSION"),
        code = trimmed(&executable.with_file_name(crate::contract::CODE_ID_FILE)),
        function,
        architecture = std::env::consts::ARCH,
        kernel = trimmed(Path::new("/proc/sys/kernel/osrelease")),
        "serving {function}"
    );
}

fn trimmed(file: &Path) -> String {
    match std::fs::read_to_string(file) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str) -> FunctionEntry {
        FunctionEntry {
            name: name.to_owned(),
            is_event: false,
            streams: Default::default(),
            build: Box::new(|| unreachable!("no function is built here")),
        }
    }

    fn chosen(handler: &str, function_name: &str) -> Result<String, String> {
        let functions = ["hello", "say-hello", "orders"].map(function).into();
        let env = |name: &str| match name {
            HANDLER => Some(handler.to_owned()).filter(|text| !text.is_empty()),
            FUNCTION_NAME => Some(function_name.to_owned()),
            _ => None,
        };
        let chosen = choose(functions, &env);
        chosen.map(|f| f.name).map_err(|error| error.to_string())
    }

    #[test]
    fn the_handler_names_the_function() {
        assert_eq!(chosen("orders", "app-hello").as_deref(), Ok("orders"));
        assert_eq!(
            chosen("app-orders", "orders").unwrap_err(),
            "no function is called \"app-orders\" (from _HANDLER); \
             this service has: hello, say-hello, orders"
        );
    }

    #[test]
    fn without_a_handler_the_longest_end_of_the_physical_name_is_the_function() {
        assert_eq!(chosen("", "hello").as_deref(), Ok("hello"));
        assert_eq!(chosen("", "app-hello").as_deref(), Ok("hello"));
        assert_eq!(chosen("", "app-say-hello").as_deref(), Ok("say-hello"));
        assert!(chosen("", "othello").is_err());
    }

    #[test]
    fn the_variables_of_lambda_are_checked_before_they_are_needed() {
        let complete = |name: &str| match name {
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" => Some("512".to_owned()),
            _ => Some("127.0.0.1:9001".to_owned()),
        };
        assert_eq!(process("hello", &complete).unwrap().1.memory, 512);
        let wrong = |name: &str| complete(name).map(|text| text.replace("512", "much"));
        let error = process("hello", &wrong).unwrap_err().to_string();
        assert!(error.starts_with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE is not"), "{error}");
        let error = process("hello", &|_| None).unwrap_err().to_string();
        assert!(error.starts_with("AWS_LAMBDA_RUNTIME_API is not"), "{error}");
    }

    #[test]
    fn what_lambda_sets_and_an_emulator_does_not_has_a_default() {
        let alone = |name: &str| (name == RUNTIME_API).then(|| "127.0.0.1:9001".to_owned());
        let (_, config) = process("hello", &alone).unwrap();
        assert_eq!((config.function_name.as_str(), config.version.as_str()), ("hello", "$LATEST"));
        assert_eq!((config.memory, config.log_group.as_str(), config.log_stream.as_str()), (128, "", ""));
    }

    #[test]
    fn an_only_function_is_meant_unless_the_handler_is_another() {
        let chosen = |variables: &[(&str, &str)]| {
            let only = vec![function("hello")];
            let variables: std::collections::HashMap<_, _> = variables.iter().copied().collect();
            choose(only, &|name| variables.get(name).map(|&value| value.to_owned()))
                .map(|function| function.name)
                .map_err(|error| error.to_string())
        };
        assert_eq!(chosen(&[]).as_deref(), Ok("hello"));
        assert_eq!(chosen(&[(FUNCTION_NAME, "test_function")]).as_deref(), Ok("hello"));
        assert_eq!(chosen(&[(HANDLER, "hello")]).as_deref(), Ok("hello"));
        let error = chosen(&[(HANDLER, "orders"), (FUNCTION_NAME, "app-hello")]).unwrap_err();
        assert!(error.starts_with("no function is called \"orders\" (from _HANDLER)"), "{error}");
    }
}
