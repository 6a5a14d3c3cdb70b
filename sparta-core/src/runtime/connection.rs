//! HTTP/1.1 as the Runtime API speaks it: one connection, kept alive, one call at a time.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Write};
use std::mem::{self, MaybeUninit};

use httparse::Header;
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::reply::{Replies, Reply};

/// Copying a body of this size behind its head is cheaper than handing the kernel two pieces.
const SMALL: usize = 4 * 1024;
const AGENT: &str = concat!("\r\nuser-agent: sparta-lambda/", env!("CARGO_PKG_VERSION"), "\r\n");

/// A call of the Runtime API.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) method: &'static str,
    /// The parts that the path is joined from.
    pub(super) path: [&'a str; 3],
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// A call without one asks.
    pub(super) body: Option<&'a [u8]>,
}

/// Where an API is: `host:port`, and for some emulators the path that it is under.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Endpoint {
    pub(super) authority: String,
    base: String,
}

impl Endpoint {
    /// Reads `host:port`, with `http://` before it or a path behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("http://").unwrap_or(text);
        let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = authority.rsplit_once(':')?;
        let is_valid = !host.is_empty() && !rest.contains(char::is_whitespace) && port.parse::<u16>().is_ok();
        is_valid.then(|| Self { authority: authority.to_owned(), base: base.trim_end_matches('/').to_owned() })
    }
}

/// Reads the headers of an answer.
pub(super) type Read<'a> = &'a mut (dyn FnMut(&[Header<'_>]) + Send);

/// A connection to the Runtime API, made when it is needed.
pub(super) struct Connection {
    endpoint: Endpoint,
    stream: Option<TcpStream>,
    replies: Replies,
    head: Vec<u8>,
}

impl Connection {
    /// A connection that is not made yet.
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, stream: None, replies: Replies::default(), head: Vec::new() }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Drops the connection, which the next call makes again.
    pub(super) fn close(&mut self) {
        self.stream = None;
        self.replies.clear();
    }

    /// Makes a call, and has the headers of its answer read. If the connection turns out to have been closed since the
    /// last one, it is made again, once.
    pub(super) async fn call(&mut self, call: Call<'_>, read: Read<'_>) -> io::Result<Reply> {
        let was_open = self.stream.is_some();
        match self.exchange(call, read).await {
            Err(error) if was_open && is_closed(&error) => self.exchange(call, read).await,
            result => result,
        }
    }

    async fn exchange(&mut self, call: Call<'_>, read: Read<'_>) -> io::Result<Reply> {
        match call.body {
            Some(body) => self.write_head(call, format_args!("content-length: {}\r\n", body.len())),
            None => self.write_head(call, format_args!("")),
        }
        let sent = self.send(call.body.unwrap_or_default()).await;
        self.conclude(sent, read).await
    }

    /// Begins a call whose body is sent in chunks.
    pub(super) async fn begin(&mut self, call: Call<'_>) -> io::Result<()> {
        self.close_if_stale();
        self.write_head(call, format_args!("transfer-encoding: chunked\r\n"));
        self.send(&[]).await.inspect_err(|_| self.close())
    }

    /// Sends a chunk of the body.
    pub(super) async fn chunk(&mut self, data: &[u8]) -> io::Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        self.head.clear();
        write!(self.head, "{:x}\r\n", data.len())?;
        self.send(data).await?;
        self.head.clear();
        self.head.extend_from_slice(b"\r\n");
        self.send(&[]).await
    }

    /// Waits until the other side answers or hangs up although the call is not made yet.
    pub(super) async fn interrupted(&self) -> io::Error {
        let Some(stream) = &self.stream else { return ErrorKind::NotConnected.into() };
        match stream.peek(&mut [0]).await {
            Ok(_) => ErrorKind::ConnectionAborted.into(),
            Err(error) => error,
        }
    }

    /// Ends the body, and reads the answer.
    pub(super) async fn end(&mut self, sent: io::Result<()>, trailers: &[(&str, &str)]) -> io::Result<Reply> {
        self.head.clear();
        self.head.extend_from_slice(b"0\r\n");
        for (name, value) in trailers {
            write!(self.head, "{name}: {value}\r\n")?;
        }
        self.head.extend_from_slice(b"\r\n");
        let sent = match sent {
            Ok(()) => self.send(&[]).await,
            failed => failed,
        };
        self.conclude(sent, &mut ignored).await
    }

    /// A refusal may come before everything is sent: then the answer says more than the broken connection.
    async fn conclude(&mut self, sent: io::Result<()>, read: Read<'_>) -> io::Result<Reply> {
        let reply = match &mut self.stream {
            Some(stream) => self.replies.next(stream, read).await,
            None => Err(ErrorKind::NotConnected.into()),
        };
        // What comes before the next call is made cannot be the answer to it.
        let goes_on = reply.as_ref().is_ok_and(|reply| reply.stays_open) && !self.replies.has_more();
        if sent.is_err() || !goes_on {
            self.close();
        }
        match (sent, reply) {
            (Err(error), Err(_)) => Err(error),
            (_, reply) => reply,
        }
    }

    fn write_head(&mut self, call: Call<'_>, framing: fmt::Arguments<'_>) {
        self.head.clear();
        let Endpoint { authority, base } = &self.endpoint;
        let [start, middle, end] = call.path;
        let first = [call.method, " ", base, start, middle, end, " HTTP/1.1\r\nhost: ", authority, AGENT];
        first.iter().for_each(|part| self.head.extend_from_slice(part.as_bytes()));
        for (name, value) in call.headers {
            [name, ": ", value, "\r\n"].iter().for_each(|part| self.head.extend_from_slice(part.as_bytes()));
        }
        // Writing to memory does not fail.
        let _ = write!(self.head, "{framing}\r\n");
    }

    /// Writes the head and `body` behind it, in one go if the kernel takes it.
    async fn send(&mut self, mut body: &[u8]) -> io::Result<()> {
        if body.len() <= SMALL {
            self.head.extend_from_slice(mem::take(&mut body));
        }
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.endpoint.authority.as_str()).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
            self.replies.clear();
        }
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        if body.is_empty() {
            return stream.write_all(&self.head).await;
        }
        let mut sent = 0;
        while sent < self.head.len() {
            sent += match stream.write_vectored(&[IoSlice::new(&self.head[sent..]), IoSlice::new(body)]).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                size => size,
            };
        }
        stream.write_all(&body[sent - self.head.len()..]).await
    }

    /// Asks the kernel: what tokio knows of the connection is as old as the last time that the event loop slept.
    fn close_if_stale(&mut self) {
        let is_open = |stream: &TcpStream| {
            let read = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
            read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        };
        if !self.stream.as_ref().is_some_and(is_open) {
            self.close();
        }
    }
}

pub(super) fn ignored(_: &[Header<'_>]) {}

fn is_closed(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_host_and_a_port_and_with_some_emulators_a_path() {
        let parsed = |text: &str| Endpoint::parse(text).map(|Endpoint { authority, base }| (authority, base));
        let endpoint = |authority: &str, base: &str| Some((authority.to_owned(), base.to_owned()));
        assert_eq!(parsed("127.0.0.1:9001"), endpoint("127.0.0.1:9001", ""));
        assert_eq!(parsed("http://[::1]:9000/.rt/hello/"), endpoint("[::1]:9000", "/.rt/hello"));
        for wrong in ["", "127.0.0.1", ":9001", "lambda:port", "https://lambda:443", "lam bda:9001", "lambda:99999"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
