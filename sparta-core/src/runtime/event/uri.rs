//! The URI of a request: scheme, host, path and query come from different fields of an event.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, percent_encode};

use super::fields::Slot;
use super::problem::Problem;
use crate::json::Cursor;
use crate::request::{QUERY, is_valid, valid_path};

const PAIR: &AsciiSet = &QUERY.add(b'&');

/// How an event's map of query parameters relates to what the client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// Percent-encoding is undone.
    Decoded,
    /// Likewise, and several values of a name are one text with commas.
    CommaSeparated,
    /// Still percent-encoded.
    AsSent,
}

/// Path and query: the event's own bytes as long as nothing must be added.
pub(super) struct Target {
    path: Bytes,
    /// Whether a percent sign in the path is one, rather than the start of an escape.
    is_decoded: bool,
    /// The path and what follows it, if anything does.
    whole: Vec<u8>,
}

impl Target {
    pub(super) fn new(path: Bytes, is_decoded: bool) -> Self {
        Self { path, is_decoded, whole: Vec::new() }
    }

    pub(super) fn leave_out_stage(&mut self, stage: Option<&[u8]>) {
        let staged = self.path.strip_prefix(b"/").zip(stage);
        match staged.and_then(|(path, stage)| path.strip_prefix(stage)) {
            Some(b"") => self.path = Bytes::from_static(b"/"),
            Some(rest) if rest.starts_with(b"/") => self.path = self.path.slice_ref(rest),
            _ => {}
        }
    }

    pub(super) fn has_query(&self) -> bool {
        !self.whole.is_empty()
    }

    pub(super) fn query(&mut self, query: &[u8]) {
        if query.is_empty() {
            return;
        }
        self.start_query(query.len());
        match query.iter().all(|byte| is_valid(*byte) || *byte == b'?') {
            true => self.whole.extend_from_slice(query),
            false => push_encoded(&mut self.whole, query, QUERY),
        }
    }

    /// Adds every pair of an event's map of parameters, in its order.
    pub(super) fn pairs(&mut self, event: &Bytes, map: Slot, pairs: Pairs) -> Result<(), Problem> {
        let Some(start) = map.list(b'{', "queryStringParameters", event)? else { return Ok(()) };
        let mut cursor = Cursor::at(event, start);
        let mut more = cursor.open(b'{')?;
        while more {
            let name = cursor.key()?.read(event)?;
            match cursor.peek() {
                Some(b'"') => self.pair(&name, &cursor.string()?.read(event)?, pairs),
                Some(b'[') => self.pairs_of(event, &mut cursor, &name, pairs)?,
                _ => drop(cursor.skip()?),
            }
            more = cursor.more(b'}')?;
        }
        Ok(())
    }

    fn pairs_of(&mut self, event: &Bytes, cursor: &mut Cursor<'_>, name: &[u8], pairs: Pairs) -> Result<(), Problem> {
        let mut more = cursor.open(b'[')?;
        while more {
            match cursor.peek() {
                Some(b'"') => self.pair(name, &cursor.string()?.read(event)?, pairs),
                _ => drop(cursor.skip()?),
            }
            more = cursor.more(b']')?;
        }
        Ok(())
    }

    fn pair(&mut self, name: &[u8], value: &[u8], pairs: Pairs) {
        match pairs {
            Pairs::CommaSeparated => {
                for value in value.split(|byte| *byte == b',') {
                    self.pair(name, value, Pairs::Decoded);
                }
            }
            Pairs::Decoded => {
                self.start_pair(name.len() + value.len());
                let encoded = |text| form_urlencoded::byte_serialize(text).flat_map(str::bytes);
                self.whole.extend(encoded(name));
                self.whole.push(b'=');
                self.whole.extend(encoded(value));
            }
            Pairs::AsSent => {
                self.start_pair(name.len() + value.len());
                push_encoded(&mut self.whole, name, PAIR);
                self.whole.push(b'=');
                push_encoded(&mut self.whole, value, PAIR);
            }
        }
    }

    fn start_pair(&mut self, length: usize) {
        match self.has_query() {
            true => self.whole.push(b'&'),
            false => self.start_query(length + 64),
        }
    }

    fn start_query(&mut self, length: usize) {
        let path = valid_path(&self.path, self.is_decoded);
        self.whole.reserve(path.len() + length + 2);
        self.whole.extend_from_slice(&path);
        self.whole.push(b'?');
    }

    pub(super) fn path_and_query(self) -> Result<PathAndQuery, Problem> {
        let bytes = match self.has_query() {
            true => Bytes::from(self.whole),
            false => match valid_path(&self.path, self.is_decoded) {
                Cow::Borrowed(path) if path.len() == self.path.len() => self.path.clone(),
                path => Bytes::from(path.into_owned()),
            },
        };
        PathAndQuery::from_maybe_shared(bytes.clone())
            .map_err(|source| Problem::value("path", "the path of a URI", &bytes, source))
    }
}

/// Whether it can be what a client sent, rather than what escapes stand for.
pub(super) fn is_encoded(path: &[u8]) -> bool {
    let is_escape = |at: usize| path.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    path.iter().enumerate().all(|(at, byte)| is_valid(*byte) && (*byte != b'%' || is_escape(at)))
}

fn push_encoded(into: &mut Vec<u8>, text: &[u8], set: &'static AsciiSet) {
    if text.iter().all(|byte| is_valid(*byte) && *byte != b'&') {
        return into.extend_from_slice(text);
    }
    into.extend(percent_encode(text, set).flat_map(str::bytes));
}

/// A host that cannot be one in a URI leaves the path alone.
pub(super) fn uri(headers: &HeaderMap, domain: Option<&[u8]>, target: PathAndQuery) -> Uri {
    let host = headers.get(HOST).map(|host| host.as_bytes()).or(domain);
    let authority = host.and_then(|host| Authority::try_from(host).ok());
    let mut parts = http::uri::Parts::default();
    if authority.is_some() {
        parts.scheme = Some(scheme(headers));
    }
    parts.authority = authority;
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).unwrap_or_default()
}

fn scheme(headers: &HeaderMap) -> Scheme {
    match headers.get("x-forwarded-proto").map(|scheme| scheme.as_bytes()) {
        Some(b"http") => Scheme::HTTP,
        _ => Scheme::HTTPS,
    }
}
