//! A function and its processes: one for each invocation at a time, used again while it is warm.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    environment::Environment,
    invocation::{Answer, FunctionError, Invocation, Reply},
    plan::FunctionPlan,
    process::Start,
};

/// What processes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To go on.
    Serving,
    /// To end after what they do.
    Retiring,
    /// To end.
    Ending,
}

/// What all processes of one build of the service share.
pub(crate) struct Host {
    pub(super) start: Start,
    pub(super) phase: watch::Receiver<Phase>,
    /// How many processes there are.
    pub(super) running: watch::Sender<usize>,
    /// How long to wait before the first repetition of an asynchronous invocation.
    pub(super) pause: Duration,
}

/// A function.
pub(crate) struct Function {
    pub(crate) plan: FunctionPlan,
    pub(crate) arn: String,
    pub(super) host: Arc<Host>,
    processes: Mutex<Processes>,
}

#[derive(Default)]
struct Processes {
    running: usize,
    idle: Vec<mpsc::Sender<Job>>,
}

/// An invocation, and who waits for the answer.
pub(super) struct Job {
    pub(super) invocation: Invocation,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// Why a function is not invoked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("as many invocations run as there may be")]
    Throttled,
    #[error("the service is ending")]
    Ending,
}

impl Function {
    pub(crate) fn new(plan: FunctionPlan, arn: String, host: Arc<Host>) -> Self {
        Self { plan, arn, host, processes: Mutex::default() }
    }

    /// Invokes it, in a process that is there or in one of its own.
    pub(crate) async fn invoke(self: &Arc<Self>, invocation: Invocation) -> Result<Reply, Refusal> {
        let (reply, replied) = oneshot::channel();
        self.assign(Job { invocation, reply })?;
        replied.await.map_err(|_| Refusal::Ending)
    }

    /// Invokes it as events are: nobody waits for the answer, and what fails is repeated.
    pub(crate) fn send(self: &Arc<Self>, invocation: Invocation) {
        let function = Arc::clone(self);
        tokio::spawn(async move {
            let mut pause = function.host.pause;
            for attempt in 0..=function.plan.retries {
                if attempt > 0 {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                let is_done = match function.invoke(invocation.clone()).await {
                    Ok(reply) => reply.answer.whole().await.is_ok(),
                    Err(Refusal::Throttled) => false,
                    Err(Refusal::Ending) => true,
                };
                if is_done {
                    return;
                }
            }
            let line = format!(
                "the event {} was given up after {} attempts",
                invocation.request_id,
                function.plan.retries + 1
            );
            (function.host.start.sink)(&function.plan.name, &line);
        });
    }

    pub(super) fn assign(self: &Arc<Self>, mut job: Job) -> Result<(), Refusal> {
        let mut processes = self.processes();
        while let Some(process) = processes.idle.pop() {
            match process.try_send(job) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(back) | mpsc::error::TrySendError::Closed(back)) => job = back,
            }
        }
        if *self.host.phase.borrow() == Phase::Ending {
            return Err(Refusal::Ending);
        }
        if processes.running >= self.plan.limit {
            return Err(Refusal::Throttled);
        }
        processes.running += 1;
        self.host.running.send_modify(|running| *running += 1);
        tokio::spawn(live(Arc::clone(self), job));
        Ok(())
    }

    /// A process waits for events.
    pub(super) fn rest(&self, process: &mpsc::Sender<Job>) {
        self.processes().idle.push(process.clone());
    }

    /// A process takes no more events.
    fn leave(&self, process: &mpsc::Sender<Job>) {
        let mut processes = self.processes();
        processes.idle.retain(|other| !other.same_channel(process));
        processes.running -= 1;
    }

    fn processes(&self) -> MutexGuard<'_, Processes> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The life of one process, from its first invocation.
async fn live(function: Arc<Function>, first: Job) {
    let (jobs, mut assigned) = mpsc::channel(1);
    match Environment::start(Arc::clone(&function)).await {
        Ok(mut environment) => {
            environment.serve(first, &jobs, &mut assigned).await;
            function.leave(&jobs);
            environment.end().await;
        }
        Err(error) => {
            function.leave(&jobs);
            first.fail(not_started(&function, &error));
        }
    }
    // What came while it ended is for another one.
    assigned.close();
    while let Ok(job) = assigned.try_recv() {
        // Whoever waits hears of a refusal by the end of the channel.
        _ = function.assign(job);
    }
    function.host.running.send_modify(|running| *running -= 1);
}

/// Waits until what is told fits.
pub(super) async fn told(phase: &mut watch::Receiver<Phase>, fits: fn(Phase) -> bool) {
    // The one who tells it ends last.
    _ = phase.wait_for(|phase| fits(*phase)).await.map(drop);
}

fn not_started(function: &Function, error: &io::Error) -> FunctionError {
    let message = format!("{} cannot be started: {error}", function.host.start.program.display());
    FunctionError::new("Runtime.InvalidEntrypoint", message)
}

impl Job {
    pub(super) fn fail(self, error: FunctionError) {
        let (end, tail) = oneshot::channel();
        _ = end.send(String::new());
        // Whoever asked may have gone.
        _ = self.reply.send(Reply { answer: Answer::Whole(Err(error)), tail });
    }
}
