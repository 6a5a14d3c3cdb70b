//! The replies on a connection to the Runtime API, from its bytes in whatever pieces they come.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;

use bytes::{Buf, Bytes, BytesMut};
use httparse::{Header, Status};
use tokio::io::{AsyncRead, AsyncReadExt};

/// What a read asks for at least: more than the head of any answer.
const ROOM: usize = 8 * 1024;
/// A larger buffer goes with the body that needed it.
const KEPT: usize = 1024 * 1024;
/// Lambda's events have 6 MB at most; a length beyond this one is a mistake.
const LARGEST: usize = 64 * 1024 * 1024;
const MOST_HEADERS: usize = 64;

/// What the Runtime API answers.
#[derive(Debug)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// The body, its chunks joined.
    pub body: Bytes,
    /// Whether another call can be made on the connection.
    pub stays_open: bool,
}

/// Reads one reply after the other.
#[derive(Debug, Default)]
pub struct Replies {
    received: BytesMut,
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

impl Replies {
    /// Forgets what was received, which was another connection's.
    pub(super) fn clear(&mut self) {
        self.received.clear();
    }

    /// Whether more was received than the replies that were read.
    pub(super) fn has_more(&self) -> bool {
        !self.received.is_empty()
    }

    /// Reads the next reply, and has its headers read.
    ///
    /// # Errors
    ///
    /// When the stream fails, ends too early or brings what is not HTTP/1.1.
    pub async fn next(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        mut read: impl FnMut(&[Header<'_>]),
    ) -> io::Result<Reply> {
        let head = loop {
            match parse(&self.received, &mut read)? {
                Some(head) if (100..200).contains(&head.status) => self.received.advance(head.size),
                Some(head) => break head,
                None if self.received.len() > KEPT => return Err(invalid("the head of an answer does not end")),
                None => self.fill(stream, ROOM).await?,
            }
        };
        self.received.advance(head.size);
        let body = match head.length {
            Length::Known(size) => self.sized(stream, size).await?,
            Length::Chunked => self.chunked(stream).await?,
            Length::UntilClosed => self.rest(stream).await?,
        };
        if self.received.is_empty() && body.len() > KEPT {
            self.received = BytesMut::new();
        }
        Ok(Reply { status: head.status, body, stays_open: head.stays_open })
    }

    /// Reads what there is, with room for `size` bytes.
    async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin), size: usize) -> io::Result<()> {
        checked(self.received.len())?;
        self.received.reserve(size);
        match stream.read_buf(&mut self.received).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn sized(&mut self, stream: &mut (impl AsyncRead + Unpin), size: usize) -> io::Result<Bytes> {
        while self.received.len() < size {
            // The room behind it takes the head of the next answer of this size.
            self.fill(stream, checked(size)? - self.received.len() + ROOM).await?;
        }
        Ok(self.received.split_to(size).freeze())
    }

    /// Joins the chunks where they lie.
    async fn chunked(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Bytes> {
        let (mut body, mut at) = (0, 0);
        loop {
            let size = httparse::parse_chunk_size(&self.received[at..]).map_err(|_| invalid("the size of a chunk"))?;
            let Status::Complete((head, size)) = size else {
                self.fill(stream, ROOM).await?;
                continue;
            };
            let start = at + head;
            if size == 0 {
                let end = self.trailers(stream, start).await?;
                let mut whole = self.received.split_to(end);
                whole.truncate(body);
                return Ok(whole.freeze());
            }
            let end = checked(start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)))?;
            while self.received.len() < end + 2 {
                self.fill(stream, end + 2 - self.received.len() + ROOM).await?;
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
    async fn trailers(&mut self, stream: &mut (impl AsyncRead + Unpin), start: usize) -> io::Result<usize> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            match httparse::parse_headers(&self.received[start..], &mut headers).map_err(invalid)? {
                Status::Complete((size, _)) => return Ok(start + size),
                Status::Partial => self.fill(stream, ROOM).await?,
            }
        }
    }

    async fn rest(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Bytes> {
        loop {
            match self.fill(stream, ROOM).await {
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

/// The length of the body, and whether the connection ends behind it.
fn framing(status: u16, headers: &[Header<'_>]) -> io::Result<(Length, bool)> {
    let (mut length, mut is_closing) = (Length::UntilClosed, false);
    for header in headers {
        if header.name.eq_ignore_ascii_case("content-length") && length != Length::Chunked {
            let size = std::str::from_utf8(header.value).map_err(invalid)?.trim().parse().map_err(invalid)?;
            if length != Length::UntilClosed && length != Length::Known(size) {
                return Err(invalid("two lengths of one body"));
            }
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

fn invalid(error: impl Into<crate::BoxError>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_without_a_body_has_none_whatever_its_headers_say() {
        let head = parse(b"HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\n", |_| ()).unwrap().unwrap();
        assert!(head.length == Length::Known(0) && head.stays_open);
        let head = parse(b"HTTP/1.0 200 OK\r\ncontent-length: 7\r\n\r\n", |_| ()).unwrap().unwrap();
        assert!(head.length == Length::Known(7) && !head.stays_open);
        let equal = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\ncontent-length: 7\r\n\r\n";
        assert!(parse(equal, |_| ()).unwrap().unwrap().length == Length::Known(7));
        let both = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 7\r\n\r\n";
        assert!(parse(both, |_| ()).unwrap().unwrap().length == Length::Chunked);
    }

    #[tokio::test]
    async fn a_chunk_may_come_with_half_of_its_end() {
        let first = &b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r"[..];
        let mut stream = AsyncReadExt::chain(first, &b"\n0\r\n\r\n"[..]);
        assert_eq!(Replies::default().next(&mut stream, |_| ()).await.unwrap().body, "ok");
    }
}
