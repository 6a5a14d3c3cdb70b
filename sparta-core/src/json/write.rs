//! Writes JSON strings.

use super::scan::{plain_blocks, plain_len, special_in};

/// The letter of a byte's short escape; 0 if it has none.
const SHORT: [u8; 256] = {
    let mut short = [0; 256];
    let (bytes, letters) = (b"\"\\\n\t\r\x08\x0c", b"\"\\ntrbf");
    let mut n = 0;
    while n < letters.len() {
        short[bytes[n] as usize] = letters[n];
        n += 1;
    }
    short
};

/// Appends `text`, which is UTF-8, as a JSON string with its quotes.
///
/// Whole words are copied, and what comes after a byte that must be escaped is taken back: cheaper than to copy each
/// run by its length.
pub(crate) fn push_string(json: &mut Vec<u8>, text: &[u8]) {
    json.reserve(text.len() + 16);
    json.push(b'"');
    let mut at = 0;
    while let Some(word) = text[at..].first_chunk() {
        json.extend_from_slice(word);
        match special_in(word) {
            Some(plain) => {
                json.truncate(json.len() - 8 + plain);
                push_escape(json, word[plain]);
                at += plain + 1;
            }
            None => {
                at += 8;
                let blocks = plain_blocks(&text[at..]);
                json.extend_from_slice(&text[at..at + blocks]);
                at += blocks;
            }
        }
    }
    while at < text.len() {
        let plain = plain_len(&text[at..]);
        json.extend_from_slice(&text[at..at + plain]);
        at += plain;
        if let Some(byte) = text.get(at) {
            push_escape(json, *byte);
            at += 1;
        }
    }
    json.push(b'"');
}

#[inline]
fn push_escape(json: &mut Vec<u8>, byte: u8) {
    match SHORT[usize::from(byte)] {
        0 => {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            json.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
        }
        letter => json.extend_from_slice(&[b'\\', letter]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut json = Vec::new();
        push_string(&mut json, text.as_bytes());
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn control_characters_are_escaped_as_serde_does() {
        let all: String = (0..=0x80_u8).map(char::from).collect();
        assert_eq!(written(&all), serde_json::to_string(&all).unwrap());
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_does(text in any::<String>(), plain in "[a-zé\"]{0,200}") {
            for text in [&text, &plain, &format!("{plain}{text}{plain}")] {
                prop_assert_eq!(written(text), serde_json::to_string(text).unwrap());
            }
        }
    }
}
