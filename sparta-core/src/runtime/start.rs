//! What happens before the first invocation, and the report when it fails.

use std::path::Path;

use http::{Method, Uri};
use lambda_runtime::Diagnostic;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};

use super::{Env, FunctionEntry, ServeError, Serving, lambda};
use crate::error::{self, BoxError, Failure};
use crate::service::HttpService;

const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
const HANDLER: &str = "_HANDLER";
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// Chooses the function, checks the settings and builds it, in this order.
pub(super) async fn start(serving: Serving, env: Env<'_>) -> Result<(HttpService, bool), ServeError> {
    check_variables(env)?;
    let function = choose(serving.functions, env)?;
    log_system(&function.name);
    let failures = || serving.checks.iter().filter_map(|check| check().err());
    let failed = lambda::caught("check", async { failures().map(Failure::from).collect() }).await;
    let failed: Vec<Failure> = failed.unwrap_or_else(|panic| vec![panic]);
    if !failed.is_empty() {
        return Err(ServeError::Checks(failed));
    }
    let FunctionEntry { name, is_event, build } = function;
    let built = lambda::caught("factory", async { build().await }).await;
    match built.and_then(|built| built.map_err(Failure::from)) {
        Ok(service) => Ok((service, is_event)),
        Err(source) => Err(ServeError::Build { name, source }),
    }
}

/// Logs the error and posts it to Lambda, which shows it as the reason of the failed start.
pub(super) async fn report(env: Env<'_>, error: &ServeError) {
    let message = error::message(error);
    tracing::error!(errorType = error.error_type(), "the function cannot start: {message}");
    let Some(api) = env(RUNTIME_API) else { return };
    if let Err(error) = post_init_error(&api, error, message).await {
        tracing::error!(error, "the failed start cannot be reported to {api}");
    }
}

async fn post_init_error(api: &str, error: &ServeError, message: String) -> Result<(), BoxError> {
    let diagnostic = Diagnostic { error_type: error.error_type().to_owned(), error_message: message };
    let request = build_request()
        .method(Method::POST)
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", error.category())
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    let client = PooledClient::builder().with_endpoint(api.parse::<Uri>()?).build();
    let response = client.call(request).await?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("the Runtime API answers {status}").into()),
    }
}

/// The variables without which `lambda_runtime` panics.
fn check_variables(env: Env<'_>) -> Result<(), ServeError> {
    let require = |name, expected, fits: fn(&str) -> bool| match env(name) {
        Some(text) if fits(&text) => Ok(()),
        _ => Err(ServeError::Variable { name, expected }),
    };
    require(RUNTIME_API, "the Runtime API's host:port", |text| {
        text.parse::<Uri>().is_ok_and(|uri| uri.authority().is_some())
    })?;
    require(FUNCTION_NAME, "the function's name", |_| true)?;
    require("AWS_LAMBDA_FUNCTION_VERSION", "the function's version", |_| true)?;
    require("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "its memory in MB", |text| text.parse::<i32>().is_ok())
}

/// The function that Lambda asks for. A physical name ends with the registered one, and the longest
/// such name is meant: `app-say-hello` is `say-hello` rather than `hello`.
fn choose(functions: Vec<FunctionEntry>, env: Env<'_>) -> Result<FunctionEntry, ServeError> {
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
    let executable = std::env::current_exe().unwrap_or_default();
    tracing::info!(
        sparta = env!("CARGO_PKG_VERSION"),
        buildId = trimmed(&executable.with_file_name("sparta-build-id")),
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

    fn chosen(handler: &str, function_name: &str) -> Result<String, String> {
        let function = |name: &str| FunctionEntry {
            name: name.to_owned(),
            is_event: false,
            build: Box::new(|| unreachable!("no function is built here")),
        };
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
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" => Some("128".to_owned()),
            _ => Some("127.0.0.1:9001".to_owned()),
        };
        check_variables(&complete).unwrap();
        let wrong = |name: &str| complete(name).map(|text| text.replace("128", "much"));
        let error = check_variables(&wrong).unwrap_err().to_string();
        assert!(error.starts_with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE is not"), "{error}");
        let error = check_variables(&|_| None).unwrap_err().to_string();
        assert!(error.starts_with("AWS_LAMBDA_RUNTIME_API is not"), "{error}");
    }
}
