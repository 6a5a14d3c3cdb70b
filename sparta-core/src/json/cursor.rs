//! Reads a JSON text piece by piece, without building a tree.

use super::scan::plain_len;
use super::text::unescape;
use super::{SyntaxError, Text};

/// A place in a text: its first byte and the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub(crate) fn of(self, json: &[u8]) -> &[u8] {
        &json[self.start..self.end]
    }
}

/// Walks over a JSON text from value to value.
///
/// Values that are skipped are only measured: their strings and brackets must end, nothing else is checked. It never
/// recurses, so that no depth of nesting is too much.
///
/// Objects and arrays are read with [`open`](Self::open) and [`more`](Self::more):
///
/// ```ignore
/// let mut more = cursor.open(b'{')?;
/// while more {
///     let key = cursor.key()?;
///     cursor.skip()?;
///     more = cursor.more(b'}')?;
/// }
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(json: &'a [u8]) -> Self {
        Self { json, at: 0 }
    }

    pub(crate) fn at(json: &'a [u8], at: usize) -> Self {
        Self { json, at }
    }

    pub(crate) fn place(&self) -> usize {
        self.at
    }

    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The first byte of the next value or sign, after any white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.json.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
        None
    }

    /// Enters the object or array that starts with `bracket`; whether there is anything in it.
    pub(crate) fn open(&mut self, bracket: u8) -> Result<bool, SyntaxError> {
        match bracket {
            b'{' => self.sign(b'{', "an object")?,
            _ => self.sign(b'[', "an array")?,
        }
        match self.peek() {
            Some(b'}') if bracket == b'{' => self.at += 1,
            Some(b']') if bracket == b'[' => self.at += 1,
            _ => return Ok(true),
        }
        Ok(false)
    }

    /// After a value in an object or array that ends with `bracket`: whether another one follows.
    pub(crate) fn more(&mut self, bracket: u8) -> Result<bool, SyntaxError> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.expected("a comma or the end of a list")),
        }
    }

    pub(crate) fn key(&mut self) -> Result<Text, SyntaxError> {
        let key = self.string()?;
        self.sign(b':', "a colon")?;
        Ok(key)
    }

    pub(crate) fn string(&mut self) -> Result<Text, SyntaxError> {
        self.sign(b'"', "a string")?;
        let start = self.at;
        let escaped = self.finish_string()?;
        Ok(Text { place: Span { start, end: self.at - 1 }, escaped })
    }

    /// A string with its escapes already undone, if it has any: long ones are walked over only once.
    pub(crate) fn long_string(&mut self) -> Result<(Text, Option<Vec<u8>>), SyntaxError> {
        self.sign(b'"', "a string")?;
        let start = self.at;
        let plain = plain_len(&self.json[start..]);
        let mut unescaped = None;
        let end = match self.json.get(start + plain) {
            Some(b'"') => start + plain,
            _ => {
                let (string, end) = unescape(self.json, start, self.json.len() - start)?;
                unescaped = Some(string);
                end
            }
        };
        self.at = end + 1;
        Ok((Text { place: Span { start, end }, escaped: unescaped.is_some() }, unescaped))
    }

    /// Goes past a value of any kind.
    pub(crate) fn skip(&mut self) -> Result<Span, SyntaxError> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.at += 1;
                self.finish_string()?;
            }
            Some(b'{' | b'[') => self.skip_nested()?,
            _ => self.skip_word()?,
        }
        Ok(Span { start, end: self.at })
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the text")),
        }
    }

    /// From inside a string to after its closing quote; whether there were escapes.
    fn finish_string(&mut self) -> Result<bool, SyntaxError> {
        let mut escaped = false;
        loop {
            self.at += plain_len(&self.json[self.at..]);
            match self.json.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') if self.at + 1 < self.json.len() => self.at += 2,
                _ => return Err(self.expected("a closing quote")),
            }
            escaped = true;
        }
        self.at += 1;
        Ok(escaped)
    }

    fn skip_nested(&mut self) -> Result<(), SyntaxError> {
        let mut depth = 0_usize;
        loop {
            let Some(byte) = self.json.get(self.at) else { return Err(self.expected("a closing bracket")) };
            self.at += 1;
            match byte {
                b'"' => drop(self.finish_string()?),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn skip_word(&mut self) -> Result<(), SyntaxError> {
        let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        match self.json[self.at..].iter().take_while(is_word).count() {
            0 => Err(self.expected("a value")),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }

    fn sign(&mut self, sign: u8, expected: &'static str) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(byte) if byte == sign => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.expected(expected)),
        }
    }

    fn expected(&self, expected: &'static str) -> SyntaxError {
        SyntaxError { expected, at: self.at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn members(json: &str) -> Result<Vec<(String, &str)>, SyntaxError> {
        let mut cursor = Cursor::new(json.as_bytes());
        let mut members = Vec::new();
        let mut more = cursor.open(b'{')?;
        while more {
            let key = cursor.key()?.read(json.as_bytes())?.into_owned();
            let Span { start, end } = cursor.skip()?;
            members.push((String::from_utf8(key).unwrap(), &json[start..end]));
            more = cursor.more(b'}')?;
        }
        cursor.end()?;
        Ok(members)
    }

    #[test]
    fn members_have_their_values_as_they_were_written() {
        let json = r#" { "a" : [1, {"b": "]}\"\\"}] , "\u0062":-1.5e3,"c":"x\"","d":{},"e":null } "#;
        let expected =
            [("a", r#"[1, {"b": "]}\"\\"}]"#), ("b", "-1.5e3"), ("c", r#""x\"""#), ("d", "{}"), ("e", "null")];
        assert_eq!(members(json).unwrap(), expected.map(|(key, value)| (key.to_owned(), value)));
        assert_eq!(members("{ }").unwrap(), []);
    }

    #[test]
    fn what_is_no_object_is_an_error_with_its_place() {
        let error = |json: &str| members(json).unwrap_err().to_string();
        assert_eq!(error(""), "expected an object at byte 0");
        assert_eq!(error("[1]"), "expected an object at byte 0");
        assert_eq!(error("{a"), "expected a string at byte 1");
        assert_eq!(error(r#"{"a" 1}"#), "expected a colon at byte 5");
        assert_eq!(error(r#"{"a":}"#), "expected a value at byte 5");
        assert_eq!(error(r#"{"a":1"#), "expected a comma or the end of a list at byte 6");
        assert_eq!(error(r#"{"a":[1}"#), "expected a comma or the end of a list at byte 8");
        assert_eq!(error(r#"{"a":"b"#), "expected a closing quote at byte 7");
        assert_eq!(error(r#"{"a":"b\"#), "expected a closing quote at byte 7");
        assert_eq!(error(r#"{"a":{"#), "expected a closing bracket at byte 6");
        assert_eq!(error("{} x"), "expected the end of the text at byte 3");
    }

    #[test]
    fn no_depth_is_too_much() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(members(&deep).unwrap()[0].1.len(), 2_000_000);
        assert!(members(&"{\"a\":[".repeat(1_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn a_long_string_is_read_in_one_go(text in ".{0,300}") {
            let json = serde_json::to_string(&text).unwrap() + ",1";
            let mut cursor = Cursor::new(json.as_bytes());
            let (place, unescaped) = cursor.long_string().unwrap();
            prop_assert_eq!(cursor.place(), json.len() - 2);
            prop_assert_eq!(place, Cursor::new(json.as_bytes()).string().unwrap());
            let read = unescaped.unwrap_or_else(|| place.place.of(json.as_bytes()).to_vec());
            prop_assert_eq!(String::from_utf8(read).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut cursor = Cursor::new(&bytes);
            let _ = cursor.skip();
            let _ = Cursor::new(&bytes).long_string();
        }
    }
}
