//! `#[settings(...)]` on a container, a field or a variant, and the mistakes in it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Path, Token, UnOp};

/// Mistakes so far, so that all of them are reported.
#[derive(Default)]
pub(crate) struct Mistakes(Option<syn::Error>);

impl Mistakes {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn at(&mut self, place: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(place, message));
    }

    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// One `name` or `name = value`.
pub(crate) struct Item {
    pub name: Ident,
    pub value: Option<Expr>,
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
        Ok(Self { name, value })
    }
}

impl Item {
    fn value(&self) -> syn::Result<&Expr> {
        self.value
            .as_ref()
            .ok_or_else(|| syn::Error::new_spanned(&self.name, format!("`{0}` needs a value: `{0} = ...`", self.name)))
    }

    /// Its value as a text.
    pub(crate) fn text(&self) -> syn::Result<LitStr> {
        match self.value()? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
            other => Err(syn::Error::new_spanned(other, format!("`{}` is a text in quotes", self.name))),
        }
    }

    /// Its value as a number of characters.
    pub(crate) fn length(&self) -> syn::Result<usize> {
        let value = self.value()?;
        match number(value) {
            Some(Bound::Integer(length)) if length >= 0 => Ok(length as usize),
            _ => Err(syn::Error::new_spanned(value, format!("`{}` is a number of characters", self.name))),
        }
    }

    /// Its value as a bound of a number.
    pub(crate) fn bound(&self) -> syn::Result<Bound> {
        let value = self.value()?;
        number(value).ok_or_else(|| {
            syn::Error::new_spanned(value, format!("`{}` is a number without a type, as in `{0} = 10`", self.name))
        })
    }
}

/// The least or greatest number.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    Integer(i64),
    Decimal(f64),
}

impl Bound {
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Decimal(number) => number,
        }
    }
}

impl ToTokens for Bound {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Integer(number) => number.to_tokens(tokens),
            Self::Decimal(number) => number.to_tokens(tokens),
        }
    }
}

/// The number that a literal is, with its sign.
pub(crate) fn number(expr: &Expr) -> Option<Bound> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) if literal.suffix().is_empty() => {
            literal.base10_parse().ok().map(Bound::Integer)
        }
        Expr::Lit(ExprLit { lit: Lit::Float(literal), .. }) if literal.suffix().is_empty() => {
            literal.base10_parse().ok().map(Bound::Decimal)
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => Some(match number(expr)? {
            Bound::Integer(number) => Bound::Integer(-number),
            Bound::Decimal(number) => Bound::Decimal(-number),
        }),
        _ => None,
    }
}

/// All items of all `#[settings(...)]`, those that are not among `known` or come twice being mistakes.
pub(crate) fn items(attributes: &[Attribute], known: &[&str], mistakes: &mut Mistakes) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("settings")) {
        let parsed = attribute.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated);
        for item in mistakes.keep(parsed).into_iter().flatten() {
            let name = item.name.to_string();
            if !known.contains(&name.as_str()) {
                mistakes.at(&item.name, unknown(&name, known));
            } else if items.iter().any(|other| other.name == item.name) {
                mistakes.at(&item.name, format!("`{name}` is given twice"));
            } else {
                items.push(item);
            }
        }
    }
    items
}

/// The path to `sparta`'s core: `::sparta`, or what `#[settings(crate = "...")]` says.
pub(crate) fn root(input: &DeriveInput, mistakes: &mut Mistakes) -> Path {
    let items = items(&input.attrs, &["crate"], mistakes);
    let given = items.first().and_then(|item| mistakes.keep(item.text().and_then(|text| text.parse())));
    given.unwrap_or_else(|| syn::parse_quote!(::sparta))
}

/// Refuses generic parameters, which one static per type cannot have.
pub(crate) fn refuse_generics(input: &DeriveInput, mistakes: &mut Mistakes) {
    if !input.generics.params.is_empty() {
        mistakes.at(&input.generics, "settings cannot be generic");
    }
}

/// The text of the doc comment, a line each.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A literal text at the place that mistakes in it are reported at.
pub(crate) fn literal(text: &str, span: Span) -> TokenStream {
    let literal = LitStr::new(text, span);
    quote!(#literal)
}

fn unknown(name: &str, known: &[&str]) -> String {
    match sparta_schema::nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown attribute `{name}`; did you mean `{near}`?"),
        None => format!("unknown attribute `{name}`; there is `{}`", known.join("`, `")),
    }
}
