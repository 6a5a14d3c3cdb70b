//! One execution environment: a process, its Runtime API, and its invocations one after another.

use std::{
    io,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::sleep,
};

use super::{
    clock::Moment,
    function::{Function, Job, Phase, told},
    invocation::{Answer, FunctionError, Reply},
    process::Process,
    report::Report,
    runtime_api::{Delivery, RuntimeApi, Said},
};

/// How long a process may take until it asks for its first event:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib>.
const START: Duration = Duration::from_secs(10);
/// How long an answer is held back until the runtime asks for the next event, so that the same process can take it.
const HOLD: Duration = Duration::from_millis(50);

pub(super) struct Environment {
    function: Arc<Function>,
    process: Process,
    api: Arc<RuntimeApi>,
    server: JoinHandle<()>,
    said: mpsc::Receiver<Said>,
    phase: watch::Receiver<Phase>,
    started: Instant,
}

type Next = oneshot::Sender<Delivery>;

/// How an invocation has ended.
enum Ended {
    Next(Next),
    Exited(String),
    TimedOut,
    Stopped,
}

/// The answer of an invocation, as far as it is there.
#[derive(Default)]
struct Answered {
    result: Option<Result<Option<bytes::Bytes>, FunctionError>>,
}

impl Environment {
    pub(super) async fn start(function: Arc<Function>) -> io::Result<Self> {
        let started = Instant::now();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (say, said) = mpsc::channel(16);
        let process = Process::start(&function.host.start, &function.plan, &address)?;
        let api = Arc::new(RuntimeApi::new(say));
        let server = tokio::spawn(Arc::clone(&api).serve(listener));
        let phase = function.host.phase.clone();
        Ok(Self { function, process, api, server, said, phase, started })
    }

    /// Serves until the process or its time ends.
    pub(super) async fn serve(&mut self, first: Job, own: &mpsc::Sender<Job>, jobs: &mut mpsc::Receiver<Job>) {
        let mut next = match self.init().await {
            Ok(next) => next,
            Err(error) => return self.not_initialized(first, error).await,
        };
        let (mut job, mut init) = (first, Some(self.started.elapsed()));
        loop {
            match self.invocation(next, job, init.take()).await {
                Some(asked) => next = asked,
                None => return,
            }
            if *self.phase.borrow() != Phase::Serving {
                return;
            }
            self.function.rest(own);
            job = tokio::select! {
                Some(job) = jobs.recv() => job,
                reason = self.process.exited() => {
                    self.process.log.flush().await;
                    return self.process.log.add(&format!("the process has ended while it was idle: {reason}"), true);
                }
                () = told(&mut self.phase, |phase| phase != Phase::Serving) => return,
            };
        }
    }

    pub(super) async fn end(self) {
        let is_told = self.api.has_extension();
        self.process.end(is_told).await;
        self.server.abort();
    }

    /// Waits until the process asks for its first event.
    async fn init(&mut self) -> Result<Next, FunctionError> {
        let mut time = pin!(sleep(START));
        loop {
            tokio::select! {
                biased;
                said = self.said.recv() => match said {
                    Some(Said::Next(next)) => return Ok(next),
                    Some(Said::InitFailed(error)) => return Err(error),
                    _ => {}
                },
                reason = self.process.exited() => return Err(FunctionError::new("Runtime.ExitError", format!("Error: {reason}"))),
                () = &mut time => {
                    let message = format!("Error: the init phase took longer than {} seconds", START.as_secs());
                    return Err(FunctionError { is_timeout: true, ..FunctionError::new("Sandbox.Timedout", message) });
                }
                () = told(&mut self.phase, |phase| phase == Phase::Ending) => {
                    return Err(FunctionError::new("Sandbox.Failure", "the service is ending"));
                }
            }
        }
    }

    async fn not_initialized(&mut self, job: Job, error: FunctionError) {
        self.process.log.flush().await;
        let status = if error.is_timeout { "timeout" } else { "error" };
        let millis = self.started.elapsed().as_secs_f64() * 1000.0;
        let line = format!(
            "INIT_REPORT Init Duration: {millis:.2} ms\tPhase: init\tStatus: {status}\tError Type: {}",
            error.kind
        );
        self.process.log.add(&line, true);
        let (end, tail) = oneshot::channel();
        _ = end.send(self.process.log.tail());
        _ = job.reply.send(Reply { answer: Answer::Whole(Err(error)), tail });
    }

