//! `property!`: a part of a resource's properties.

use proc_macro2::{Delimiter, TokenStream};
use quote::quote;
use sparta_schema as schema;

use super::{
    check, intrinsic::Places, literal::Literal, parse::Parser, place::Place, root, tokens::Tokens, tree::Node, with,
};

/// A step to a part of a resource's properties.
enum Step {
    Property(String, Place),
    Item,
}

/// `AWS::S3::Bucket.LifecycleConfiguration.Rules[] { ... }`: a part of a resource, checked like the whole.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (root, mut tokens) = root(input);
    let mut parser = Parser::default();
    let kind = parser.kind(&mut tokens);
    let path = path(&mut tokens, &mut parser);
    let value = parser.value(&mut tokens, "property");
    parser.end(&mut tokens, "after the property");
    let mut places = Places::default();
    let whole = within(&path, &value, &mut places);
    let faults = check::described(&kind, &mut parser.mistakes).map(|it| schema::findings(it, &whole));
    // What is around the part is not this macro's to check.
    let here = faults.into_iter().flatten().filter(|fault| fault.place != OUTSIDE).collect();
    check::report(here, &kind, places, &mut parser.mistakes);
    let Literal { text, expressions } = Literal::new(&root, &value, &parser.expressions);
    with(&parser.mistakes, quote!(#root::cfn::literal::value(#text, &mut [#expressions])))
}

const OUTSIDE: usize = usize::MAX;

fn path(tokens: &mut Tokens, parser: &mut Parser) -> Vec<Step> {
    let mut steps = Vec::new();
    while tokens.take('.') {
        let Some((name, span)) = tokens.ident() else {
            let place = tokens.place();
            parser.mistakes.push(place, "a property's name is expected after `.`");
            break;
        };
        steps.push(Step::Property(name, Place::at(span)));
        while tokens.group(Delimiter::Bracket).is_some() {
            steps.push(Step::Item);
        }
    }
    if steps.is_empty() {
        let place = tokens.place();
        parser.mistakes.push(place, "the path of a property is expected here: `.Tags[]` is an item of the list `Tags`");
    }
    steps
}

/// The value with all around it that leads to it.
fn within(path: &[Step], value: &Node, places: &mut Places) -> schema::Node {
    let Some((step, rest)) = path.split_first() else { return places.node(value) };
    let around = match step {
        // Whether it is the list's first item is not known, and the first may have rules of its own.
        Step::Item => {
            let item = vec![within(rest, value, places), schema::Node::expression(OUTSIDE)];
            schema::Value::List(vec![schema::Node::new(OUTSIDE, schema::Value::Choice(item))])
        }
        Step::Property(name, place) => {
            let place = places.add(*place);
            schema::Value::Map(vec![schema::Entry::new(place, name.as_str(), within(rest, value, places))])
        }
    };
    schema::Node::new(OUTSIDE, around)
}
