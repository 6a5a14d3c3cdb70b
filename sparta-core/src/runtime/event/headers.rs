//! Headers, from the two forms that events have them in.

use bytes::Bytes;
use http::header::{COOKIE, MaxSizeReached};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::problem::Problem;
use crate::json::{Cursor, Text};

/// How many headers there is room for at first: what a browser, API Gateway and CloudFront send together.
const USUAL: usize = 24;

/// Reads an object of texts or arrays of them. Each name replaces what the map had of it.
pub(super) fn read(event: &Bytes, cursor: &mut Cursor<'_>, map: &mut HeaderMap) -> Result<(), Problem> {
    let mut more = cursor.open(b'{')?;
    if more && map.is_empty() {
        map.try_reserve(USUAL).map_err(too_many)?;
    }
    while more {
        let name = cursor.key()?.read(event)?;
        let name = HeaderName::from_bytes(&name)
            .map_err(|source| Problem::value("headers", "the name of a header", &name, source))?;
        match cursor.peek() {
            Some(b'"') => {
                let value = value(event, cursor.string()?)?;
                map.try_insert(name, value).map_err(too_many)?;
            }
            Some(b'[') => append_all(event, cursor, name, map)?,
            _ => skip_null(event, cursor)?,
        }
        more = cursor.more(b'}')?;
    }
    Ok(())
}

fn append_all(event: &Bytes, cursor: &mut Cursor<'_>, name: HeaderName, map: &mut HeaderMap) -> Result<(), Problem> {
    map.remove(&name);
    let mut more = cursor.open(b'[')?;
    while more {
        match cursor.peek() {
            Some(b'"') => {
                let value = value(event, cursor.string()?)?;
                map.try_append(&name, value).map_err(too_many)?;
            }
            _ => skip_null(event, cursor)?,
        }
        more = cursor.more(b']')?;
    }
    Ok(())
}

fn skip_null(event: &Bytes, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
    match cursor.skip()?.of(event) {
        b"null" => Ok(()),
        found => Err(Problem::kind("headers", "text", found)),
    }
}

fn value(event: &Bytes, text: Text) -> Result<HeaderValue, Problem> {
    let value = text.bytes(event)?;
    HeaderValue::from_maybe_shared(value.clone())
        .map_err(|source| Problem::value("headers", "the value of a header", &value, source))
}

fn too_many(source: MaxSizeReached) -> Problem {
    Problem::value("headers", "a number of headers that can be served", b"all", source)
}

/// The `cookies` of an event are one header, as a client sent it.
pub(super) fn cookies(event: &Bytes, start: usize, map: &mut HeaderMap) -> Result<(), Problem> {
    let mut cursor = Cursor::at(event, start);
    let mut first = None;
    let mut joined = Vec::new();
    let mut more = cursor.open(b'[')?;
    while more {
        let cookie = match cursor.peek() {
            Some(b'"') => cursor.string()?.bytes(event)?,
            _ => return Err(Problem::kind("cookies", "text", cursor.skip()?.of(event))),
        };
        match &first {
            None => first = Some(cookie),
            Some(first) => {
                if joined.is_empty() {
                    joined.extend_from_slice(first);
                }
                joined.extend_from_slice(b"; ");
                joined.extend_from_slice(&cookie);
            }
        }
        more = cursor.more(b']')?;
    }
    let all = if joined.is_empty() { first } else { Some(joined.into()) };
    let Some(all) = all else { return Ok(()) };
    let value = HeaderValue::from_maybe_shared(all.clone())
        .map_err(|source| Problem::value("cookies", "the value of a header", &all, source))?;
    map.try_insert(COOKIE, value).map_err(too_many)?;
    Ok(())
}
