//! From a tree to what is compiled: JSON text, in which `"\0N"` is the expression of that number,
//! and the expressions.

use std::fmt::Write;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{
    moved,
    tree::{Node, Value},
};

pub(super) struct Literal {
    pub text: String,
    /// `IntoValue::into_value(expression), ...`
    pub expressions: TokenStream,
}

impl Literal {
    pub(super) fn new(root: &TokenStream, node: &Node, expressions: &[TokenStream]) -> Self {
        let mut text = String::new();
        json(node, &mut text);
        let into_value = quote!(#root::cfn::IntoValue::into_value);
        let expressions = expressions.iter().map(|expression| {
            let place = expression.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
            let into_value = moved(into_value.clone(), place);
            quote!(#into_value(#expression))
        });
        Self { text, expressions: quote!(#(#expressions),*) }
    }
}

fn json(node: &Node, text: &mut String) {
    match &node.value {
        Value::Bool(value) => _ = write!(text, "{value}"),
        Value::Number(digits) => *text += digits,
        Value::Text(value) => quoted(value, text),
        Value::Expression(number) => _ = write!(text, r#""\u0000{number}""#),
        // Nothing reads it, since the mistake stops the compiler.
        Value::Broken => *text += "0",
        Value::List(items) => {
            separated('[', items, ']', text, json);
        }
        Value::Map(entries) => separated('{', entries, '}', text, |entry, text| {
            quoted(&entry.key, text);
            text.push(':');
            json(&entry.value, text);
        }),
    }
}

fn separated<T>(open: char, items: &[T], close: char, text: &mut String, item: impl Fn(&T, &mut String)) {
    text.push(open);
    for (position, one) in items.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        item(one, text);
    }
    text.push(close);
}

fn quoted(value: &str, text: &mut String) {
    text.push('"');
    for char in value.chars() {
        match char {
            '"' => *text += "\\\"",
            '\\' => *text += "\\\\",
            control if control < ' ' => _ = write!(text, "\\u{:04x}", u32::from(control)),
            other => text.push(other),
        }
    }
    text.push('"');
}