    /// Has the process answer; gives what it takes the next event with, or nothing where it cannot go on.
    async fn invocation(&mut self, next: Next, job: Job, init: Option<Duration>) -> Option<Next> {
        let Job { invocation, reply } = job;
        let id = invocation.request_id.clone();
        let timeout = Duration::from_secs(self.function.plan.timeout_seconds);
        self.process.log.begin(&format!("START RequestId: {id} Version: $LATEST"));
        self.api.expect(Some(&id));
        let deadline_millis = Moment::now().plus(timeout).millis();
        let delivery = Delivery { invocation, deadline_millis, arn: self.function.arn.clone() };
        let begun = Instant::now();
        let (end, tail) = oneshot::channel();
        let mut waiting = Waiting { reply: Some((reply, tail)) };
        let mut answered = Answered::default();
        // A runtime whose connection has broken asks again.
        _ = next.send(delivery.clone());
        let ended = self.until_end(delivery, timeout, &mut waiting, &mut answered).await;
        self.api.expect(None);
        let duration = begun.elapsed();
        self.process.log.flush().await;

        let outcome = answered.result.unwrap_or_else(|| Err(self.unanswered(&id, timeout, &ended)));
        self.log_end(&id, &ended, outcome.as_ref().err(), duration, init);
        // Whoever asked may have gone.
        _ = end.send(self.process.log.tail());
        waiting.send(outcome);
        match ended {
            Ended::Next(next) => Some(next),
            _ => None,
        }
    }

    async fn until_end(
        &mut self,
        delivery: Delivery,
        timeout: Duration,
        waiting: &mut Waiting,
        answered: &mut Answered,
    ) -> Ended {
        let mut time = pin!(sleep(timeout));
        let mut hold = pin!(sleep(timeout));
        loop {
            tokio::select! {
                biased;
                said = self.said.recv() => match said {
                    Some(Said::Next(next)) if answered.result.is_some() => return Ended::Next(next),
                    Some(Said::Next(next)) => _ = next.send(delivery.clone()),
                    // A runtime whose answer was refused may report that, too.
                    Some(Said::Answered(_)) if answered.result.is_some() => {}
                    Some(Said::Answered(result)) => {
                        answered.result = Some(result.map(Some));
                        hold.as_mut().reset(tokio::time::Instant::now() + HOLD);
                    }
                    Some(Said::Streaming { content_type, pieces }) => waiting.stream(content_type, pieces),
                    Some(Said::Streamed(result)) => answered.result = Some(result.map(|()| None)),
                    Some(Said::InitFailed(_)) | None => {}
                },
                reason = self.process.exited() => return Ended::Exited(reason),
                () = &mut time => return Ended::TimedOut,
                () = &mut hold, if answered.result.is_some() && waiting.reply.is_some() => {
                    waiting.send(answered.result.clone().expect("it was answered"));
                }
                () = told(&mut self.phase, |phase| phase == Phase::Ending) => return Ended::Stopped,
            }
        }
    }

    /// Why there is no answer.
    fn unanswered(&self, id: &str, timeout: Duration, ended: &Ended) -> FunctionError {
        match ended {
            Ended::TimedOut => FunctionError::timed_out(id, timeout.as_secs_f64()),
            Ended::Exited(reason) => {
                FunctionError::new("Runtime.ExitError", format!("RequestId: {id} Error: {reason}"))
            }
            Ended::Next(_) | Ended::Stopped => {
                FunctionError::new("Sandbox.Failure", format!("RequestId: {id} Error: the service is ending"))
            }
        }
    }

    fn log_end(
        &self,
        id: &str,
        ended: &Ended,
        error: Option<&FunctionError>,
        duration: Duration,
        init: Option<Duration>,
    ) {
        let log = &self.process.log;
        match ended {
            Ended::TimedOut => {
                log.add(&FunctionError::timeout_line(id, duration.as_secs_f64()), true);
            }
            Ended::Exited(reason) => log.add(&format!("RequestId: {id} Error: {reason}"), true),
            _ => {}
        }
        log.add(&format!("END RequestId: {id}"), false);
        let failure = match ended {
            Ended::TimedOut => Some("Status: timeout".to_owned()),
            _ => error.map(|error| format!("Status: error\tError Type: {}", error.kind)),
        };
        let memory = self.function.plan.memory;
        let used = self.process.peak_memory();
        log.add(&Report { id, duration, init, memory, used, failure }.to_string(), true);
    }
}

/// Who waits for the answer, until it is sent.
struct Waiting {
    reply: Option<(oneshot::Sender<Reply>, oneshot::Receiver<String>)>,
}

impl Waiting {
    fn send(&mut self, outcome: Result<Option<bytes::Bytes>, FunctionError>) {
        if let Some((reply, tail)) = self.reply.take() {
            // Whoever asked may have gone.
            _ = reply.send(Reply { answer: Answer::Whole(outcome.map(Option::unwrap_or_default)), tail });
        }
    }

    fn stream(&mut self, content_type: String, pieces: mpsc::Receiver<super::invocation::Piece>) {
        if let Some((reply, tail)) = self.reply.take() {
            _ = reply.send(Reply { answer: Answer::Stream { content_type, pieces }, tail });
        }
    }
}
