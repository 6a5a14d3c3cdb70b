/// Reads a decompressed chunk: a table of strings, then numbers that refer to it.
///
/// The chunk stays for as long as the process runs, as do the types that are made from it, so that text is borrowed.
pub(crate) struct Reader {
    bytes: &'static [u8],
    at: usize,
    strings: Vec<&'static str>,
}

impl Reader {
    pub(crate) fn new(chunk: Vec<u8>) -> Self {
        let mut reader = Self { bytes: Vec::leak(chunk), at: 0, strings: Vec::new() };
        let lengths = reader.list(Self::number);
        let total = lengths.iter().sum::<usize>();
        let text = std::str::from_utf8(&reader.bytes[reader.at..reader.at + total]).expect("strings are text");
        reader.at += total;
        let mut start = 0;
        reader.strings = lengths
            .into_iter()
            .map(|length| {
                start += length;
                &text[start - length..start]
            })
            .collect();
        reader
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.at += 1;
        self.bytes[self.at - 1]
    }

    /// Seven bits a byte, the lowest first.
    pub(crate) fn number(&mut self) -> usize {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    pub(crate) fn float(&mut self) -> f64 {
        self.at += 8;
        f64::from_le_bytes(self.bytes[self.at - 8..self.at].try_into().expect("eight bytes"))
    }

    pub(crate) fn text(&mut self) -> &'static str {
        let index = self.number();
        self.strings[index]
    }

    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.number();
        (0..length).map(|_| item(self)).collect()
    }

    pub(crate) fn texts(&mut self) -> Vec<&'static str> {
        self.list(Self::text)
    }
}
