//! A string in a JSON text, unescaped when it is needed.

use std::borrow::Cow;

use bytes::Bytes;

use super::scan::{plain_blocks, plain_len, special_in};
use super::{Span, SyntaxError};

/// A string of a text: its place between the quotes, and whether it has escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub place: Span,
    pub escaped: bool,
}

impl Text {
    /// The string that it stands for.
    pub(crate) fn read<'a>(&self, json: &'a [u8]) -> Result<Cow<'a, [u8]>, SyntaxError> {
        match self.escaped {
            false => Ok(Cow::Borrowed(self.place.of(json))),
            true => self.unescaped(json).map(Cow::Owned),
        }
    }

    /// The string that it stands for: a part of `json`, without a copy, if there is nothing to unescape.
    pub(crate) fn bytes(&self, json: &Bytes) -> Result<Bytes, SyntaxError> {
        match self.escaped {
            false => Ok(json.slice(self.place.start..self.place.end)),
            true => self.unescaped(json).map(Bytes::from),
        }
    }

    fn unescaped(&self, json: &[u8]) -> Result<Vec<u8>, SyntaxError> {
        let Span { start, end } = self.place;
        unescape(json, start, end - start).map(|(string, _)| string)
    }
}

/// What the letter of a short escape stands for; 0 for any other byte.
const SHORT: [u8; 256] = {
    let mut short = [0; 256];
    let (letters, bytes) = (b"\"\\/ntrbf", b"\"\\/\n\t\r\x08\x0c");
    let mut n = 0;
    while n < letters.len() {
        short[letters[n] as usize] = bytes[n];
        n += 1;
    }
    short
};

/// The string whose content starts at `at` and has at most `longest` bytes, and where its closing quote is.
///
/// Whole words are copied, of which only what comes before an escape counts: cheaper than to copy each run by its
/// length, as in JSON that is escaped every few bytes has an escape.
pub(super) fn unescape(json: &[u8], mut at: usize, longest: usize) -> Result<(Vec<u8>, usize), SyntaxError> {
    let mut string = vec![0; longest + 8];
    let mut length = 0;
    loop {
        let plain = match (json[at..].first_chunk(), string[length..].first_chunk_mut()) {
            (Some(word), Some(room)) => {
                *room = *word;
                match special_in(word) {
                    Some(plain) => plain,
                    None => {
                        at += 8;
                        length += 8;
                        let blocks = plain_blocks(&json[at..]);
                        string[length..length + blocks].copy_from_slice(&json[at..at + blocks]);
                        at += blocks;
                        length += blocks;
                        continue;
                    }
                }
            }
            _ => {
                let plain = plain_len(&json[at..]);
                string[length..length + plain].copy_from_slice(&json[at..at + plain]);
                plain
            }
        };
        at += plain;
        length += plain;
        match json.get(at) {
            Some(b'\\') => match json.get(at + 1).map_or(0, |letter| SHORT[usize::from(*letter)]) {
                0 => (at, length) = unescape_unit(json, at + 1, &mut string, length)?,
                byte => {
                    string[length] = byte;
                    length += 1;
                    at += 2;
                }
            },
            Some(b'"') => break,
            _ => return Err(SyntaxError { expected: "a closing quote", at }),
        }
    }
    string.truncate(length);
    Ok((string, at))
}

/// Characters beyond the basic plane are two escapes: surrogates, which mean nothing alone. Returns the places after.
#[cold]
fn unescape_unit(json: &[u8], at: usize, string: &mut [u8], length: usize) -> Result<(usize, usize), SyntaxError> {
    if json.get(at) != Some(&b'u') {
        return Err(SyntaxError { expected: "an escape", at });
    }
    let at = at + 1;
    let first = unit(json, at)?;
    let second = match json.get(at + 4..at + 6) {
        Some(br"\u") if (0xd800..0xdc00).contains(&first) => Some(unit(json, at + 6)?),
        _ => None,
    };
    let units = [Some(first), second].into_iter().flatten();
    let Some(Ok(character)) = char::decode_utf16(units).next() else {
        return Err(SyntaxError { expected: "a pair of surrogates", at });
    };
    let bytes = character.encode_utf8(&mut string[length..]).len();
    Ok((at + if second.is_some() { 10 } else { 4 }, length + bytes))
}

fn unit(json: &[u8], at: usize) -> Result<u16, SyntaxError> {
    let digits = json.get(at..at + 4).unwrap_or_default();
    let value = |value: u16, digit: &u8| Some(value * 16 + char::from(*digit).to_digit(16)? as u16);
    let unit = digits.iter().try_fold(0, value).filter(|_| digits.len() == 4);
    unit.ok_or(SyntaxError { expected: "four hexadecimal digits", at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<String, SyntaxError> {
        let (string, _) = unescape(json.as_bytes(), 1, json.len())?;
        Ok(String::from_utf8(string).unwrap())
    }

    #[test]
    fn every_escape_means_its_character() {
        let json = r#""\"\\\/\n\t\r\b\f\u00e9\u20AC\ud83d\ude00!""#;
        assert_eq!(read(json).unwrap(), "\"\\/\n\t\r\u{8}\u{c}é€😀!");
    }

    #[test]
    fn what_is_no_string_is_an_error_with_its_place() {
        let error = |json| read(json).unwrap_err().to_string();
        assert_eq!(error(r#""abc"#), "expected a closing quote at byte 4");
        assert_eq!(error("\"a\nb\""), "expected a closing quote at byte 2");
        assert_eq!(error(r#""\x""#), "expected an escape at byte 2");
        assert_eq!(error(r#""\"#), "expected an escape at byte 2");
        assert_eq!(error(r#""\u12g4""#), "expected four hexadecimal digits at byte 3");
        assert_eq!(error(r#""\u12"#), "expected four hexadecimal digits at byte 3");
        for lone in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\n""#, r#""\ud83dA""#, r#""\ud83d\u0041""#] {
            assert_eq!(error(lone), "expected a pair of surrogates at byte 3", "{lone}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_serde_wrote_it(text in any::<String>(), plain in ".{0,200}") {
            for text in [&text, &plain, &format!("{plain}{text}\\{plain}\"")] {
                let json = serde_json::to_string(text).unwrap();
                prop_assert_eq!(&read(&json).unwrap(), text);
            }
        }
    }
}
