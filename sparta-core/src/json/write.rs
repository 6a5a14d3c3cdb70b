use super::scan::copy_plain;

/// Appends `text`, which is UTF-8, as a JSON string with its quotes.
pub(crate) fn push_string(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    let mut at = copy_plain(text, 0, json);
    while let Some(byte) = text.get(at) {
        push_escape(json, *byte);
        at = copy_plain(text, at + 1, json);
    }
    json.push(b'"');
}

fn push_escape(json: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            json.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            return;
        }
    };
    json.extend_from_slice(&[b'\\', letter]);
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
