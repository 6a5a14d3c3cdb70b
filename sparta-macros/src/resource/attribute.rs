//! `attribute!`: an attribute that the type has.

use proc_macro2::TokenStream;
use quote::quote;
use sparta_schema::{ResourceType, nearest};

use super::{check, parse::Parser, root, with};

/// `AWS::S3::Bucket, bucket, "Arn"`: an attribute that the type has.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (root, mut tokens) = root(input);
    let mut parser = Parser::default();
    let kind = parser.kind(&mut tokens);
    if parser.mistakes.is_empty() && !tokens.take(',') {
        let place = tokens.place();
        parser.mistakes.push(place, "`,`, the resource and the attribute's name are expected after the type");
    }
    let mut before = tokens.place();
    let mut resource = tokens.up_to_comma();
    let mut name = None;
    if tokens.take(',') {
        before = tokens.place();
        name = tokens.text().map(|(name, _)| name);
        if name.is_none() {
            parser.mistakes.push(before, "the attribute's name is expected here, in quotes: `\"Arn\"`");
        } else {
            parser.end(&mut tokens, "after the attribute");
        }
    } else if parser.mistakes.is_empty() {
        parser.mistakes.push(before, "the resource and `,` are expected before the attribute's name");
    }
    if let (Some(known), Some(name)) = (check::known(&kind, &mut parser.mistakes), &name)
        && !known.has_attribute(name)
    {
        parser.mistakes.push(before, unknown(known, name));
    }
    if !parser.mistakes.is_empty() {
        // Never run: the mistakes stop the compiler.
        resource = quote!(#root::cfn::LogicalId::of_words([]));
    }
    let name = name.unwrap_or_default();
    with(&parser.mistakes, quote!(#resource.attribute(#name)))
}

fn unknown(of: &ResourceType, name: &str) -> String {
    let kind = of.name();
    let attributes = of.attributes().iter().copied();
    // Parts of properties are many, and seldom meant.
    let whole: Vec<&str> = attributes.clone().filter(|attribute| !attribute.contains('.')).collect();
    match nearest(name, attributes) {
        Some(near) => format!("{kind} returns no attribute `{name}`; did you mean `{near}`?"),
        None if whole.is_empty() => format!("{kind} returns no attribute `{name}`"),
        None => format!("{kind} returns no attribute `{name}`; it returns `{}`", whole.join("`, `")),
    }
}
