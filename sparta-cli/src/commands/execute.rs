//! `execute`: one function for an emulator of Lambda.

use sparta_core::{FunctionSpec, LogLevel};

use crate::{CliError, session::Session};

/// Serve a function without being on Lambda, for emulators of its Runtime API
#[derive(clap::Args)]
pub(crate) struct Execute {
    /// Name of the function to serve; not needed where the App has only one
    #[arg(long, value_name = "NAME")]
    function: Option<String>,

    /// Address of the Runtime API
    #[arg(long = "runtimeApi", alias = "runtime-api", value_name = "HOST:PORT", default_value = "127.0.0.1:9001")]
    runtime_api: String,
}

impl Execute {
    pub(crate) fn run(self, session: &Session) -> Result<(), CliError> {
        let model = session.synthesized()?.model;
        let names: Vec<&str> = model.functions().iter().map(|function| function.name()).collect();
        let chosen = match (&self.function, names.as_slice()) {
            (Some(name), names) if names.contains(&name.as_str()) => name.as_str(),
            (None, [only]) => only,
            (Some(name), _) => {
                let message = format!("there is no function called `{name}`");
                return Err(CliError::usage(message).hint(format!("Functions: {}.", names.join(", "))));
            }
            (None, _) => {
                let message = "the App has several functions: say which one with --function";
                return Err(CliError::usage(message).hint(format!("Functions: {}.", names.join(", "))));
            }
        };
        let spec = model.functions().iter().find(|function| function.name() == chosen).expect("it was found by name");
        reach(&self.runtime_api)?;
        serve(&self.runtime_api, spec, session.global.level.into())
    }
}

/// Says that nobody is there, before the function does in its own words.
fn reach(runtime_api: &str) -> Result<(), CliError> {
    let reached = std::net::TcpStream::connect(runtime_api).map(drop);
    reached.map_err(|error| {
        CliError::failed(format!("no Runtime API answers at {runtime_api}"))
            .source(error)
            .hint("Start the emulator first, or give its address: --runtimeApi HOST:PORT.")
    })
}

/// Becomes the process that Lambda would start: the environment of a process can only be set from outside.
#[cfg(unix)]
fn serve(runtime_api: &str, function: &FunctionSpec, level: LogLevel) -> Result<(), CliError> {
    use std::{os::unix::process::CommandExt, process::Command};
    let itself = std::env::current_exe()
        .map_err(|error| CliError::failed("the running program cannot be found").source(error))?;
    let mut command = Command::new(itself);
    command.env("AWS_LAMBDA_RUNTIME_API", runtime_api).env("_HANDLER", function.name());
    let lambda = [
        ("AWS_LAMBDA_FUNCTION_NAME", function.name().to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory().megabytes().to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name())),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "Text".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", level.lambda_name().to_owned()),
    ];
    for (name, value) in lambda {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    Err(CliError::failed("the program cannot be started again as a Lambda function").source(command.exec()))
}

#[cfg(not(unix))]
fn serve(_: &str, _: &FunctionSpec, _: LogLevel) -> Result<(), CliError> {
    Err(CliError::failed("`execute` needs Linux or macOS"))
}
