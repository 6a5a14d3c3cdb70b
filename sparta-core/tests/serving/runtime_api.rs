//! A Runtime API that hands out the events of a script, then hangs up, and remembers every report.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What one life of the service's process left behind.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// The reports, in order: `response` or `error` and their bodies.
    pub answers: Vec<(String, Value)>,
    pub init_errors: Vec<(String, Value)>,
    /// The lines of stdout that are JSON objects.
    pub logs: Vec<Value>,
    pub stdout: String,
    pub exit_code: Option<i32>,
}

impl Life {
    /// The answer to the only event.
    pub(super) fn response(&self) -> &Value {
        match &self.answers[..] {
            [(kind, body)] if kind == "response" => body,
            other => panic!("not one response: {other:?}\n{}", self.stdout),
        }
    }

    /// Type and message of the error that the only event ended in.
    pub(super) fn error(&self) -> (&str, &str) {
        match &self.answers[..] {
            [(kind, body)] if kind == "error" => described(body),
            other => panic!("not one error: {other:?}\n{}", self.stdout),
        }
    }

    /// Category, type and message of the failed start.
    pub(super) fn init_error(&self) -> (&str, &str, &str) {
        match &self.init_errors[..] {
            [(category, body)] => (category, described(body).0, described(body).1),
            other => panic!("not one failed start: {other:?}\n{}", self.stdout),
        }
    }

    /// The log lines with this message.
    pub(super) fn logged(&self, message: &str) -> Vec<&Value> {
        let matches = |line: &&Value| line["message"] == message;
        self.logs.iter().filter(matches).collect()
    }
}

fn described(body: &Value) -> (&str, &str) {
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    (text("errorType"), text("errorMessage"))
}

/// The service beside the tests: cargo compiles a package's examples with its tests.
fn service() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    let program = folder.join("examples").join(format!("serving{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "cargo did not compile {}: leave out `--test`, or add `--examples`", program.display());
    program
}

/// Lets the service serve `handler` until the events are used up.
pub(super) fn serve(handler: &str, variables: &[(&str, &str)], events: &[Value]) -> Life {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let state =
        Arc::new(Mutex::new(State { events: events.iter().map(Value::to_string).collect(), ..State::default() }));
    let shared = state.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let shared = shared.clone();
            std::thread::spawn(move || answer_connection(stream.unwrap(), &shared));
        }
    });
    let output = command(handler, &address).envs(variables.iter().copied()).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let state = std::mem::take(&mut *state.lock().unwrap());
    Life {
        answers: state.answers,
        init_errors: state.init_errors,
        logs: logs(&stdout),
        stdout: stdout + &String::from_utf8_lossy(&output.stderr),
        exit_code: output.status.code(),
    }
}

/// The service as Lambda starts it, with a Runtime API at `address`.
pub(super) fn command(handler: &str, address: &str) -> Command {
    let mut command = Command::new(service());
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("_HANDLER", handler)
        .env("AWS_LAMBDA_FUNCTION_NAME", "shop-function")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    command
}

/// The lines that are JSON objects.
pub(super) fn logs(stdout: &str) -> Vec<Value> {
    let json = |line: &str| serde_json::from_str(&line[line.find('{')?..]).ok();
    stdout.lines().filter_map(json).collect()
}

#[derive(Default)]
struct State {
    events: VecDeque<String>,
    handed_out: usize,
    answers: Vec<(String, Value)>,
    init_errors: Vec<(String, Value)>,
}

fn answer_connection(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(&stream);
    while let Some((path, headers, body)) = read_request(&mut reader) {
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        let parts: Vec<_> = path.split('/').skip(2).collect();
        let mut state = state.lock().unwrap();
        match parts[..] {
            ["runtime", "invocation", "next"] => {
                let Some(event) = state.events.pop_front() else {
                    return;
                };
                state.handed_out += 1;
                let id = format!("lambda-runtime-aws-request-id: request-{}\r\n", state.handed_out);
                let headers = id
                    + "lambda-runtime-deadline-ms: 4102444800000\r\n\
                       lambda-runtime-trace-id: Root=1-5bef4de7\r\n";
                respond(&stream, "200 OK", &headers, &event);
                continue;
            }
            ["runtime", "invocation", id, kind] => {
                assert_eq!(id, format!("request-{}", state.handed_out));
                state.answers.push((kind.to_owned(), body));
            }
            ["runtime", "init", "error"] => {
                let category = headers["lambda-runtime-function-error-type"].clone();
                state.init_errors.push((category, body));
            }
            _ => panic!("no such path: {path}"),
        }
        respond(&stream, "202 Accepted", "", "{}");
    }
}

type Headers = BTreeMap<String, String>;

fn read_request(reader: &mut impl BufRead) -> Option<(String, Headers, String)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let path = lines[0].split(' ').nth(1)?.to_owned();
    let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
    let headers: Headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.get("content-length").map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, headers, String::from_utf8(body).unwrap()))
}

fn respond(mut stream: &TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).unwrap();
}
