//! A Runtime API server of one thread: what Lambda is to a service, without anything that takes time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

const PREFIX: &str = "/2018-06-01/runtime/";

/// What a service says to Lambda.
#[derive(Debug, PartialEq)]
pub enum Call {
    /// It is ready for an event.
    Next,
    /// Its answer to the invocation `id`.
    Response { id: String, body: Vec<u8> },
    /// Its failure, of one invocation or to start.
    Error { path: String, body: Vec<u8> },
}

/// The connection that a call came over, and that its answer goes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer(usize);

/// A Runtime API server.
pub struct RuntimeApi {
    listener: TcpListener,
    peers: Vec<Option<Connection>>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback device.
    pub fn start() -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
            peers: Vec::new(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// How many connections were ever made to it.
    pub fn connections(&self) -> usize {
        self.peers.len()
    }

    /// The next call, or `TimedOut` when none comes within `patience`.
    pub fn wait(&mut self, patience: Duration) -> io::Result<(Peer, Call)> {
        loop {
            for (number, peer) in self.peers.iter_mut().enumerate() {
                if let Some(call) = peer
                    .as_mut()
                    .map(Connection::take_call)
                    .transpose()?
                    .flatten()
                {
                    return Ok((Peer(number), call));
                }
            }
            self.receive(patience)?;
        }
    }

    fn receive(&mut self, patience: Duration) -> io::Result<()> {
        let open: Vec<usize> = (0..self.peers.len())
            .filter(|&number| self.peers[number].is_some())
            .collect();
        let streams = self
            .peers
            .iter()
            .flatten()
            .map(|peer| PollFd::new(&peer.stream, PollFlags::IN));
        let mut sources: Vec<PollFd<'_>> = streams
            .chain([PollFd::new(&self.listener, PollFlags::IN)])
            .collect();
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        if poll(&mut sources, Some(&patience))? == 0 {
            return Err(ErrorKind::TimedOut.into());
        }
        let ready: Vec<bool> = sources
            .iter()
            .map(|source| !source.revents().is_empty())
            .collect();
        for number in open
            .iter()
            .zip(&ready)
            .filter(|(_, ready)| **ready)
            .map(|(number, _)| *number)
        {
            let still_open = self.peers[number]
                .as_mut()
                .is_some_and(|peer| peer.receive().is_ok_and(|size| size > 0));
            if !still_open {
                self.peers[number] = None;
            }
        }
        if ready.last() == Some(&true) {
            let (stream, _) = self.listener.accept()?;
            stream.set_nodelay(true)?;
            self.peers.push(Some(Connection {
                stream,
                received: Vec::new(),
            }));
        }
        Ok(())
    }

    /// Sends an answer made by [`invocation`] or [`ACCEPTED`].
    pub fn answer(&mut self, peer: Peer, answer: &[u8]) -> io::Result<()> {
        let connection = self.peers[peer.0]
            .as_mut()
            .ok_or(ErrorKind::ConnectionAborted)?;
        connection.stream.write_all(answer)
    }
}

/// What Lambda answers to a response.
pub const ACCEPTED: &[u8] =
    b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}";

/// What Lambda answers to a service that asks for the next event.
pub fn invocation(id: &str, deadline_ms: u128, event: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: {deadline_ms}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:123456789012:function:hello\r\n\
         lambda-runtime-trace-id: Root=1-68f0e1d2-0a1b2c3d4e5f60718293a4b5;Sampled=0\r\n\r\n",
        event.len(),
    );
    [head.as_bytes(), event].concat()
}

impl Connection {
    fn receive(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 16 * 1024];
        let size = self.stream.read(&mut chunk)?;
        self.received.extend_from_slice(&chunk[..size]);
        Ok(size)
    }

    /// Takes a request out of what was received, once all of it is there.
    fn take_call(&mut self) -> io::Result<Option<Call>> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(&self.received).map_err(invalid)?
        else {
            return Ok(None);
        };
        let Some((body, end)) = body(request.headers, &self.received[head..])? else {
            return Ok(None);
        };
        let call = call(
            request.method.unwrap_or_default(),
            request.path.unwrap_or_default(),
            body,
        )?;
        self.received.drain(..head + end);
        Ok(Some(call))
    }
}

/// The body and the bytes that it takes up, once all of it is there.
fn body(headers: &[httparse::Header<'_>], received: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let header = |name: &str| {
        headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
    };
    if header("transfer-encoding").is_some() {
        return chunks(received);
    }
    let Some(length) = header("content-length") else {
        return Ok(Some((Vec::new(), 0)));
    };
    let length = std::str::from_utf8(length.value)
        .map_err(invalid)?
        .parse()
        .map_err(invalid)?;
    Ok(received.get(..length).map(|body| (body.to_vec(), length)))
}

fn chunks(received: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let size = httparse::parse_chunk_size(&received[at..])
            .map_err(|_| invalid("the size of a chunk"))?;
        let httparse::Status::Complete((head, size)) = size else {
            return Ok(None);
        };
        let start = at + head;
        let end = start + size as usize;
        let Some(chunk) = received
            .get(start..end)
            .filter(|_| received.len() >= end + 2)
        else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        at = end + 2;
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

fn call(method: &str, path: &str, body: Vec<u8>) -> io::Result<Call> {
    let action = path.strip_prefix(PREFIX).unwrap_or_default();
    let invocation = action
        .strip_prefix("invocation/")
        .and_then(|rest| rest.split_once('/'));
    match (method, action, invocation) {
        ("GET", "invocation/next", _) => Ok(Call::Next),
        ("POST", _, Some((id, "response"))) => Ok(Call::Response {
            id: id.to_owned(),
            body,
        }),
        ("POST", "init/error", _) | ("POST", _, Some((_, "error"))) => Ok(Call::Error {
            path: path.to_owned(),
            body,
        }),
        _ => Err(invalid(format!(
            "`{method} {path}` is not a call of the Runtime API that the benchmark knows"
        ))),
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
