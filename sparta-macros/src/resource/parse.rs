//! From tokens to a tree. Each mistake is remembered, and what follows it is read on.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree, token_stream};
use syn::Lit;

use super::{
    place::{Mistakes, Place},
    tree::{Entry, Kind, Node, Value},
};

/// Tokens that have not been read, and where they end.
pub struct Tokens {
    tokens: Peekable<token_stream::IntoIter>,
    last: Span,
}

impl Tokens {
    pub fn new(tokens: token_stream::IntoIter, end: Span) -> Self {
        Self { tokens: tokens.peekable(), last: end }
    }

    fn of(group: &Group) -> Self {
        Self::new(group.stream().into_iter(), group.span_close())
    }

    fn next(&mut self) -> Option<TokenTree> {
        let next = self.tokens.next();
        if let Some(token) = &next {
            self.last = token.span();
        }
        next
    }

    fn peek(&mut self) -> Option<&TokenTree> {
        self.tokens.peek()
    }

    fn is(&mut self, char: char) -> bool {
        matches!(self.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
    }

    pub fn take(&mut self, char: char) -> bool {
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

    /// Goes on after what could not be read: up to the next comma.
    fn skip(&mut self) {
        while self.peek().is_some() && !self.is(',') {
            self.next();
        }
    }

    /// Where something is missing: the next token, or where they end.
    pub fn place(&mut self) -> Place {
        let end = self.last;
        Place::at(self.peek().map_or(end, TokenTree::span))
    }

    pub fn ident(&mut self) -> Option<(String, Span)> {
        let TokenTree::Ident(ident) = self.peek()? else { return None };
        let name = ident.to_string();
        let found = (name.trim_start_matches("r#").to_owned(), ident.span());
        self.next();
        Some(found)
    }

    pub fn group(&mut self, delimiter: Delimiter) -> Option<Group> {
        match self.peek()? {
            TokenTree::Group(group) if group.delimiter() == delimiter => {
                let group = group.clone();
                self.next();
                Some(group)
            }
            _ => None,
        }
    }

    pub fn text(&mut self) -> Option<(String, Span)> {
        let TokenTree::Literal(literal) = self.peek()? else { return None };
        let Lit::Str(text) = Lit::new(literal.clone()) else { return None };
        self.next();
        Some((text.value(), text.span()))
    }

    /// A name of words with `::` between them, or a text.
    fn name(&mut self) -> Option<(String, Place)> {
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
    pub fn up_to_comma(&mut self) -> TokenStream {
        let mut taken = TokenStream::new();
        while !self.is(',') {
            let Some(token) = self.next() else { break };
            taken.extend([token]);
        }
        taken
    }
}

/// Reads what is in the macro.
#[derive(Default)]
pub struct Parser {
    pub mistakes: Mistakes,
    pub expressions: Vec<TokenStream>,
}

impl Parser {
    /// The type: `AWS::S3::Bucket`, or a text where it is none of Rust's paths.
    pub fn kind(&mut self, tokens: &mut Tokens) -> Kind {
        if let Some((name, place)) = tokens.name() {
            return Kind { name, place };
        }
        let place = tokens.place();
        self.mistakes.push(place, "a resource type is expected here, such as `AWS::S3::Bucket`");
        Kind { name: String::new(), place }
    }

    /// The map of all properties, which may be left out.
    pub fn properties(&mut self, tokens: &mut Tokens, kind: &Kind) -> Node {
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
    pub fn end(&mut self, tokens: &mut Tokens, after: &str) {
        tokens.take(',');
        if tokens.peek().is_some() {
            let place = tokens.place();
            self.mistakes.push(place, format!("nothing is expected {after}"));
        }
    }

    fn map(&mut self, group: &Group) -> Vec<Entry> {
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
        let mut ahead = tokens.tokens.clone();
        ahead.next();
        if !matches!(ahead.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
            tokens.skip();
            tokens.take(',');
        }
    }

    fn list(&mut self, group: &Group) -> Vec<Node> {
        let mut tokens = Tokens::of(group);
        let mut items = Vec::new();
        while tokens.peek().is_some() {
            items.push(self.value(&mut tokens, "item"));
            self.comma(&mut tokens);
        }
        items
    }

    /// What stands for a property, or for an item.
    pub fn value(&mut self, tokens: &mut Tokens, of: &str) -> Node {
        if tokens.peek().is_none() || tokens.is(',') {
            let place = tokens.place();
            self.mistakes.push(place, format!("the value of `{of}` is expected here"));
            return Node { place, value: Value::Broken };
        }
        let Some(token) = tokens.next() else { unreachable!("there is one") };
        let place = Place::at(token.span());
        match token {
            TokenTree::Group(group) => self.group(&group),
            TokenTree::Literal(literal) => self.literal(literal, place, ""),
            TokenTree::Ident(ident) if ident == "true" || ident == "false" => {
                Node { place, value: Value::Bool(ident == "true") }
            }
            TokenTree::Punct(punct) if punct.as_char() == '-' => match tokens.peek() {
                Some(TokenTree::Literal(literal)) => {
                    let literal = literal.clone();
                    tokens.next();
                    let place = Place::between(punct.span(), literal.span());
                    self.literal(literal, place, "-")
                }
                _ => self.no_value(place, tokens, "a number is expected after `-`".to_owned()),
            },
            TokenTree::Ident(ident) if ident == "null" => {
                self.no_value(place, tokens, format!("CloudFormation takes no `null`: leave `{of}` out"))
            }
            TokenTree::Ident(ident) => {
                let message =
                    format!("expressions are in parentheses: `({ident})`, and texts in quotes: `\"{ident}\"`");
                self.no_value(place, tokens, message)
            }
            TokenTree::Punct(punct) => {
                let message = format!(
                    "`{punct}` is no value: a literal, a list `[...]`, a map `{{...}}` or an expression in parentheses is \
                     expected"
                );
                self.no_value(place, tokens, message)
            }
        }
    }

    fn no_value(&mut self, place: Place, tokens: &mut Tokens, message: String) -> Node {
        self.mistakes.push(place, message);
        tokens.skip();
        Node { place, value: Value::Broken }
    }

    fn group(&mut self, group: &Group) -> Node {
        let open = Place::at(group.span_open());
        match group.delimiter() {
            Delimiter::Brace => Node { place: open, value: Value::Map(self.map(group)) },
            Delimiter::Bracket => Node { place: open, value: Value::List(self.list(group)) },
            Delimiter::Parenthesis => self.expression(group),
            // What another macro has for an expression or a literal.
            Delimiter::None => {
                let mut inside = Tokens::of(group);
                match (inside.next(), inside.next()) {
                    (Some(TokenTree::Literal(literal)), None) => {
                        let place = Place::at(literal.span());
                        self.literal(literal, place, "")
                    }
                    _ => self.expression(group),
                }
            }
        }
    }

    fn expression(&mut self, group: &Group) -> Node {
        let place = Place::at(group.span());
        if group.stream().is_empty() {
            self.mistakes.push(place, "an expression is expected in the parentheses");
            return Node { place, value: Value::Broken };
        }
        self.expressions.push(group.stream());
        Node { place, value: Value::Expression(self.expressions.len() - 1) }
    }

    fn literal(&mut self, literal: proc_macro2::Literal, place: Place, sign: &str) -> Node {
        let value = match Lit::new(literal) {
            Lit::Str(text) if sign.is_empty() && text.value().starts_with('\0') => {
                self.mistakes.push(place, "CloudFormation takes no text that begins with the character NUL");
                Value::Broken
            }
            Lit::Str(text) if sign.is_empty() => Value::Text(text.value()),
            Lit::Int(number) if number.suffix().is_empty() => {
                Value::Number(format!("{sign}{}", number.base10_digits()))
            }
            Lit::Float(number) if number.suffix().is_empty() => {
                let digits = number.base10_digits().trim_end_matches('.');
                Value::Number(format!("{sign}{digits}"))
            }
            Lit::Int(_) | Lit::Float(_) => {
                self.mistakes.push(place, "a number is written without a type: `10`");
                Value::Broken
            }
            _ => {
                self.mistakes.push(place, "a text in quotes, a number, `true` or `false` is expected here");
                Value::Broken
            }
        };
        Node { place, value }
    }
}
