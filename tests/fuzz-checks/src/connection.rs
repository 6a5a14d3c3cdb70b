//! What must hold for any bytes that come as replies of the Runtime API, in whatever pieces, before it hangs up.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use sparta_core::Replies;
use tokio::io::{AsyncRead, ReadBuf};

/// Reads the replies in one piece, in the smallest and in others: they are the same.
pub fn check(sent: &[u8]) {
    let whole = replies(sent, || sent.len());
    // Each piece makes the head be looked at again.
    let smallest = sent.len() / 600 + 1;
    assert_eq!(whole, replies(sent, || smallest));
    let mut state = sent.iter().fold(1_u32, |state, byte| state.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let any = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as usize % 60 + 1
    };
    assert_eq!(whole, replies(sent, any));
    if let Some(reply) = plain(sent) {
        assert_eq!(whole[0], Ok(reply));
    }
}

#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    body: Bytes,
}

/// All replies; the last one is an error unless the connection ends with it.
fn replies(sent: &[u8], size: impl FnMut() -> usize + Unpin) -> Vec<Result<Reply, ErrorKind>> {
    let mut stream = Pieces { left: sent, size, has_ended: false };
    let mut replies = Replies::default();
    let mut seen = Vec::new();
    loop {
        let mut announced = None;
        let read = replies.next(&mut stream, |headers| {
            let lengths = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-length"));
            announced = lengths.filter_map(|header| std::str::from_utf8(header.value).ok()?.parse().ok()).min();
            let is_chunked = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
            announced = announced.filter(|_| !headers.iter().any(|header| is_chunked(header.name)));
        });
        match read.now_or_never().expect("nothing is waited for") {
            Ok(reply) => {
                assert!(announced.is_none_or(|length: usize| reply.body.len() <= length));
                assert!(reply.body.len() < sent.len());
                seen.push(Ok(Reply { status: reply.status, body: reply.body }));
                if !reply.stays_open {
                    return seen;
                }
            }
            Err(error) => {
                seen.push(Err(error.kind()));
                return seen;
            }
        }
    }
}

/// A stream that brings what is left in pieces, then ends.
struct Pieces<'a, S> {
    left: &'a [u8],
    size: S,
    has_ended: bool,
}

impl<S: FnMut() -> usize + Unpin> AsyncRead for Pieces<'_, S> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        assert!(!self.has_ended, "it goes on behind the end");
        let size = (self.size)().min(self.left.len()).min(buffer.remaining());
        let (piece, left) = self.left.split_at(size);
        buffer.put_slice(piece);
        self.has_ended = piece.is_empty();
        self.left = left;
        Poll::Ready(Ok(()))
    }
}

/// The first reply, if it is of the plainest form: read here in the plainest way.
fn plain(sent: &[u8]) -> Option<Reply> {
    let text = sent.is_ascii().then(|| std::str::from_utf8(sent).ok())??;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.strip_suffix(" OK")?;
    let status = number(status, 10).filter(|number| status.len() == 3 && *number >= 200)?;
    if [204, 304].contains(&status) {
        return None;
    }
    let mut body = None;
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        match name {
            "content-length" if body.is_none() => body = Some(rest.get(..number(value, 10)?)?.to_owned()),
            "transfer-encoding" if body.is_none() && value == "chunked" => body = Some(joined(rest)?),
            "x" if value == "y" => {}
            _ => return None,
        }
    }
    Some(Reply { status: status as u16, body: body?.into() })
}

fn joined(mut chunks: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n")?;
        let size = number(size, 16)?;
        let (chunk, end) = rest.split_at_checked(size)?;
        chunks = end.strip_prefix("\r\n")?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(chunk);
    }
}

fn number(digits: &str, radix: u32) -> Option<usize> {
    let is_plain = (1..5).contains(&digits.len()) && digits.chars().all(|digit| digit.is_digit(radix));
    usize::from_str_radix(digits, radix).ok().filter(|_| is_plain)
}
