//! A Runtime API that is scripted byte by byte: what it sends on each of its connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use crate::serving::runtime_api::{command, logs};

/// Long enough for the service to see what came before.
const PAUSE: Duration = Duration::from_millis(5);

/// What the API does about one call. A connection whose turns are used up is closed.
pub(super) enum Turn {
    Send(Vec<u8>),
    /// Sends the parts one after the other.
    SendSlowly(Vec<Vec<u8>>),
    /// Answers before the call's body was read, and closes the connection.
    Refuse(Vec<u8>),
    /// Reads so much of the call, and closes the connection, or resets it.
    HangUp(After, End),
    /// Sends `SIGTERM` to the service and leaves the call unanswered.
    Terminate,
    /// Leaves the call unanswered.
    Wait,
}

/// How much of a call is read before the connection ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum After {
    Head,
    /// So many bytes of the body as it is sent, chunks with their sizes.
    Bytes(usize),
    Whole,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Close,
    Reset,
}

/// A call as it came, with a body whose chunks are joined.
#[derive(Debug)]
pub(super) struct Call {
    pub connection: usize,
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub trailers: Vec<(String, String)>,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What the service did.
#[derive(Debug)]
pub(super) struct Record {
    pub calls: Vec<Call>,
    pub logs: Vec<serde_json::Value>,
    pub output: String,
    pub exit_code: Option<i32>,
}

impl Record {
    /// Method and path of each call.
    pub(super) fn lines(&self) -> Vec<&str> {
        self.calls.iter().map(|call| call.line.trim_end_matches(" HTTP/1.1")).collect()
    }

    pub(super) fn logged(&self, message: &str) -> usize {
        self.logs.iter().filter(|line| line["message"].as_str().is_some_and(|text| text.contains(message))).count()
    }
}

/// An event, sent with its length.
pub(super) fn event(id: &str, event: &str) -> Turn {
    Turn::Send(format!("{}content-length: {}\r\n\r\n{event}", head(id), event.len()).into_bytes())
}

pub(super) fn head(id: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n")
}

pub(super) fn status(line: &str) -> Turn {
    Turn::Send(format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n").into_bytes())
}

pub(super) fn accepted() -> Turn {
    status("202 Accepted")
}

/// Lets the service serve `handler` against connections that behave as scripted; further ones are refused.
pub(super) fn play(handler: &str, variables: &[(&str, &str)], connections: Vec<Vec<Turn>>) -> Record {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (calls, made) = channel();
    let (end, ended) = channel::<()>();
    let mut command = command(handler, &address);
    let child = command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let api = thread::spawn(move || {
        let mut conversations = Vec::new();
        for (connection, turns) in connections.into_iter().enumerate() {
            let Some(stream) = accept(&listener, &ended) else { break };
            let calls = calls.clone();
            conversations.push(thread::spawn(move || converse(connection, stream, turns, &calls, pid)));
        }
        drop((listener, calls));
        // What is left without an answer stays open until the service ended.
        let _ = ended.recv();
        conversations.into_iter().for_each(|conversation| drop(conversation.join().unwrap()));
    });
    let output = child.wait_with_output().unwrap();
    drop(end);
    api.join().unwrap();
    record(&made, &output)
}

/// The next connection, or none when the service ended without making it.
fn accept(listener: &TcpListener, ended: &Receiver<()>) -> Option<TcpStream> {
    listener.set_nonblocking(true).unwrap();
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false).unwrap();
            return Some(stream);
        }
        if let Err(TryRecvError::Disconnected) = ended.try_recv() {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn record(calls: &Receiver<Call>, output: &std::process::Output) -> Record {
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    Record {
        calls: calls.try_iter().collect(),
        logs: logs(&stdout),
        output: stdout + &String::from_utf8_lossy(&output.stderr),
        exit_code: output.status.code(),
    }
}

/// Plays the turns, and gives the connection back while it is to stay open.
fn converse(number: usize, stream: TcpStream, turns: Vec<Turn>, calls: &Sender<Call>, pid: u32) -> Option<TcpStream> {
    let mut reader = BufReader::new(stream);
    for turn in turns {
        if let Turn::Refuse(reply) = &turn {
            line(&mut reader)?;
            headers(&mut reader)?;
            reader.get_mut().write_all(reply).ok()?;
            thread::sleep(PAUSE);
            return None;
        }
        if let Turn::HangUp(after, end) = turn {
            return hang_up(number, reader, after, end);
        }
        let call = receive(number, &mut reader)?;
        let _ = calls.send(call);
        match turn {
            Turn::Refuse(_) | Turn::HangUp(..) => return None,
            Turn::SendSlowly(parts) => {
                for part in parts {
                    reader.get_mut().write_all(&part).ok()?;
                    thread::sleep(PAUSE);
                }
            }
            Turn::Send(bytes) => reader.get_mut().write_all(&bytes).ok()?,
            Turn::Wait => return Some(reader.into_inner()),
            Turn::Terminate => {
                let kill = Command::new("kill").args(["-TERM", &pid.to_string()]).status().unwrap();
                assert!(kill.success());
                return Some(reader.into_inner());
            }
        }
    }
    None
}

fn hang_up(number: usize, mut reader: BufReader<TcpStream>, after: After, end: End) -> Option<TcpStream> {
    match after {
        After::Head | After::Bytes(_) => {
            line(&mut reader)?;
            headers(&mut reader)?;
        }
        After::Whole => drop(receive(number, &mut reader)?),
    }
    if let After::Bytes(size) = after {
        reader.read_exact(&mut vec![0; size]).ok()?;
    }
    if let End::Reset = end {
        socket2::SockRef::from(reader.get_ref()).set_linger(Some(Duration::ZERO)).unwrap();
    }
    None
}

fn receive(connection: usize, reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let line = line(reader)?;
    let headers = headers(reader)?;
    let find = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (mut body, mut trailers) = (Vec::new(), Vec::new());
    if find("transfer-encoding") == Some("chunked") {
        loop {
            let size = usize::from_str_radix(&self::line(reader)?, 16).unwrap();
            if size == 0 {
                trailers = self::headers(reader)?;
                break;
            }
            let start = body.len();
            body.resize(start + size, 0);
            reader.read_exact(&mut body[start..]).ok()?;
            assert_eq!(self::line(reader)?, "");
        }
    } else {
        body.resize(find("content-length").map_or(0, |size| size.parse().unwrap()), 0);
        reader.read_exact(&mut body).ok()?;
    }
    Some(Call { connection, line, headers, body, trailers })
}

fn headers(reader: &mut BufReader<TcpStream>) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(": ") else { return Some(headers) };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
}

fn line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let size = reader.read_line(&mut line).ok()?;
    (size > 0).then(|| line.trim_end_matches("\r\n").to_owned())
}
