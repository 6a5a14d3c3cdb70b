/// A set of characters.
#[derive(Default)]
pub(super) struct Set {
    pub(super) negative: bool,
    pub(super) ignore_case: bool,
    pub(super) ranges: Vec<(u32, u32)>,
    pub(super) classes: Vec<(Class, bool)>,
}

/// A kind of characters that has a name in patterns.
#[derive(Clone, Copy)]
pub(super) enum Class {
    Digit,
    Word,
    Space,
    Letter,
    Number,
    Separator,
    Upper,
    Lower,
    // what neither letters nor numbers are; beyond ASCII the kinds are not told apart
    Mark,
    Symbol,
    Punctuation,
    Control,
}

impl Set {
    pub(super) fn has(&self, code: u32) -> bool {
        let mut found = self.holds(code);
        if !found && self.ignore_case {
            let other = char::from_u32(code)
                .map(|it| if it.is_ascii_lowercase() { it.to_ascii_uppercase() } else { it.to_ascii_lowercase() });
            found = other.is_some_and(|it| self.holds(u32::from(it)));
        }
        found != self.negative
    }

    fn holds(&self, code: u32) -> bool {
        // what is beyond 16 bits is written as two surrogates
        let surrogate = |&(start, end): &(u32, u32)| code > 0xffff && start <= 0xdfff && end >= 0xd800;
        self.ranges.iter().any(|it| (it.0 <= code && code <= it.1) || surrogate(it))
            || self.classes.iter().any(|(class, negative)| class.holds(code) != *negative)
    }
}

impl Class {
    fn holds(self, code: u32) -> bool {
        let Some(it) = char::from_u32(code) else { return false };
        let other = !it.is_ascii() && !it.is_alphanumeric() && !it.is_whitespace() && !it.is_control();
        match self {
            Self::Digit | Self::Number => it.is_numeric(),
            Self::Word => it.is_alphanumeric() || it == '_' || other,
            Self::Space => it.is_whitespace(),
            Self::Letter => it.is_alphabetic(),
            Self::Upper => it.is_uppercase(),
            Self::Lower => it.is_lowercase(),
            Self::Separator => it == ' ' || (!it.is_ascii() && it.is_whitespace()),
            Self::Mark => other,
            Self::Symbol => other || "$+<=>^`|~".contains(it),
            Self::Punctuation => other || (it.is_ascii_punctuation() && !"$+<=>^`|~".contains(it)),
            Self::Control => it.is_control(),
        }
    }
}
