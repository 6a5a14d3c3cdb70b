//! Paths and queries of URIs: what may be in them, and what is percent-encoded.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

pub(crate) const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}');
/// What has to be escaped where nothing is an escape yet, by RFC 3986.
const DECODED_PATH: &AsciiSet = &PATH.add(b'%').add(b'[').add(b'\\').add(b']').add(b'^').add(b'|');

/// The path as URIs may have it: it starts with a slash, and what needs it is percent-encoded.
pub(crate) fn valid_path(path: &[u8], is_decoded: bool) -> Cow<'_, [u8]> {
    let set = if is_decoded { DECODED_PATH } else { PATH };
    let is_kept = |byte: &u8| match is_decoded {
        true => is_valid(*byte) && !matches!(byte, b'%' | b'[' | b'\\' | b']' | b'^' | b'|'),
        false => is_valid(*byte),
    };
    if path.starts_with(b"/") && path.iter().all(is_kept) {
        return Cow::Borrowed(path);
    }
    if path.is_empty() {
        return Cow::Borrowed(b"/");
    }
    let mut valid = Vec::with_capacity(path.len() + 16);
    if !path.starts_with(b"/") {
        valid.push(b'/');
    }
    valid.extend(percent_encode(path, set).flat_map(str::bytes));
    Cow::Owned(valid)
}

pub(crate) fn is_valid(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'<' | b'>' | b'?' | b'`' | b'{' | b'}')
}
