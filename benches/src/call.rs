//! What a service sends to the Runtime API, out of the bytes of a connection.

use std::io::{self, ErrorKind};

const PREFIX: &str = "/2018-06-01/runtime/";

/// What a service says to Lambda.
#[derive(Debug, PartialEq)]
pub(crate) enum Call {
    /// It is ready for an event.
    Next,
    /// Its answer to the invocation `id`.
    Response { id: String, body: Vec<u8> },
    /// Its failure, of one invocation or to start.
    Error { path: String, report: String },
}

impl Call {
    /// Takes a request out of what was received, once all of it is there.
    pub(crate) fn take(received: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(received).map_err(invalid)? else {
            return Ok(None);
        };
        let Some((body, end)) = body(request.headers, &received[head..])? else {
            return Ok(None);
        };
        let call = call(request.method.unwrap_or_default(), request.path.unwrap_or_default(), body)?;
        received.drain(..head + end);
        Ok(Some(call))
    }
}

/// The body and the bytes that it takes up, once all of it is there.
fn body(headers: &[httparse::Header<'_>], received: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let header = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    if header("transfer-encoding").is_some() {
        return chunks(received);
    }
    let Some(length) = header("content-length") else {
        return Ok(Some((Vec::new(), 0)));
    };
    let length = std::str::from_utf8(length.value).map_err(invalid)?.parse().map_err(invalid)?;
    Ok(received.get(..length).map(|body| (body.to_vec(), length)))
}

fn chunks(received: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let size = httparse::parse_chunk_size(&received[at..]).map_err(|_| invalid("the size of a chunk"))?;
        let httparse::Status::Complete((head, size)) = size else {
            return Ok(None);
        };
        let start = at + head;
        let end = start + size as usize;
        let Some(chunk) = received.get(start..end).filter(|_| received.len() >= end + 2) else {
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
    let invocation = action.strip_prefix("invocation/").and_then(|rest| rest.split_once('/'));
    match (method, action, invocation) {
        ("GET", "invocation/next", _) => Ok(Call::Next),
        ("POST", _, Some((id, "response"))) => Ok(Call::Response { id: id.to_owned(), body }),
        ("POST", "init/error", _) | ("POST", _, Some((_, "error"))) => {
            Ok(Call::Error { path: path.to_owned(), report: String::from_utf8_lossy(&body).into_owned() })
        }
        _ => Err(invalid(format!("`{method} {path}` is not a call of the Runtime API that the benchmark knows"))),
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(received: &[u8]) -> io::Result<(Option<Call>, Vec<u8>)> {
        let mut received = received.to_vec();
        Ok((Call::take(&mut received)?, received))
    }

    #[test]
    fn a_call_is_taken_only_once_it_is_whole() {
        let head = "POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\n";
        let sized = format!("{head}Content-Length: 5\r\n\r\nhello");
        let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
        for request in [sized, chunked] {
            for end in 1..request.len() {
                let (call, rest) = take(&request.as_bytes()[..end]).expect("a valid beginning");
                assert_eq!((call, rest.len()), (None, end), "{}", &request[..end]);
            }
            let (call, rest) = take(format!("{request}GET").as_bytes()).expect("a valid call");
            assert_eq!(call, Some(Call::Response { id: "7".into(), body: b"hello".into() }));
            assert_eq!(rest, b"GET");
        }
    }

    #[test]
    fn failures_of_invocations_and_of_the_start_are_told_from_answers() {
        for path in ["/2018-06-01/runtime/invocation/7/error", "/2018-06-01/runtime/init/error"] {
            let request = format!("POST {path} HTTP/1.1\r\ncontent-length: 4\r\n\r\nboom");
            let (call, _) = take(request.as_bytes()).expect("a valid call");
            assert_eq!(call, Some(Call::Error { path: path.to_owned(), report: "boom".into() }));
        }
    }

    #[test]
    fn an_unknown_call_is_named() {
        let error = take(b"GET /2020-01-01/extension/register HTTP/1.1\r\n\r\n").expect_err("not the Runtime API");
        assert!(error.to_string().contains("`GET /2020-01-01/extension/register`"), "{error}");
    }
}
