//! Mistakes and where they are in the source.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// Where something was written: its first and its last token.
#[derive(Clone, Copy)]
pub(super) struct Place {
    start: Span,
    end: Span,
}

impl Place {
    pub(super) fn at(span: Span) -> Self {
        Self { start: span, end: span }
    }

    pub(super) fn between(start: Span, end: Span) -> Self {
        Self { start, end }
    }

    /// From the start of this one to the end of the other.
    pub(super) fn up_to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }

    /// `::core::compile_error! { "message" }`, which the compiler reports here.
    pub(super) fn error(self, message: &str) -> TokenStream {
        let mut literal = proc_macro2::Literal::string(message);
        literal.set_span(self.end);
        let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(literal).into());
        group.set_span(self.end);
        let punct = |char, spacing| {
            let mut punct = Punct::new(char, spacing);
            punct.set_span(self.start);
            TokenTree::Punct(punct)
        };
        [
            punct(':', Spacing::Joint),
            punct(':', Spacing::Alone),
            Ident::new("core", self.start).into(),
            punct(':', Spacing::Joint),
            punct(':', Spacing::Alone),
            Ident::new("compile_error", self.start).into(),
            punct('!', Spacing::Alone),
            group.into(),
        ]
        .into_iter()
        .collect()
    }
}

/// Every mistake with its place.
#[derive(Default)]
pub(super) struct Mistakes(Vec<(Place, String)>);

impl Mistakes {
    pub(super) fn push(&mut self, place: Place, message: impl Into<String>) {
        self.0.push((place, message.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Place, &str)> {
        self.0.iter().map(|(place, message)| (*place, message.as_str()))
    }
}
