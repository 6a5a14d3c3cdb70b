//! A service that runs as Lambda would run it, and what the kernel says about its process.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::Result;
use crate::api::{ACCEPTED, Peer, RuntimeApi, invocation};
use crate::call::Call;

/// Long enough for a large event under callgrind.
const PATIENCE: Duration = Duration::from_secs(60);
const TIMEOUT_MS: u128 = 30_000;

/// A running service that waits for an event.
pub(crate) struct Service {
    child: Child,
    api: RuntimeApi,
    waiting: Peer,
    invocations: u64,
    /// From just before the process was made to its first call for an event.
    pub started_in: Duration,
}

impl Service {
    /// Starts `binary` and waits until it asks for an event.
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        Self::start_as(Command::new(binary), binary)
    }

    /// Starts `binary` through `command`, and waits until it asks for an event.
    pub(crate) fn start_as(mut command: Command, binary: &Path) -> Result<Self> {
        let mut api = RuntimeApi::start()?;
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "hello")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_LEVEL", "INFO")
            .env("AWS_REGION", "eu-west-1")
            .env("_HANDLER", "hello")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let begin = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("cannot start {}: {error}", binary.display()))?;
        let first = api.wait(PATIENCE);
        let started_in = begin.elapsed();
        match first {
            Ok((waiting, Call::Next)) => Ok(Self { child, api, waiting, invocations: 0, started_in }),
            other => {
                let _ = child.kill();
                let status = child.wait()?;
                let binary = binary.display();
                Err(format!("{binary} did not ask for an event ({status}): {other:?}").into())
            }
        }
    }

    /// Hands out one event; the answer, and the time until all of it was there.
    pub(crate) fn invoke(&mut self, event: &[u8]) -> Result<(Vec<u8>, Duration)> {
        self.invocations += 1;
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", self.invocations);
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() + TIMEOUT_MS;
        let invocation = invocation(&id, deadline, event);
        let begin = Instant::now();
        self.api.answer(self.waiting, &invocation)?;
        let (peer, call) = self.api.wait(PATIENCE)?;
        let round_trip = begin.elapsed();
        let body = match call {
            Call::Response { id: answered, body } if answered == id => body,
            other => return Err(format!("no response to invocation {id}: {other:?}").into()),
        };
        self.api.answer(peer, ACCEPTED)?;
        match self.api.wait(PATIENCE)? {
            (peer, Call::Next) => self.waiting = peer,
            (_, other) => {
                return Err(format!("no call for an event after invocation {id}: {other:?}").into());
            }
        }
        Ok((body, round_trip))
    }

    /// Fails unless the service answers `event` with status 200 and the text `hello`.
    pub(crate) fn check(&mut self, event: &[u8]) -> Result<()> {
        let (answer, _) = self.invoke(event)?;
        let json: Value = serde_json::from_slice(&answer)?;
        match (&json["statusCode"], &json["body"], &json["isBase64Encoded"]) {
            (status, body, Value::Bool(false)) if status == 200 && body == "hello" => Ok(()),
            _ => Err(format!("expected status 200 and `hello`, got {}", String::from_utf8_lossy(&answer)).into()),
        }
    }

    /// Connections that the service has made so far.
    pub(crate) fn connections(&self) -> usize {
        self.api.connections()
    }

    /// Processor time of all its threads so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut total = 0;
        for thread in fs::read_dir(self.proc("task"))? {
            let schedstat = fs::read_to_string(thread?.path().join("schedstat"))?;
            total += schedstat.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(total))
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> Result<u64> {
        let rollup = fs::read_to_string(self.proc("smaps_rollup"))?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:")).ok_or("smaps_rollup without Rss")?;
        Ok(line.trim_end_matches("kB").trim().parse()?)
    }

    /// Hangs up, and waits until the process ended on its own.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.api.close();
        let begin = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begin.elapsed() > PATIENCE {
                return Err("the service goes on although the Runtime API is gone".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Page faults that only took memory.
    pub(crate) fn minor_faults(&self) -> Result<u64> {
        self.stat(7)
    }

    /// Page faults that had to read from the disk.
    pub(crate) fn major_faults(&self) -> Result<u64> {
        self.stat(9)
    }

    /// A field of `/proc/PID/stat`, counted from the one behind the name.
    fn stat(&self, field: usize) -> Result<u64> {
        let stat = fs::read_to_string(self.proc("stat"))?;
        // The name of the program, in parentheses, is the only field that can hold spaces.
        let (_, fields) = stat.rsplit_once(')').ok_or("stat without a name")?;
        Ok(fields.split_whitespace().nth(field).ok_or("stat with too few fields")?.parse()?)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
