use std::ops::Range;

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Sorted keys, each with a chunk that is compressed on its own.
///
/// `count`, then for each key four numbers (where the key starts and its length, where the chunk starts and its length),
/// then keys and chunks; all numbers are little-endian and of 32 bits.
#[derive(Clone, Copy)]
pub(crate) struct Archive(&'static [u8]);

const HEADER: usize = 4;
const ENTRY: usize = 16;
// the largest chunk is a quarter of this
const LIMIT: usize = 1 << 21;

impl Archive {
    pub(crate) const fn new(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn keys(self) -> impl ExactSizeIterator<Item = &'static str> {
        (0..self.number(0)).map(move |index| self.key(index))
    }

    /// The decompressed chunk of a key.
    pub(crate) fn get(self, key: &str) -> Option<Vec<u8>> {
        let mut range = 0..self.number(0);
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            match self.key(middle).cmp(key) {
                std::cmp::Ordering::Less => range.start = middle + 1,
                std::cmp::Ordering::Greater => range.end = middle,
                std::cmp::Ordering::Equal => return Some(self.chunk(middle)),
            }
        }
        None
    }

    fn key(self, index: usize) -> &'static str {
        let bytes = &self.0[self.range(HEADER + ENTRY * index)];
        std::str::from_utf8(bytes).expect("the archive's keys are text")
    }

    fn chunk(self, index: usize) -> Vec<u8> {
        let bytes = &self.0[self.range(HEADER + ENTRY * index + 8)];
        decompress_to_vec_with_limit(bytes, LIMIT).expect("the archive's chunks are compressed")
    }

    fn range(self, at: usize) -> Range<usize> {
        let start = self.number(at);
        start..start + self.number(at + 4)
    }

    fn number(self, at: usize) -> usize {
        let bytes = self.0[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    }
}
