//! The tokens that are read.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree, token_stream};
use syn::Lit;

use super::place::Place;

/// Tokens that have not been read, and where they end.
pub(super) struct Tokens {
    tokens: Peekable<token_stream::IntoIter>,
    last: Span,
}

impl Tokens {
    pub(super) fn new(tokens: token_stream::IntoIter, end: Span) -> Self {
        Self { tokens: tokens.peekable(), last: end }
    }

    pub(super) fn of(group: &Group) -> Self {
        Self::new(group.stream().into_iter(), group.span_close())
    }

    pub(super) fn next(&mut self) -> Option<TokenTree> {
        let next = self.tokens.next();
        if let Some(token) = &next {
            self.last = token.span();
        }
        next
    }

    pub(super) fn peek(&mut self) -> Option<&TokenTree> {
        self.tokens.peek()
    }

    pub(super) fn is(&mut self, char: char) -> bool {
        matches!(self.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
    }

    pub(super) fn take(&mut self, char: char) -> bool {
        let there = self.is(char);
        if there {
            self.next();
        }
        there
    }

    /// Takes `::`, and leaves alone a `:` that only comes before something else.
    fn take_path_separator(&mut self) -> bool {
        let mut ahead = self.tokens.clone();
        let mut colon = |spacing: Option<Spacing>| {
            matches!(ahead.next(), Some(TokenTree::Punct(punct))
                if punct.as_char() == ':' && spacing.is_none_or(|spacing| punct.spacing() == spacing))
        };
        let there = colon(Some(Spacing::Joint)) && colon(None);
        if there {
            self.next();
            self.next();
        }
        there
    }

    /// The words after a name that have one colon too few before them, or too many, as they were written.
    pub(super) fn words_after_colons(&mut self) -> Vec<(String, String, Span)> {
        let mut words = Vec::new();
        while self.is(':') {
            let mut colons = String::new();
            while self.take(':') {
                colons.push(':');
            }
            let Some((word, span)) = self.ident() else { break };
            words.push((colons, word, span));
        }
        words
    }

    /// The tokens before the next comma that is not between the brackets of generic arguments; they stay unread.
    pub(super) fn ahead_to_comma(&self) -> Vec<TokenTree> {
        let mut depth = 0_usize;
        let mut taken: Vec<TokenTree> = Vec::new();
        for token in self.tokens.clone() {
            if let TokenTree::Punct(punct) = &token {
                let before = match taken.last() {
                    Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
                    Some(_) => None,
                    None => Some(':'),
                };
                match punct.as_char() {
                    ',' if depth == 0 => break,
                    '<' if depth > 0 || before == Some(':') => depth += 1,
                    '>' if !matches!(before, Some('-' | '=')) => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            taken.push(token);
        }
        taken
    }

    /// Goes on after so many tokens.
    pub(super) fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    /// Goes on after what could not be read: up to the next comma.
    pub(super) fn skip(&mut self) {
        while self.peek().is_some() && !self.is(',') {
            self.next();
        }
    }

    /// Where something is missing: the next token, or where they end.
    pub(super) fn place(&mut self) -> Place {
        let end = self.last;
        Place::at(self.peek().map_or(end, TokenTree::span))
    }

    pub(super) fn ident(&mut self) -> Option<(String, Span)> {
        let TokenTree::Ident(ident) = self.peek()? else { return None };
        let name = ident.to_string();
        let found = (name.trim_start_matches("r#").to_owned(), ident.span());
        self.next();
        Some(found)
    }

    pub(super) fn group(&mut self, delimiter: Delimiter) -> Option<Group> {
        match self.peek()? {
            TokenTree::Group(group) if group.delimiter() == delimiter => {
                let group = group.clone();
                self.next();
                Some(group)
            }
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> Option<(String, Span)> {
        let TokenTree::Literal(literal) = self.peek()? else { return None };
        let Lit::Str(text) = Lit::new(literal.clone()) else { return None };
        self.next();
        Some((text.value(), text.span()))
    }

    /// A name of words with `::` between them, or a text.
    pub(super) fn name(&mut self) -> Option<(String, Place)> {
        if let Some((text, span)) = self.text() {
            return Some((text, Place::at(span)));
        }
        let (mut name, start) = self.ident()?;
        let mut end = start;
        while self.take_path_separator() {
            name += "::";
            let Some((word, span)) = self.ident() else { break };
            name += &word;
            end = span;
        }
        Some((name, Place::between(start, end)))
    }

    /// The tokens before the next comma.
    pub(super) fn up_to_comma(&mut self) -> TokenStream {
        let mut taken = TokenStream::new();
        while !self.is(',') {
            let Some(token) = self.next() else { break };
            taken.extend([token]);
        }
        taken
    }
}
