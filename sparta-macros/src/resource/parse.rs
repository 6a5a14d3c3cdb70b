//! From tokens to a tree. Each mistake is remembered, and what follows it is read on.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use sparta_schema::{nearest_type, resource_type};

use super::{
    place::{Mistakes, Place},
    tokens::Tokens,
    tree::{Entry, Kind, Node, Value},
};

/// Reads what is in the macro.
#[derive(Default)]
pub(super) struct Parser {
    pub mistakes: Mistakes,
    pub expressions: Vec<TokenStream>,
}

impl Parser {
    /// The type: `AWS::S3::Bucket`, or a text where it is none of Rust's paths.
    pub(super) fn kind(&mut self, tokens: &mut Tokens) -> Kind {
        if let Some((name, place)) = tokens.name() {
            let more = tokens.words_after_colons();
            return if more.is_empty() { Kind { name, place } } else { self.kind_of_words(name, place, more) };
        }
        let place = tokens.place();
        self.mistakes.push(place, "a resource type is expected here, such as `AWS::S3::Bucket`");
        Kind { name: String::new(), place }
    }

    /// `AWS:S3:Bucket`, which is read on as what it was meant for.
    fn kind_of_words(&mut self, first: String, place: Place, more: Vec<(String, String, Span)>) -> Kind {
        let mut written = first.clone();
        let mut name = first;
        let mut end = place;
        for (colons, word, span) in more {
            written += &format!("{colons}{word}");
            name += &format!("::{word}");
            end = Place::at(span);
        }
        let name = if resource_type(&name).is_some() { name } else { nearest_type(&name).map_or(name, str::to_owned) };
        let place = place.up_to(end);
        self.mistakes.push(place, format!("unknown resource type `{written}`; did you mean `{name}`?"));
        Kind { name, place }
    }

    /// The map of all properties, which may be left out.
    pub(super) fn properties(&mut self, tokens: &mut Tokens, kind: &Kind) -> Node {
        let entries = match tokens.group(Delimiter::Brace) {
            Some(group) => self.map(&group),
            None => {
                if tokens.peek().is_some() {
                    let place = tokens.place();
                    self.mistakes.push(place, "the properties are expected here, in braces: `{ Name: \"value\" }`");
                    tokens.skip();
                }
                Vec::new()
            }
        };
        Node { place: kind.place, value: Value::Map(entries) }
    }

    /// Nothing may come now but a comma.
    pub(super) fn end(&mut self, tokens: &mut Tokens, after: &str) {
        tokens.take(',');
        if tokens.peek().is_some() {
            let place = tokens.place();
            self.mistakes.push(place, format!("nothing is expected {after}"));
        }
    }

    pub(super) fn map(&mut self, group: &Group) -> Vec<Entry> {
        let mut tokens = Tokens::of(group);
        let mut entries: Vec<Entry> = Vec::new();
        while tokens.peek().is_some() {
            if let Some(entry) = self.entry(&mut tokens) {
                if entries.iter().any(|other| other.key == entry.key) {
                    self.mistakes.push(entry.place, format!("`{}` is given twice", entry.key));
                } else {
                    entries.push(entry);
                }
            }
            self.comma(&mut tokens);
        }
        entries
    }

    fn entry(&mut self, tokens: &mut Tokens) -> Option<Entry> {
        let Some((key, place)) = tokens.name() else {
            let place = tokens.place();
            self.mistakes.push(place, "a property's name is expected here: a word, or a text in quotes");
            tokens.skip();
            return None;
        };
        if !tokens.take(':') {
            let here = tokens.place();
            self.mistakes.push(here, format!("`:` is expected after `{key}`"));
            tokens.skip();
            return Some(Entry { key, place, value: Node { place, value: Value::Broken } });
        }
        let mut value = self.value(tokens, &key);
        // What a map lacks is missed at its name, which says more than a brace.
        if matches!(value.value, Value::Map(_)) {
            value.place = place;
        }
        Some(Entry { key, place, value })
    }

    fn comma(&mut self, tokens: &mut Tokens) {
        if tokens.peek().is_none() || tokens.take(',') {
            return;
        }
        let place = tokens.place();
        self.mistakes.push(place, "`,` is expected before this");
        // A forgotten comma is followed by the next name.
        let ahead = tokens.ahead_to_comma();
        if !matches!(ahead.get(1), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
            tokens.skip();
            tokens.take(',');
        }
    }

    pub(super) fn list(&mut self, group: &Group) -> Vec<Node> {
        let mut tokens = Tokens::of(group);
        let mut items = Vec::new();
        while tokens.peek().is_some() {
            items.push(self.value(&mut tokens, "item"));
            self.comma(&mut tokens);
        }
        items
    }
}
