//! Messages of the event stream encoding, in which Lambda's API streams answers.
//!
//! See <https://smithy.io/2.0/aws/amazon-eventstream.html>.

use bytes::Bytes;

/// An event with its payload.
pub(super) fn message(event: &str, content_type: &str, payload: &[u8]) -> Bytes {
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", event), (":content-type", content_type), (":message-type", "event")] {
        push_header(&mut headers, name, value);
    }
    // Two lengths and their checksum, the headers, the payload, and a checksum of everything.
    let total = 12 + headers.len() + payload.len() + 4;
    let mut message = Vec::with_capacity(total);
    message.extend_from_slice(&number(total));
    message.extend_from_slice(&number(headers.len()));
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.into()
}

fn push_header(headers: &mut Vec<u8>, name: &str, value: &str) {
    const STRING: u8 = 7;
    headers.push(u8::try_from(name.len()).expect("names are short"));
    headers.extend_from_slice(name.as_bytes());
    headers.push(STRING);
    headers.extend_from_slice(&u16::try_from(value.len()).expect("values are short").to_be_bytes());
    headers.extend_from_slice(value.as_bytes());
}

fn number(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("a piece of an answer is less than 4 GB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_lengths_and_checksums() {
        let message = message("PayloadChunk", "application/octet-stream", b"hello");
        let number = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
        assert_eq!(number(0) as usize, message.len());
        let headers = number(4) as usize;
        assert_eq!(number(8), crc32fast::hash(&message[..8]));
        assert_eq!(&message[12 + headers..message.len() - 4], b"hello");
        assert_eq!(number(message.len() - 4), crc32fast::hash(&message[..message.len() - 4]));
        assert_eq!(&message[12..25], b"\x0b:event-type\x07");
    }
}
