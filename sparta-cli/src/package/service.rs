//! Whether a compiled binary is the service whose template is packed with it: the binary is asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sparta_core::{Model, Summary};

use super::{Architecture, BuildId};
use crate::error::Advice;

/// A binary that is not the service.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// It does not say which service it is.
    #[error("{} does not say which service it is", .path.display())]
    Silent {
        /// The binary.
        path: PathBuf,
        /// What it said instead on its standard error output.
        #[source]
        stderr: Stderr,
    },
    /// It is another one.
    #[error("{} is not the service of this template: {}", .path.display(), .differences.join("; "))]
    Other {
        /// The binary.
        path: PathBuf,
        /// What it has that the template has not, and the other way round.
        differences: Vec<String>,
    },
    /// It was compiled for another build.
    #[error("{} was compiled as build `{found}`, and is not packed as `{wanted}`", .path.display())]
    OtherBuild {
        /// The binary.
        path: PathBuf,
        /// Its build's id.
        found: String,
        /// The id of the build that it was to be packed as.
        wanted: String,
    },
}

/// The standard error output of a program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Stderr(String);

impl Advice for ServiceError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Silent { .. } => "Its main() must call `App::run` here as on Lambda, and print nothing after it.",
            Self::OtherBuild { .. } => {
                "Compile it again with this SPARTA_BUILD_ID in cargo's environment, or leave --binary out."
            }
            Self::Other { .. } => {
                "Features given to `cargo run` do not reach it: give them to the command too, with --features, \
                 --allFeatures or --noDefaultFeatures. A binary that was compiled before has to be compiled again."
            }
        };
        vec![hint.to_owned()]
    }
}

/// Refuses a serving build of another App, or with other functions, triggers or settings than the template's; gives the id
/// of its build, where it says so.
///
/// A binary for another processor or system cannot be asked, and is taken as it is.
///
/// # Errors
///
/// How it differs, or that it does not say what it is.
pub(crate) fn check_service(path: &Path, model: &Model) -> Result<Option<String>, ServiceError> {
    if !runs_here(model.architecture()) {
        return Ok(None);
    }
    let mut command = Command::new(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
    command.env_remove("AWS_LAMBDA_RUNTIME_API").stdin(Stdio::null());
    // It cannot be started where its loader is missing, as that of glibc is on a system with musl.
    let Ok(output) = command.output() else { return Ok(None) };
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(summary) = said.lines().rev().find_map(|line| serde_json::from_str::<Summary>(line).ok()) else {
        let stderr = Stderr(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
        return Err(ServiceError::Silent { path: path.to_owned(), stderr });
    };
    let differences = differences(&summary, &model.summary(&summary.build));
    if differences.is_empty() {
        Ok(summary.build_id)
    } else {
        Err(ServiceError::Other { path: path.to_owned(), differences })
    }
}

/// Refuses to pack a binary that says which build it is under the id of another one.
///
/// # Errors
///
/// Both ids.
pub(crate) fn check_build_id(path: &Path, found: String, wanted: &BuildId) -> Result<(), ServiceError> {
    if found == wanted.as_str() {
        return Ok(());
    }
    Err(ServiceError::OtherBuild { path: path.to_owned(), found, wanted: wanted.to_string() })
}

fn runs_here(architecture: Architecture) -> bool {
    let processor = match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "aarch64",
    };
    cfg!(target_os = "linux") && std::env::consts::ARCH == processor
}

/// What the binary has that the template has not, and the other way round.
fn differences(binary: &Summary, template: &Summary) -> Vec<String> {
    let mut differences = Vec::new();
    for (what, binary, template) in
        [("App", &binary.app, &template.app), ("version of sparta", &binary.sparta, &template.sparta)]
    {
        if binary != template {
            differences.push(format!("its {what} is `{binary}`, not `{template}`"));
        }
    }
    for (what, binary, template) in [
        ("function", &binary.functions, &template.functions),
        ("trigger", &binary.triggers, &template.triggers),
        ("setting", &binary.settings, &template.settings),
    ] {
        let without = |some: &[String], others: &[String]| -> Vec<String> {
            some.iter().filter(|name| !others.contains(name)).map(|name| format!("{what} `{name}`")).collect()
        };
        differences.extend(without(binary, template).iter().map(|it| format!("it has the {it}, the template has not")));
        differences.extend(without(template, binary).iter().map(|it| format!("it lacks the {it}")));
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(functions: &[&str], settings: &[&str]) -> Summary {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Summary {
            app: "Hello".into(),
            functions: names(functions),
            triggers: functions.iter().map(|name| format!("{name}: GET /")).collect(),
            settings: names(settings),
            sparta: "1.0.0".into(),
            build: "serving".into(),
            build_id: None,
        }
    }

    #[test]
    fn a_binary_is_packed_as_the_build_that_it_says_it_is() {
        let id = |text: &str| BuildId::new(text).unwrap();
        let check = |wanted: &str| check_build_id(Path::new("bootstrap"), "4f2a".to_owned(), &id(wanted));
        assert!(check("4f2a").is_ok());
        let error = check("77b1").unwrap_err();
        assert_eq!(error.to_string(), "bootstrap was compiled as build `4f2a`, and is not packed as `77b1`");
    }

    #[test]
    fn every_difference_is_named_from_the_binarys_side() {
        let template = summary(&["hello", "bye"], &["MESSAGE"]);
        assert_eq!(differences(&template, &template), Vec::<String>::new());
        let binary =
            Summary { app: "Bye".into(), sparta: "2.0.0".into(), ..summary(&["hello", "metrics"], &["TABLE"]) };
        assert_eq!(
            differences(&binary, &template),
            [
                "its App is `Bye`, not `Hello`",
                "its version of sparta is `2.0.0`, not `1.0.0`",
                "it has the function `metrics`, the template has not",
                "it lacks the function `bye`",
                "it has the trigger `metrics: GET /`, the template has not",
                "it lacks the trigger `bye: GET /`",
                "it has the setting `TABLE`, the template has not",
                "it lacks the setting `MESSAGE`",
            ]
        );
    }
}
