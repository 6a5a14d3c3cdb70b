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

/// How many bytes at the start are in whole blocks of 64 without anything special.
#[inline]
pub(super) fn plain_blocks(bytes: &[u8]) -> usize {
    let plain = |block: &&[u8; 64]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    let (blocks, _) = bytes.as_chunks();
    64 * blocks.iter().take_while(plain).count()
}

/// The place of the first byte that does not mean itself.
#[inline]
pub(super) fn special_in(word: &[u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(*word);
    // Each difference borrows upwards only, so that the lowest mark is true even if a higher one is not.
    let flipped = word ^ (ONES * 2);
    let quote_or_control = flipped.wrapping_sub(ONES * 0x21) & !flipped;
    let other = word ^ (ONES * u64::from(b'\\'));
    let slash = other.wrapping_sub(ONES) & !other;
    match (quote_or_control | slash) & HIGH {
        0 => None,
        marks => Some((marks.trailing_zeros() / 8) as usize),
    }
}

fn tail(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !is_special(**byte)).count()
}

/// Control characters are below 0x20; with its second bit flipped, so is every one of them, and the quote is 0x20.
#[inline]
fn is_special(byte: u8) -> bool {
    (byte ^ 2 < 0x21) | (byte == b'\\')
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
                    let special = byte == b'"' || byte == b'\\' || byte < 0x20;
                    let expected = if special { at } else { length };
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
