//! `resource!`, `property!` and `attribute!`: CloudFormation that is checked against the registry's schemas.
//!
//! Each begins with the path of `sparta-core` in brackets, which the macros there put before what the user wrote.

mod attribute;
mod bare;
mod check;
mod intrinsic;
mod literal;
mod parse;
mod place;
mod property;
mod resource_attributes;
mod tokens;
mod tree;
mod value;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use self::{literal::Literal, parse::Parser, place::Mistakes, tokens::Tokens};

pub(crate) use attribute::expand as attribute;
pub(crate) use property::expand as property;

/// A resource.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (root, mut tokens) = root(input);
    let mut parser = Parser::default();
    let kind = parser.kind(&mut tokens);
    let mut properties = parser.properties(&mut tokens, &kind);
    parser.end(&mut tokens, "after the properties");
    check::resource(&kind, &mut properties, &mut parser.mistakes);
    let Literal { text, expressions } = Literal::new(&root, &properties, &parser.expressions);
    let kind = &kind.name;
    let resource = quote!(#root::cfn::literal::resource(#kind, #text, &mut [#expressions]));
    with(&parser.mistakes, resource)
}

/// The path of `sparta-core`, and what the user wrote.
fn root(input: TokenStream) -> (TokenStream, Tokens) {
    let mut tokens = input.into_iter();
    let root = match tokens.next() {
        Some(TokenTree::Group(path)) => path.stream(),
        _ => TokenStream::new(),
    };
    (root, Tokens::new(tokens, Span::call_site()))
}

/// The expression, after all mistakes: it keeps its type, so that they are the only ones.
fn with(mistakes: &Mistakes, expression: TokenStream) -> TokenStream {
    if mistakes.is_empty() {
        return expression;
    }
    let errors = mistakes.iter().map(|(place, message)| place.error(message));
    let warnings = mistakes.warnings().map(|(place, message)| place.warning(message));
    quote!({ #(#errors)* #(#warnings)* #expression })
}

/// The same token at another place: there is where an error in it is shown, and not what it means.
fn moved(stream: TokenStream, to: Span) -> TokenStream {
    let moved = stream.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut at = Group::new(group.delimiter(), moved(group.stream(), to));
            at.set_span(to.resolved_at(group.span()));
            TokenTree::Group(at)
        }
        TokenTree::Ident(mut ident) => {
            ident.set_span(to.resolved_at(Ident::span(&ident)));
            TokenTree::Ident(ident)
        }
        mut other => {
            other.set_span(to.resolved_at(other.span()));
            other
        }
    });
    moved.collect()
}
