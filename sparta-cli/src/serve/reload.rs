//! From a change of the sources to the processes of the next build.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::watch,
    time::sleep,
};

use super::{plan::Plan, process::Start, server::State, service::Service, sources::Sources};
use crate::output::say;

/// How the next build of the service is made.
pub(crate) struct Reload {
    /// Compiles the program.
    pub(crate) build: Box<dyn Fn() -> io::Result<Command> + Send>,
    /// What makes the program say what is to be served.
    pub(crate) plan: Vec<OsString>,
    /// The program that is compiled.
    pub(crate) program: PathBuf,
    pub(crate) start: Start,
    /// How long to wait until the sources are looked at again.
    pub(crate) pause: Duration,
}

/// What a command has said, and how it has ended.
struct Done {
    status: ExitStatus,
    output: String,
    errors: String,
}

impl Reload {
    /// Builds and serves anew after each change of the sources, until the future is dropped.
    pub(crate) async fn run(
        &self,
        first: Arc<Service>,
        state: &watch::Sender<State>,
        all: &mut Vec<Arc<Service>>,
    ) -> io::Error {
        let mut served = first;
        let mut sources = match Sources::of(&self.program) {
            Ok(sources) => sources,
            Err(error) => return error,
        };
        loop {
            sources = changed(sources, self.pause).await;
            state.send_replace(State::Building);
            say("the sources have changed: compiling");
            let next = self.next().await;
            served.retire();
            match next {
                Ok(plan) => {
                    plan.notes.iter().for_each(|note| say(format_args!("note: {note}")));
                    served = Arc::new(Service::new(plan, self.start.clone()));
                    all.push(Arc::clone(&served));
                    state.send_replace(State::Ready(Arc::clone(&served)));
                    say("serving the new build");
                    // What it is compiled from may be other files than before.
                    if let Ok(newer) = Sources::of(&self.program) {
                        sources = newer.in_state_of(&sources);
                    }
                }
                Err(said) => {
                    state.send_replace(State::Broken(said.into()));
                    say("not serving before the sources change again");
                }
            }
        }
    }

    /// Compiles the program, and asks it what is to be served; else what cargo or the program says.
    async fn next(&self) -> Result<Plan, String> {
        let failed = |error: io::Error| format!("cargo cannot be started: {error}\n");
        let built = run((self.build)().map_err(failed)?).await.map_err(failed)?;
        if !built.status.success() {
            return Err(built.errors);
        }
        let mut ask = Command::new(&self.program);
        ask.args(&self.plan);
        let asked =
            run(ask).await.map_err(|error| format!("{} cannot be started: {error}\n", self.program.display()))?;
        if !asked.status.success() {
            return Err(asked.errors);
        }
        serde_json::from_str(&asked.output)
            .map_err(|error| format!("the new build does not say what it serves: {error}\n"))
    }
}

/// Waits until the sources have changed, and then until nobody writes any more.
async fn changed(mut known: Sources, pause: Duration) -> Sources {
    loop {
        sleep(pause).await;
        let now = known.now();
        if now == known {
            continue;
        }
        known = now;
        loop {
            sleep(pause).await;
            let now = known.now();
            if now == known {
                return known;
            }
            known = now;
        }
    }
}

/// Runs a command, whose errors are shown as they come; ends it with all that it has started where nobody waits any more.
async fn run(mut command: Command) -> io::Result<Done> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = tokio::process::Command::from(command);
    let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
    let _group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (output, errors) = tokio::join!(text(output, false), text(errors, true));
    Ok(Done { status: child.wait().await?, output, errors })
}

async fn text(stream: Option<impl AsyncRead + Unpin>, is_shown: bool) -> String {
    let mut text = String::new();
    let Some(stream) = stream else { return text };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if is_shown {
            say(&line);
        }
        _ = writeln!(text, "{line}");
    }
    text
}

/// The processes of a command, which end with it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // A group that is gone needs no signal.
            _ = kill_process_group(group, Signal::KILL);
        }
    }
}
