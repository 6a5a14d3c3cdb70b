//! `invoke`: one function once on this machine.

use std::{io::Read, path::PathBuf, sync::Arc};

use serde::de::IgnoredAny;

use super::serve::{Local, interrupted, program, start};
use crate::{
    CliError,
    output::say,
    serve::{Invocation, Plan, Sample, Service},
    session::Session,
};

/// Invoke a function once on this machine and print its answer; its log goes to the standard error output
#[derive(clap::Args)]
pub(crate) struct Invoke {
    /// Name of the function; not needed where the App has only one
    function: Option<String>,

    /// File with the event as JSON, `-` for the standard input; `{}` by default
    #[arg(long, value_name = "FILE", conflicts_with = "sample")]
    event: Option<PathBuf>,

    /// Take an event of this kind, as AWS sends it
    #[arg(long, value_name = "KIND", value_enum)]
    sample: Option<Sample>,

    /// Print the event instead of invoking the function: to make one's own from a sample
    #[arg(long = "printEvent", alias = "print-event")]
    print_event: bool,

    #[command(flatten)]
    local: Local,
}

impl Invoke {
    pub(crate) async fn run(self, session: &Session) -> Result<(), CliError> {
        let event = self.read_event()?;
        if self.print_event {
            return print(&event);
        }
        let plan = self.local.plan(session)?;
        let name = self.choose(&plan)?;
        plan.notes_of(&name).for_each(|note| say(format_args!("note: {note}")));
        let service = Arc::new(Service::new(plan, start(session, program()?)));
        let function = Arc::clone(service.function(&name).expect("it was chosen by its name"));
        let answer = tokio::select! {
            answer = async {
                let reply = function.invoke(Invocation::new(event)).await;
                let reply = reply.map_err(|refusal| CliError::failed("the function is not invoked").source(refusal))?;
                let answer = reply.answer.whole().await;
                // The report comes after the answer.
                _ = reply.tail.await;
                Ok(answer)
            } => answer,
            ended = interrupted() => ended.and_then(|()| Err(CliError::failed("interrupted"))),
        };
        service.end().await;
        match answer? {
            Ok(answer) => print(&String::from_utf8_lossy(&answer)),
            Err(error) => {
                print(&String::from_utf8_lossy(&error.document))?;
                Err(CliError::failed(format!("the function `{name}` failed: {}", error.kind)))
            }
        }
    }

    fn read_event(&self) -> Result<String, CliError> {
        let text = match (&self.event, self.sample) {
            (Some(file), _) if file.as_os_str() == "-" => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| {
                    CliError::failed("the event cannot be read from the standard input").source(error)
                })?;
                text
            }
            (Some(file), _) => std::fs::read_to_string(file).map_err(|error| {
                CliError::failed(format!("the event cannot be read from {}", file.display())).source(error)
            })?,
            (None, Some(sample)) => sample.event().to_owned(),
            (None, None) => "{}".to_owned(),
        };
        match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => Ok(text),
            Err(error) => Err(CliError::failed("the event is no JSON").source(error)),
        }
    }

    fn choose(&self, plan: &Plan) -> Result<String, CliError> {
        let names: Vec<&str> = plan.functions.iter().map(|function| function.name.as_str()).collect();
        let known = format!("Functions: {}.", names.join(", "));
        match (&self.function, &names[..]) {
            (Some(name), names) if names.contains(&name.as_str()) => Ok(name.clone()),
            (None, [only]) => Ok((*only).to_owned()),
            (Some(name), _) => Err(CliError::usage(format!("there is no function called `{name}`")).hint(known)),
            (None, _) => Err(CliError::usage("the App has several functions: say which one is meant").hint(known)),
        }
    }
}

/// The answer is a document of the function's own: it is printed as it is.
fn print(document: &str) -> Result<(), CliError> {
    use std::io::Write;
    // A reader that went away, as in `| head`, is no failure.
    _ = writeln!(std::io::stdout(), "{}", document.trim_end());
    Ok(())
}
