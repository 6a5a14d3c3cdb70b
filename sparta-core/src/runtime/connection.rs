//! HTTP/1.1 as the Runtime API speaks it: one connection, kept alive, one call at a time.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Write};
use std::mem::{self, MaybeUninit};

use bytes::{Buf, Bytes, BytesMut};
use httparse::{Header, Status};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a read asks for at least: more than the head of any answer.
const ROOM: usize = 8 * 1024;
/// A larger buffer goes with the body that needed it.
const KEPT: usize = 1024 * 1024;
/// Lambda's events have 6 MB at most; a length beyond this one is a mistake.
const LARGEST: usize = 64 * 1024 * 1024;
/// Copying a body of this size behind its head is cheaper than handing the kernel two pieces.
const SMALL: usize = 4 * 1024;
const MOST_HEADERS: usize = 64;
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

/// What the Runtime API answers.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Bytes,
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

/// A connection to the Runtime API, made when it is needed.
pub(super) struct Connection {
    endpoint: Endpoint,
    stream: Option<TcpStream>,
    received: BytesMut,
    head: Vec<u8>,
}

struct Head {
    status: u16,
    length: Length,
    stays_open: bool,
    size: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Length {
    Known(usize),
    Chunked,
    UntilClosed,
}

impl Connection {
    /// A connection that is not made yet.
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, stream: None, received: BytesMut::new(), head: Vec::new() }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Drops the connection, which the next call makes again.
    pub(super) fn close(&mut self) {
        self.stream = None;
        self.received.clear();
    }

    /// Makes a call, and has the headers of its answer read. If the connection turns out to have been closed since the
    /// last one, it is made again, once.
    pub(super) async fn call(&mut self, call: Call<'_>, mut read: impl FnMut(&[Header<'_>])) -> io::Result<Reply> {
        let was_open = self.stream.is_some();
        match self.exchange(call, &mut read).await {
            Err(error) if was_open && is_closed(&error) => self.exchange(call, &mut read).await,
            result => result,
        }
    }

    async fn exchange(&mut self, call: Call<'_>, read: impl FnMut(&[Header<'_>])) -> io::Result<Reply> {
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
        self.conclude(sent, ignored).await
    }

    /// A refusal may come before everything is sent: then the answer says more than the broken connection.
    async fn conclude(&mut self, sent: io::Result<()>, read: impl FnMut(&[Header<'_>])) -> io::Result<Reply> {
        let reply = self.receive(read).await;
        if sent.is_err() || reply.is_err() {
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
            self.received.clear();
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

    async fn receive(&mut self, mut read: impl FnMut(&[Header<'_>])) -> io::Result<Reply> {
        let head = loop {
            match parse(&self.received, &mut read)? {
                Some(head) if (100..200).contains(&head.status) => self.received.advance(head.size),
                Some(head) => break head,
                None if self.received.len() > KEPT => return Err(invalid("the head of an answer does not end")),
                None => self.fill(ROOM).await?,
            }
        };
        self.received.advance(head.size);
        let body = match head.length {
            Length::Known(size) => self.sized(size).await?,
            Length::Chunked => self.chunked().await?,
            Length::UntilClosed => self.rest().await?,
        };
        if self.received.is_empty() && body.len() > KEPT {
            self.received = BytesMut::new();
        }
        if !head.stays_open {
            self.close();
        }
        Ok(Reply { status: head.status, body })
    }

    /// Reads what there is, with room for `size` bytes.
    async fn fill(&mut self, size: usize) -> io::Result<()> {
        checked(self.received.len())?;
        self.received.reserve(size);
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        match stream.read_buf(&mut self.received).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn sized(&mut self, size: usize) -> io::Result<Bytes> {
        while self.received.len() < size {
            // The room behind it takes the head of the next answer of this size.
            self.fill(checked(size)? - self.received.len() + ROOM).await?;
        }
        Ok(self.received.split_to(size).freeze())
    }

    /// Joins the chunks where they lie.
    async fn chunked(&mut self) -> io::Result<Bytes> {
        let (mut body, mut at) = (0, 0);
        loop {
            let size = httparse::parse_chunk_size(&self.received[at..]).map_err(|_| invalid("the size of a chunk"))?;
            let Status::Complete((head, size)) = size else {
                self.fill(ROOM).await?;
                continue;
            };
            let start = at + head;
            if size == 0 {
                let end = self.trailers(start).await?;
                let mut whole = self.received.split_to(end);
                whole.truncate(body);
                return Ok(whole.freeze());
            }
            let end = checked(start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)))?;
            while self.received.len() < end + 2 {
                self.fill(end - self.received.len() + ROOM).await?;
            }
            if self.received[end..end + 2] != *b"\r\n" {
                return Err(invalid("the end of a chunk"));
            }
            self.received.copy_within(start..end, body);
            body += end - start;
            at = end + 2;
        }
    }

    /// Where the trailers that begin at `start` end.
    async fn trailers(&mut self, start: usize) -> io::Result<usize> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            match httparse::parse_headers(&self.received[start..], &mut headers).map_err(invalid)? {
                Status::Complete((size, _)) => return Ok(start + size),
                Status::Partial => self.fill(ROOM).await?,
            }
        }
    }

    async fn rest(&mut self) -> io::Result<Bytes> {
        loop {
            match self.fill(ROOM).await {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(self.received.split().freeze()),
                Err(error) => return Err(error),
            }
        }
    }
}

fn parse(received: &[u8], read: impl FnOnce(&[Header<'_>])) -> io::Result<Option<Head>> {
    if received.is_empty() {
        return Ok(None);
    }
    let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let parsed =
        httparse::ParserConfig::default().parse_response_with_uninit_headers(&mut response, received, &mut headers);
    let Status::Complete(size) = parsed.map_err(invalid)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let (length, is_closing) = framing(status, response.headers)?;
    let stays_open = response.version == Some(1) && !is_closing && length != Length::UntilClosed;
    read(response.headers);
    Ok(Some(Head { status, length, stays_open, size }))
}

pub(super) fn ignored(_: &[Header<'_>]) {}

/// The length of the body, and whether the connection ends behind it.
fn framing(status: u16, headers: &[Header<'_>]) -> io::Result<(Length, bool)> {
    let (mut length, mut is_closing) = (Length::UntilClosed, false);
    for header in headers {
        if header.name.eq_ignore_ascii_case("content-length") && length != Length::Chunked {
            let size = std::str::from_utf8(header.value).map_err(invalid)?.trim().parse().map_err(invalid)?;
            length = Length::Known(size);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            length = Length::Chunked;
        } else if header.name.eq_ignore_ascii_case("connection") {
            is_closing = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    match status {
        100..200 | 204 | 304 => Ok((Length::Known(0), is_closing)),
        _ => Ok((length, is_closing)),
    }
}

fn checked(size: usize) -> io::Result<usize> {
    if size <= LARGEST { Ok(size) } else { Err(invalid("a body that is larger than any event")) }
}

fn is_closed(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

fn invalid(error: impl Into<crate::BoxError>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
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

    #[test]
    fn a_status_without_a_body_has_none_whatever_its_headers_say() {
        let head = parse(b"HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\n", |_| ()).unwrap().unwrap();
        assert!(head.length == Length::Known(0) && head.stays_open);
        let head = parse(b"HTTP/1.0 200 OK\r\ncontent-length: 7\r\n\r\n", |_| ()).unwrap().unwrap();
        assert!(head.length == Length::Known(7) && !head.stays_open);
        let both = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 7\r\n\r\n";
        assert!(parse(both, |_| ()).unwrap().unwrap().length == Length::Chunked);
    }
}
