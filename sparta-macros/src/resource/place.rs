//! Mistakes and where they are in the source.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

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

    /// A use, here, of something that is deprecated with the message: on stable Rust a macro warns in no other way.
    pub(super) fn warning(self, message: &str) -> TokenStream {
        let hardly_meant = Ident::new("hardly_meant", self.start.resolved_at(Span::mixed_site()));
        quote! {{
            #[deprecated(note = #message)]
            #[allow(non_upper_case_globals)]
            const #hardly_meant: () = ();
            let () = #hardly_meant;
        }}
    }
}

/// Every mistake with its place, and what is hardly meant.
#[derive(Default)]
pub(super) struct Mistakes {
    mistakes: Vec<(Place, String)>,
    warnings: Vec<(Place, String)>,
}

impl Mistakes {
    pub(super) fn push(&mut self, place: Place, message: impl Into<String>) {
        self.mistakes.push((place, message.into()));
    }

    pub(super) fn warn(&mut self, place: Place, message: impl Into<String>) {
        self.warnings.push((place, message.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mistakes.is_empty() && self.warnings.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Place, &str)> {
        self.mistakes.iter().map(|(place, message)| (*place, message.as_str()))
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = (Place, &str)> {
        self.warnings.iter().map(|(place, message)| (*place, message.as_str()))
    }
}
