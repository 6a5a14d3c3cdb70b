//! From tokens to what stands for a property, or for an item.

use proc_macro2::{Delimiter, Group, TokenTree};
use syn::Lit;

use super::{
    bare::Bare,
    parse::Parser,
    place::Place,
    tokens::Tokens,
    tree::{Node, Value},
};

impl Parser {
    /// What stands for a property, or for an item.
    pub(super) fn value(&mut self, tokens: &mut Tokens, of: &str) -> Node {
        if tokens.peek().is_none() || tokens.is(',') {
            let place = tokens.place();
            self.mistakes.push(place, format!("the value of `{of}` is expected here"));
            return Node { place, value: Value::Broken };
        }
        if let Some(bare) = Bare::ahead(tokens) {
            let place = bare.place();
            self.mistakes.push(place, bare.message());
            tokens.pass(bare.len());
            return Node { place, value: Value::Broken };
        }
        let Some(token) = tokens.next() else { unreachable!("there is one") };
        let place = Place::at(token.span());
        match token {
            TokenTree::Group(group) => self.group(&group),
            TokenTree::Literal(literal) => self.literal(literal, place, ""),
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
            TokenTree::Ident(ident) => Node { place, value: Value::Bool(ident == "true") },
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
