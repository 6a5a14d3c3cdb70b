//! A server on a loopback port that answers as AWS would, from a script, and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};

#[derive(Clone)]
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: String,
        body: String,
    },
    Drop,
    /// No answer on a connection that stays.
    Silence,
}

impl Answer {
    pub(crate) fn xml(status: u16, body: String) -> Self {
        Self::Reply { status, headers: "content-type: text/xml\r\n".into(), body }
    }

    pub(crate) fn result(call: &str, inner: &str) -> Self {
        Self::xml(200, format!("<{call}Response><{call}Result>{inner}</{call}Result></{call}Response>"))
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Reply {
            status,
            headers: "content-type: text/xml\r\nx-amzn-requestid: r-1\r\n".into(),
            body: format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 </ErrorResponse>"
            ),
        }
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Reply { status, headers: "content-type: application/x-amz-json-1.1\r\n".into(), body: body.into() }
    }

    /// An error of a service that speaks JSON.
    pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Self {
        Self::Reply {
            status,
            headers: "content-type: application/x-amz-json-1.1\r\nx-amzn-requestid: r-1\r\n".into(),
            body: serde_json::json!({ "__type": code, "message": message }).to_string(),
        }
    }

    pub(crate) fn head(status: u16, headers: &str) -> Self {
        Self::Reply { status, headers: headers.into(), body: String::new() }
    }
}

/// Answers by call: each call has its own, of which the last is given again and again.
type Answers = BTreeMap<String, VecDeque<Answer>>;

/// Stands among the answers once a change set was executed: as in AWS, it is no longer available then.
const EXECUTED: &str = "executed";

pub(crate) struct Script {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone)]
pub(crate) struct Seen {
    pub call: String,
    pub head: String,
    pub body: String,
}

impl Seen {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.to_lowercase() == name).map(|(_, value)| value.to_owned())
    }
}

impl Script {
    pub(crate) fn new<const N: usize>(answers: [(&str, Vec<Answer>); N]) -> Self {
        Self::of(answers.into())
    }

    pub(crate) fn of(answers: Vec<(&str, Vec<Answer>)>) -> Self {
        let answers: Answers = answers.into_iter().map(|(call, list)| (call.to_owned(), list.into())).collect();
        let answers = Arc::new(Mutex::new(answers));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                thread::spawn(move || serve(stream, &answers, &log));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn config(&self) -> SdkConfig {
        let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "key", None, None, "test")))
            .http_client(crate::aws::http::client())
            .retry_config(retries)
            .build()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The names of the calls that change something, in their order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let reads = ["Describe", "List", "Get", "HEAD", "GET"];
        let calls = self.seen().into_iter().map(|seen| seen.call);
        calls.filter(|call| !reads.iter().any(|read| call.starts_with(read))).collect()
    }

    pub(crate) fn count(&self, call: &str) -> usize {
        self.seen().iter().filter(|seen| seen.call == call).count()
    }
}

fn serve(stream: TcpStream, answers: &Mutex<Answers>, log: &Mutex<Vec<Seen>>) {
    let Some(seen) = read(&stream) else { return };
    let call = seen.call.clone();
    let is_head = seen.head.starts_with("HEAD ");
    log.lock().unwrap().push(seen);
    let mut answers = answers.lock().unwrap();
    let answer = match answers.get_mut(&call) {
        Some(list) if list.len() > 1 => list.pop_front().unwrap(),
        Some(list) => list.front().unwrap().clone(),
        None => Answer::error(400, "NotInTheScript", &call),
    };
    if call == "ExecuteChangeSet" && matches!(answer, Answer::Reply { status: 200, .. }) {
        answers.insert(EXECUTED.to_owned(), VecDeque::new());
    }
    let executed = call == "DescribeChangeSet" && answers.contains_key(EXECUTED);
    drop(answers);
    let answer = match answer {
        Answer::Reply { status, headers, body } if executed => {
            let body = body.replace("<ExecutionStatus>AVAILABLE", "<ExecutionStatus>EXECUTE_COMPLETE");
            Answer::Reply { status, headers, body }
        }
        other => other,
    };
    reply(&stream, answer, is_head, Duration::from_secs(30));
}

/// Sends an answer; a connection without one stays this long.
pub(super) fn reply(mut stream: &TcpStream, answer: Answer, is_head: bool, silence: Duration) {
    let (status, headers, body) = match answer {
        Answer::Reply { status, headers, body } => (status, headers, body),
        Answer::Drop => return,
        Answer::Silence => {
            thread::sleep(silence);
            return;
        }
    };
    let length = if is_head { 0 } else { body.len() };
    let length =
        if headers.contains("content-length") { String::new() } else { format!("content-length: {length}\r\n") };
    let body = if is_head { String::new() } else { body };
    let head = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\n{length}{headers}\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

pub(super) fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    if lower.contains("expect: 100-continue") {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Seen { call: name(&lower, &head, &body), head, body })
}

fn name(lower: &str, head: &str, body: &str) -> String {
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return action.to_owned();
    }
    if lower.contains("x-amz-target: ") {
        let line = head.lines().find(|line| line.to_lowercase().starts_with("x-amz-target: ")).unwrap();
        return line.rsplit('.').next().unwrap().to_owned();
    }
    let mut words = head.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap().trim_end_matches('/');
    match path.rsplit('/').next().unwrap() {
        "code" => "UpdateFunctionCode".into(),
        "configuration" => "GetFunctionConfiguration".into(),
        _ if target.contains("location") => "GetBucketLocation".into(),
        _ => format!("{method} {path}"),
    }
}
