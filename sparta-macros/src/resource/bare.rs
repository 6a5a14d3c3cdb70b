//! Expressions that lack their parentheses.

use proc_macro2::{Delimiter, Span, TokenTree};

use super::{place::Place, tokens::Tokens};

/// Longer ones are not shown in a message.
const SHOWN: usize = 80;

/// The tokens of an expression, up to the comma or to the next name where the comma was forgotten.
pub(super) struct Bare(Vec<TokenTree>);

impl Bare {
    /// What is ahead, where it is an expression and no value.
    pub(super) fn ahead(tokens: &mut Tokens) -> Option<Self> {
        let all = tokens.ahead_to_comma();
        let end = (1..all.len()).find(|&at| is_name(&all[at..])).unwrap_or(all.len());
        let bare = Self(all.into_iter().take(end).collect());
        bare.is_expression().then_some(bare)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn place(&self) -> Place {
        let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
        Place::between(span(self.0.first()), span(self.0.last()))
    }

    pub(super) fn message(&self) -> String {
        let mut text = Text::default();
        text.tokens(&self.0);
        let text = text.written;
        if text.chars().count() > SHOWN {
            return "expressions are in parentheses: `(...)`".to_owned();
        }
        // `AWS::Region` and the like are texts that look like a path.
        let quoted = if self.0.len() == 1 || text.starts_with("AWS::") {
            format!(", and texts in quotes: `\"{text}\"`")
        } else {
            String::new()
        };
        format!("expressions are in parentheses: `({text})`{quoted}")
    }

    fn is_expression(&self) -> bool {
        match self.0.as_slice() {
            [TokenTree::Ident(only)] => only != "true" && only != "false" && only != "null",
            [TokenTree::Ident(word), rest @ ..] if word == "true" || word == "false" => is_operator(rest),
            [TokenTree::Ident(_), ..] => true,
            [TokenTree::Punct(minus), TokenTree::Literal(_), rest @ ..] if minus.as_char() == '-' => is_operator(rest),
            [TokenTree::Punct(first), _, ..] => "&*!|<-:".contains(first.as_char()),
            [_, rest @ ..] => is_operator(rest),
            [] => false,
        }
    }
}

/// Whether a name and a colon are next.
fn is_name(tokens: &[TokenTree]) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(it)) if it.as_char() == ':');
    let is_word = matches!(tokens.first(), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
    is_word && colon(tokens.get(1)) && !colon(tokens.get(2))
}

fn is_operator(tokens: &[TokenTree]) -> bool {
    match tokens.first() {
        Some(TokenTree::Punct(punct)) => ".+-*/%&|^<>?".contains(punct.as_char()),
        Some(TokenTree::Ident(word)) => word == "as",
        _ => false,
    }
}

/// Tokens as they were written, on one line.
#[derive(Default)]
struct Text {
    written: String,
    end: Option<(usize, usize)>,
}

impl Text {
    fn tokens<'t>(&mut self, tokens: impl IntoIterator<Item = &'t TokenTree>) {
        for token in tokens {
            let TokenTree::Group(group) = token else {
                self.piece(&token.to_string(), token.span());
                continue;
            };
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            self.piece(open, group.span_open());
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            self.tokens(&inside);
            self.piece(close, group.span_close());
        }
    }

    fn piece(&mut self, piece: &str, span: Span) {
        if piece.is_empty() {
            return;
        }
        let at = |span: proc_macro::Span| (span.line(), span.column());
        let span = span.unwrap();
        if self.end.is_some_and(|end| end != at(span.start())) {
            self.written.push(' ');
        }
        self.written += piece;
        self.end = Some(at(span.end()));
    }
}
