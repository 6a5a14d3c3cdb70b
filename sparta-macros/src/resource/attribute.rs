use proc_macro2::TokenStream;
use quote::quote;
use sparta_schema::{ResourceType, nearest};

use super::{check, parse::Parser, root, with};

/// `AWS::S3::Bucket, bucket, "Arn"`: an attribute that the type has.
pub fn expand(input: TokenStream) -> TokenStream {
    let (root, mut tokens) = root(input);
    let mut parser = Parser::default();
    let kind = parser.kind(&mut tokens);
    if !tokens.take(',') {
        let place = tokens.place();
        parser.mistakes.push(place, "`,` and the resource are expected after its type");
    }
    let mut resource = tokens.up_to_comma();
    tokens.take(',');
    let place = tokens.place();
    let name = tokens.text().map(|(name, _)| name);
    match &name {
        None => parser.mistakes.push(place, "the attribute's name is expected here, in quotes: `\"Arn\"`"),
        Some(name) => {
            parser.end(&mut tokens, "after the attribute");
            if let Some(known) = check::known(&kind, &mut parser.mistakes)
                && !known.has_attribute(name)
            {
                parser.mistakes.push(place, unknown(known, name));
            }
        }
    }
    if resource.is_empty() {
        // Never run, and of any type: the mistake stops the compiler.
        resource = quote!(#root::cfn::LogicalId::of_words([]));
    }
    let name = name.unwrap_or_default();
    with(&parser.mistakes, quote!(#resource.attribute(#name)))
}

fn unknown(of: &ResourceType, name: &str) -> String {
    let kind = of.name();
    match nearest(name, of.attributes().iter().copied()) {
        Some(near) => format!("{kind} has no attribute `{name}`; did you mean `{near}`?"),
        None if of.attributes().is_empty() => format!("{kind} has no attributes"),
        None => format!("{kind} has no attribute `{name}`; there is `{}`", of.attributes().join("`, `")),
    }
}
