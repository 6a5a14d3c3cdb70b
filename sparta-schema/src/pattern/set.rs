/// A set of characters.
#[derive(Default)]
pub(super) struct Set {
    pub(super) negative: bool,
    pub(super) ignore_case: bool,
    pub(super) ranges: Vec<(u32, u32)>,
    pub(super) classes: Vec<(Class, bool)>,
    /// What they have to be in as well: Java's `&&[...]`.
    pub(super) and: Option<Box<Set>>,
}

/// A kind of characters that has a name in patterns.
#[derive(Clone, Copy)]
pub(super) enum Class {
    Ascii,
    Control,
    Digit,
    Graphic,
    Letter,
    Lower,
    Mark,
    Number,
    Printable,
    Punctuation,
    Separator,
    Space,
    Symbol,
    Upper,
    Word,
}

impl Set {
    /// Whether a character is in it, or may be: beyond ASCII not all kinds are told apart.
    pub(super) fn has(&self, code: u32) -> bool {
        let mut found = self.holds(code);
        if found == Some(false) && self.ignore_case {
            let other = char::from_u32(code)
                .map(|it| if it.is_ascii_lowercase() { it.to_ascii_uppercase() } else { it.to_ascii_lowercase() });
            found = other.map_or(found, |it| self.holds(u32::from(it)));
        }
        found.is_none_or(|found| found != self.negative) && self.and.as_ref().is_none_or(|it| it.has(code))
    }

    fn holds(&self, code: u32) -> Option<bool> {
        // what is beyond 16 bits is written as two surrogates
        let surrogate = |&(start, end): &(u32, u32)| code > 0xffff && start <= 0xdfff && end >= 0xd800;
        if self.ranges.iter().any(|it| (it.0 <= code && code <= it.1) || surrogate(it)) {
            return Some(true);
        }
        let mut sure = true;
        for (class, negative) in &self.classes {
            match class.holds(code) {
                Some(found) if found != *negative => return Some(true),
                found => sure &= found.is_some(),
            }
        }
        sure.then_some(false)
    }
}

impl Class {
    /// `None` for what the standard library does not know, and where languages differ.
    fn holds(self, code: u32) -> Option<bool> {
        let it = char::from_u32(code)?;
        let other = !it.is_ascii() && !it.is_alphanumeric() && !it.is_whitespace() && !it.is_control();
        let sure = match self {
            Self::Control | Self::Mark | Self::Punctuation | Self::Symbol | Self::Word => !other,
            Self::Digit | Self::Number => it.is_ascii() || !it.is_numeric(),
            Self::Graphic | Self::Printable => it.is_ascii(),
            Self::Ascii | Self::Letter | Self::Lower | Self::Separator | Self::Space | Self::Upper => true,
        };
        let symbol = "$+<=>^`|~".contains(it);
        let found = match self {
            Self::Ascii => it.is_ascii(),
            Self::Control => it.is_control(),
            Self::Digit | Self::Number => it.is_numeric(),
            Self::Graphic => it.is_ascii_graphic(),
            Self::Letter => it.is_alphabetic(),
            Self::Lower => it.is_lowercase(),
            Self::Mark => false,
            Self::Printable => it.is_ascii_graphic() || it == ' ',
            Self::Punctuation => it.is_ascii_punctuation() && !symbol,
            Self::Separator => it == ' ' || (!it.is_ascii() && it.is_whitespace()),
            Self::Space => it.is_whitespace(),
            Self::Symbol => symbol,
            Self::Upper => it.is_uppercase(),
            Self::Word => it.is_alphanumeric() || it == '_',
        };
        sure.then_some(found)
    }
}
