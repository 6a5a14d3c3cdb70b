use std::borrow::Cow;

use bytes::Bytes;

use super::scan::copy_plain;
use super::{Span, SyntaxError};

/// A string of a text: its place between the quotes, and whether it has escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub place: Span,
    pub escaped: bool,
}

impl Text {
    /// The string that it stands for.
    pub fn read<'a>(&self, json: &'a [u8]) -> Result<Cow<'a, [u8]>, SyntaxError> {
        match self.escaped {
            false => Ok(Cow::Borrowed(self.place.of(json))),
            true => self.unescaped(json).map(Cow::Owned),
        }
    }

    /// The string that it stands for: a part of `json`, without a copy, if there is nothing to unescape.
    pub fn bytes(&self, json: &Bytes) -> Result<Bytes, SyntaxError> {
        match self.escaped {
            false => Ok(json.slice(self.place.start..self.place.end)),
            true => self.unescaped(json).map(Bytes::from),
        }
    }

    fn unescaped(&self, json: &[u8]) -> Result<Vec<u8>, SyntaxError> {
        let mut string = Vec::with_capacity(self.place.end - self.place.start + 8);
        unescape(json, self.place.start, &mut string)?;
        Ok(string)
    }
}

/// Appends the string whose content starts at `at`, and returns where its closing quote is.
pub(super) fn unescape(json: &[u8], mut at: usize, string: &mut Vec<u8>) -> Result<usize, SyntaxError> {
    loop {
        at = copy_plain(json, at, string);
        match json.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at = unescape_one(json, at + 1, string)?,
            _ => return Err(SyntaxError { expected: "a closing quote", at }),
        }
    }
}

/// Appends what the escape stands for, of which the letter is at `at`, and returns what comes after it.
fn unescape_one(json: &[u8], at: usize, string: &mut Vec<u8>) -> Result<usize, SyntaxError> {
    let byte = match json.get(at) {
        Some(b'"') => b'"',
        Some(b'\\') => b'\\',
        Some(b'/') => b'/',
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 0x08,
        Some(b'f') => 0x0c,
        Some(b'u') => return unescape_unit(json, at + 1, string),
        _ => return Err(SyntaxError { expected: "an escape", at }),
    };
    string.push(byte);
    Ok(at + 1)
}

/// Characters beyond the basic plane are two escapes: surrogates, which mean nothing alone.
fn unescape_unit(json: &[u8], at: usize, string: &mut Vec<u8>) -> Result<usize, SyntaxError> {
    let first = unit(json, at)?;
    let second = match json.get(at + 4..at + 6) {
        Some(br"\u") if (0xd800..0xdc00).contains(&first) => Some(unit(json, at + 6)?),
        _ => None,
    };
    let units = [Some(first), second].into_iter().flatten();
    let Some(Ok(character)) = char::decode_utf16(units).next() else {
        return Err(SyntaxError { expected: "a pair of surrogates", at });
    };
    string.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(at + if second.is_some() { 10 } else { 4 })
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
        let mut string = Vec::new();
        unescape(json.as_bytes(), 1, &mut string)?;
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
