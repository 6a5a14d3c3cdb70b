//! How a plain build becomes the `aws` build of the same program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::VARIABLE;
use crate::{
    CliError,
    output::say,
    package::{Features, Running},
};

/// Compiles the `aws` build where that has to be, and becomes it, with the same arguments, folder and environment.
/// Returns only the reason why it cannot.
pub(super) fn hand_over(this_program: &Path, before: Option<&str>, template: &str, features: &Features) -> CliError {
    if before.is_some() {
        return CliError::failed(
            "cargo compiled this program for AWS, and it is a plain build again; nothing was done",
        )
        .hint("Does the feature of its package switch on `aws` of sparta-lambda?");
    }
    match compile(features) {
        Ok(program) if program == this_program => CliError::failed("this program cannot hand over to itself"),
        Ok(program) => become_program(&program, template),
        Err(error) => error,
    }
}

/// The path of the `aws` build, which cargo has just brought up to date.
fn compile(features: &Features) -> Result<PathBuf, CliError> {
    let running = Running::this_program().map_err(elsewhere)?;
    let Some(place) = &running.place else {
        return Err(elsewhere("it is not in a target folder of cargo's"));
    };
    let cargo = running.cargo().map_err(elsewhere)?;
    let program = cargo.program().map_err(elsewhere)?;
    let Some(aws) = &program.aws_feature else {
        return Err(elsewhere(format!("{} does not depend on sparta-lambda", program.label())));
    };
    let path = place.program_with_aws(&program.name);
    if !path.exists() {
        say(
            "compiling what talks to AWS, which happens once: a plain build has no AWS SDK, so that it compiles and links fast",
        );
    }
    let mut command = cargo.command();
    command.arg("build").args(["--manifest-path", &program.manifest]).args(program.target_flags());
    command.args(["--profile", place.cargo_profile()]).args(features.flags()).args(["--features", aws]);
    command.arg("--target-dir").arg(place.folder_with_aws());
    if let Some(triple) = &place.triple {
        command.args(["--target", triple]);
    }
    if !program.own_build_folder {
        // Everything but the program itself is shared with the plain build, and neither replaces the other.
        command.env("CARGO_BUILD_BUILD_DIR", &place.target);
    }
    let status = command.stdin(Stdio::null()).status().map_err(elsewhere)?;
    if !status.success() {
        let message =
            format!("cargo could not compile `{}` with what talks to AWS ({status}); nothing was done", program.name);
        return Err(CliError::failed(message).hint("Cargo has said above what is wrong."));
    }
    Ok(path)
}

/// The program cannot be compiled where it is.
fn elsewhere(reason: impl Into<crate::error::BoxError>) -> CliError {
    CliError::failed("this is a plain build, which cannot call AWS, and it cannot be compiled for that here")
        .source(reason)
        .hint("Compile it where its sources are: `cargo build --features sparta-lambda/aws`.")
}

fn prepared(program: &Path, template: &str) -> Command {
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env(VARIABLE, format!("{template} {}", program.display()));
    command
}

#[cfg(unix)]
fn become_program(program: &Path, template: &str) -> CliError {
    use std::os::unix::process::CommandExt;
    not_started(program, prepared(program, template).exec())
}

#[cfg(not(unix))]
fn become_program(program: &Path, template: &str) -> CliError {
    match prepared(program, template).status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => not_started(program, error),
    }
}

fn not_started(program: &Path, error: std::io::Error) -> CliError {
    CliError::failed(format!("{} cannot be started", program.display())).source(error)
}
