//! Runs the command that the arguments name.

use clap::{CommandFactory, FromArgMatches};
use sparta_core::{App, Failure};

use crate::{
    CliError, Command, CommandContext,
    commands::{self, Builtin},
    error::BoxError,
    gate,
    injected::Injected,
    options::Global,
    package::Features,
    session::Session,
    suggestion::suggest,
};

/// Adds a command of the user's own to the command line.
pub fn with_command<C: Command>(app: App) -> App {
    app.extend(Injected::of::<C>())
}

/// Runs the command that the arguments name, and ends the process with 1 where that fails and 2 where it was used wrongly.
pub fn run(app: App) {
    if let Err(error) = command_line(app) {
        error.report();
        std::process::exit(error.exit_code().into())
    }
}

/// The options and commands that are built in.
#[derive(clap::Parser)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Builtin,
}

fn command_line(mut app: App) -> Result<(), CliError> {
    let injected: Vec<Injected> = app.take_extensions();
    let mut clap =
        CommandLine::command().about(format!("{}: a service on AWS Lambda that provisions itself", app.name()));
    clap = clap.display_name(app.name().to_owned()).version(commands::version());
    if let Some(binary) = binary_name() {
        clap = clap.name(binary);
    }
    for command in &injected {
        let name = command.clap.get_name();
        if name == "help" || clap.get_subcommands().any(|known| known.get_name() == name) {
            let remedy = "Give it another name: `fn name() -> String` of its `Command`.";
            return Err(CliError::failed(format!("there are two commands called `{name}`")).hint(remedy));
        }
        clap = clap.subcommand(command.clap.clone());
    }
    let matches = clap.clone().try_get_matches().unwrap_or_else(|error| suggest(error, &clap).exit());
    let used_wrongly = |error: clap::Error| -> ! { error.format(&mut clap.clone()).exit() };

    let (name, sub_matches) = matches.subcommand().expect("a command is required");
    match injected.into_iter().find(|command| command.clap.get_name() == name) {
        Some(command) => {
            let global = Global::from_arg_matches(&matches).unwrap_or_else(|error| used_wrongly(error));
            let session = Session::new(app, global);
            let synthesis = session.synthesized()?;
            let context = CommandContext::new(synthesis.model.clone(), session.global.clone());
            let running = (command.run)(sub_matches, context).unwrap_or_else(|error| used_wrongly(error));
            if command.calls_aws {
                let features = Features::from_arg_matches(sub_matches).unwrap_or_else(|error| used_wrongly(error));
                gate::pass(&synthesis, &features)?;
            }
            block_on(running)?.map_err(|error| failed(name, error.into()))
        }
        None => {
            let line = CommandLine::from_arg_matches(&matches).unwrap_or_else(|error| used_wrongly(error));
            let session = Session::new(app, line.global);
            block_on(line.command.run(session, clap))?
        }
    }
}

/// The failure of a user's command, with the hints of what it failed with.
fn failed(command: &str, error: BoxError) -> CliError {
    let mut failure = CliError::failed(format!("`{command}` failed"));
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(error) = cause {
        let boxed = error.downcast_ref::<Failure>().and_then(Failure::downcast_ref);
        if let Some(error) = boxed.or_else(|| error.downcast_ref::<CliError>()) {
            failure.kind = error.kind;
            failure.hints.clone_from(&error.hints);
        }
        cause = error.source();
    }
    failure.source(error)
}

fn block_on<F: Future>(future: F) -> Result<F::Output, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::failed("the asynchronous runtime does not start").source(error))?;
    Ok(runtime.block_on(future))
}

fn binary_name() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;
    use sparta_core::{Environment, Error, Function, Pipeline, Request, cfn::Resource, service_fn};

    use super::*;

    fn mistaken() -> App {
        App::new("Mistaken")
            .function(Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))))
            .resource("Orders", Resource::raw("AWS::SQS::Queue", json!({"DelaySecond": 5, "VisibilityTimeout": -1})))
            .environment(Environment::new("test", ()))
            .pipeline(Pipeline::github("https://github.com/acme/mistaken"))
    }

    #[test]
    fn a_users_command_keeps_the_hints_of_its_error() {
        let below = || CliError::usage("no AWS region is set").hint("Give --region.");
        for error in [Error::from(below()), Error::from(below()).context("no queue was found")] {
            let error = failed("seed", error.into());
            assert_eq!((error.hints.as_slice(), error.exit_code()), (&["Give --region.".to_owned()][..], 2));
            let mut report = Vec::new();
            error.write_report(&mut report).unwrap();
            let report = String::from_utf8(report).unwrap();
            assert!(report.starts_with("error: `seed` failed\n"), "{report}");
            assert_eq!(report.matches("no AWS region is set").count(), 1, "{report}");
            assert!(report.ends_with("hint: Give --region.\n"), "{report}");
        }
        assert_eq!(failed("seed", "broken".into()).exit_code(), 1);
    }

    #[test]
    fn what_cloudformation_would_refuse_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("output");
        for command in [&["build"][..], &["provision", "--noop"], &["provisionPipeline", "--noop"]] {
            let options = ["--outputDir", output.to_str().unwrap()];
            let line = CommandLine::try_parse_from(["mistaken"].iter().chain(command).chain(&options)).unwrap();
            let session = Session::new(mistaken(), line.global);
            let error = block_on(line.command.run(session, CommandLine::command())).unwrap().unwrap_err();
            let message = error.to_string();
            assert!(message.contains("the app `Mistaken` has 2 mistakes:"), "{command:?}: {message}");
            assert!(message.contains("Resources.Orders.Properties.DelaySecond: "), "{command:?}: {message}");
            assert!(message.contains("Resources.Orders.Properties.VisibilityTimeout: "), "{command:?}: {message}");
            assert_eq!(error.exit_code(), 1, "{command:?}");
            assert!(!output.exists(), "{command:?}");
        }
    }
}
