//! A process of the service that serves one function, and what it writes.

use std::{
    io,
    os::fd::OwnedFd,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::unix::pipe,
    process::{Child, Command},
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{clock::Moment, plan::FunctionPlan};

/// Where lines go that people read: the function's name and the line.
pub(crate) type Sink = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// How functions are started.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) program: PathBuf,
    pub(crate) region: String,
    pub(crate) log_level: &'static str,
    /// Where functions reach the connections of the WebSocket API, if they are served.
    pub(crate) connections: Option<String>,
    pub(crate) sink: Sink,
}

/// What Lambda gives a process for its shutdown hooks:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
const SHUTDOWN: Duration = Duration::from_millis(500);

/// The variable by which the SDKs, and Sparta's sender, find the management API of WebSocket APIs.
const CONNECTIONS: &str = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";

/// A process, with everything that it starts; killed when it is dropped.
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
    pub(super) log: Log,
}

impl Process {
    pub(super) fn start(start: &Start, function: &FunctionPlan, runtime_api: &str) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&start.program);
        for (name, value) in function.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())) {
            // What is set where this runs is meant: a table of one's own, a secret.
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if std::env::var_os(name).is_none() {
                command.env(name, &start.region);
            }
        }
        if let Some(address) = start.connections.as_ref().filter(|_| std::env::var_os(CONNECTIONS).is_none()) {
            command.env(CONNECTIONS, address);
        }
        if start.connections.is_some() && !has_credentials() {
            // What is sent to connections has to be signed, and here it does not count with what.
            command.envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")]);
        }
        command.envs(lambda_variables(start, function, runtime_api));
        if let Ok(folder) = std::env::current_dir() {
            command.env("LAMBDA_TASK_ROOT", folder);
        }
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        drop(command);
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let log = Log::read(reader.into(), &function.name, Arc::clone(&start.sink))?;
        Ok(Self { child, group, log })
    }

    /// Waits until it has ended.
    pub(super) async fn exited(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => reason(status),
            Err(error) => format!("Runtime exited with error: {error}"),
        }
    }

    /// Ends it and everything that it has started; what has shutdown hooks is told before.
    pub(super) async fn end(mut self, is_told: bool) {
        if is_told {
            self.signal(Signal::TERM);
            _ = timeout(SHUTDOWN, self.child.wait()).await;
        }
        self.signal(Signal::KILL);
        _ = self.child.wait().await;
        self.log.flush().await;
    }

    /// The most memory that it has had, in MB.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group that is gone needs no signal.
            _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Whether functions find credentials of AWS where this runs.
pub(crate) fn has_credentials() -> bool {
    const VARIABLES: [&str; 7] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
    ];
    let has_file = |name: &str| std::env::home_dir().is_some_and(|home| home.join(".aws").join(name).exists());
    VARIABLES.iter().any(|name| std::env::var_os(name).is_some()) || has_file("credentials") || has_file("config")
}

/// What Lambda sets itself.
fn lambda_variables(start: &Start, function: &FunctionPlan, runtime_api: &str) -> [(&'static str, String); 11] {
    let stream = format!("{}/[$LATEST]{:032x}", Moment::now().day(), fastrand::u128(..));
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("_HANDLER", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.function_name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.function_name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("AWS_LAMBDA_LOG_FORMAT", "Text".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", start.log_level.to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

/// Why a process has ended, in Lambda's words.
fn reason(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (_, Some(6)) => "Runtime exited with error: signal: aborted".to_owned(),
        (_, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
        (_, Some(11)) => "Runtime exited with error: signal: segmentation fault".to_owned(),
        (_, signal) => format!("Runtime exited with error: signal: {}", signal.unwrap_or_default()),
    }
}

/// Lambda returns this much of an invocation's log.
const TAIL: usize = 4096;

/// What a process writes, line by line.
pub(super) struct Log {
    function: String,
    sink: Sink,
    tail: Arc<Mutex<String>>,
    flush: mpsc::Sender<oneshot::Sender<()>>,
}

impl Log {
    fn read(reader: OwnedFd, function: &str, sink: Sink) -> io::Result<Self> {
        let mut lines = BufReader::new(pipe::Receiver::from_owned_fd(reader)?).lines();
        let tail = Arc::new(Mutex::new(String::new()));
        let (flush, mut flushes) = mpsc::channel::<oneshot::Sender<()>>(1);
        let log = Self { function: function.to_owned(), sink, tail, flush };
        let (function, sink, tail) = (log.function.clone(), Arc::clone(&log.sink), Arc::clone(&log.tail));
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    // What was written comes before anybody hears that it was read.
                    biased;
                    line = lines.next_line() => match line {
                        Ok(Some(line)) => {
                            push(&tail, &line);
                            sink(&function, &line);
                        }
                        Ok(None) => break,
                        // Text that is not UTF-8.
                        Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
                        Err(_) => break,
                    },
                    flush = flushes.recv() => match flush {
                        Some(done) => _ = done.send(()),
                        None => break,
                    },
                }
            }
        });
        Ok(log)
    }

    /// Begins the log of another invocation.
    pub(super) fn begin(&self, line: &str) {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).clear();
        push(&self.tail, line);
    }

    /// Adds a line of Lambda's own; those that people look for are shown.
    pub(super) fn add(&self, line: &str, is_shown: bool) {
        push(&self.tail, line);
        if is_shown {
            (self.sink)(&self.function, line);
        }
    }

    /// Waits until everything is read that was written before.
    pub(super) async fn flush(&self) {
        // The event loop looks once more what is there.
        tokio::task::yield_now().await;
        let (done, flushed) = oneshot::channel();
        if self.flush.send(done).await.is_ok() {
            _ = flushed.await;
        }
    }

    pub(super) fn tail(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn push(tail: &Mutex<String>, line: &str) {
    let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
    tail.push_str(line);
    tail.push('\n');
    let mut excess = tail.len().saturating_sub(TAIL);
    while !tail.is_char_boundary(excess) {
        excess += 1;
    }
    tail.drain(..excess);
}
