//! Where a run of text ends: the loop that reads most of an event's bytes.

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes at the start mean themselves inside a JSON string: no quote, backslash or control character.
///
/// Short runs, the most frequent, end in the first words; long ones go by blocks that the compiler turns into vectors.
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    for _ in 0..2 {
        match bytes[len..].first_chunk() {
            Some(word) => match special_in(word) {
                Some(at) => return len + at,
                None => len += 8,
            },
            None => return len + tail(&bytes[len..]),
        }
    }
    len += plain_blocks(&bytes[len..]);
    while let Some(word) = bytes[len..].first_chunk() {
        match special_in(word) {
            Some(at) => return len + at,
            None => len += 8,
        }
    }
    len + tail(&bytes[len..])
}

/// Appends what means itself from `at` on, and returns where it ends.
///
/// Copies whole words and takes back what was too much: cheaper than to copy each short run by its length.
pub(super) fn copy_plain(from: &[u8], mut at: usize, into: &mut Vec<u8>) -> usize {
    while let Some(word) = from[at..].first_chunk::<8>() {
        into.extend_from_slice(word);
        if let Some(plain) = special_in(word) {
            into.truncate(into.len() - 8 + plain);
            return at + plain;
        }
        at += 8;
        let blocks = plain_blocks(&from[at..]);
        into.extend_from_slice(&from[at..at + blocks]);
        at += blocks;
    }
    let plain = plain_len(&from[at..]);
    into.extend_from_slice(&from[at..at + plain]);
    at + plain
}

/// How many bytes at the start are in whole blocks of 32 without anything special.
fn plain_blocks(bytes: &[u8]) -> usize {
    let plain = |block: &&[u8; 32]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    let (blocks, _) = bytes.as_chunks();
    32 * blocks.iter().take_while(plain).count()
}

/// The place of the first byte that does not mean itself.
fn special_in(word: &[u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(*word);
    // Each difference borrows upwards only, so that the lowest mark is true even if a higher one is not.
    let quote = (word ^ (ONES * u64::from(b'"'))).wrapping_sub(ONES) & !(word ^ (ONES * u64::from(b'"')));
    let slash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES) & !(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    match (quote | slash | control) & HIGH {
        0 => None,
        marks => Some((marks.trailing_zeros() / 8) as usize),
    }
}

fn tail(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !is_special(**byte)).count()
}

fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_before_the_first_special_byte_wherever_it_is() {
        for length in 0..100 {
            for at in 0..length {
                for byte in 0..=255 {
                    let mut text = vec![b'x'; length];
                    text[at] = byte;
                    let expected = if is_special(byte) { at } else { length };
                    assert_eq!(plain_len(&text), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn bytes_beyond_the_first_special_one_do_not_matter() {
        for pair in 0..=u16::MAX {
            let [low, high] = pair.to_le_bytes();
            let word = [b'a', low, high, 0x7f, 0x80, b'z', 0xff, b'!'];
            let expected = word.iter().position(|byte| is_special(*byte));
            assert_eq!(special_in(&word), expected, "{word:?}");
        }
    }
}
