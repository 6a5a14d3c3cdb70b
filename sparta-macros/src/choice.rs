//! `#[derive(Settings)]` on an enum: a choice between texts.

use std::collections::BTreeSet;

use heck::ToKebabCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Fields, Variant};

use crate::attributes::{Mistakes, items, refuse_generics, root};

pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let mut mistakes = Mistakes::default();
    let root = root(input, &mut mistakes);
    refuse_generics(input, &mut mistakes);
    if data.variants.is_empty() {
        mistakes.at(&input.ident, "an enum without variants has no value");
    }
    let texts: Vec<_> = data.variants.iter().map(|variant| text(variant, &mut mistakes)).collect();
    let mut seen = BTreeSet::new();
    for (variant, text) in data.variants.iter().zip(&texts) {
        if !seen.insert(text) {
            mistakes.at(&variant.ident, format!("two variants are written `{text}`"));
        }
    }
    mistakes.into_result()?;

    let ident = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let expected = format!("one of `{}`", texts.join("`, `"));
    Ok(quote! {
        #[automatically_derived]
        impl #root::settings::SettingValue for #ident {
            fn kind() -> #root::settings::Kind {
                #root::settings::Kind::Enum(::std::vec![#(::std::string::String::from(#texts)),*])
            }

            fn to_text(&self) -> ::std::string::String {
                ::std::string::String::from(match self { #(Self::#variants => #texts,)* })
            }

            fn from_text(text: &str) -> ::core::result::Result<Self, #root::settings::Expected> {
                match text {
                    #(#texts => ::core::result::Result::Ok(Self::#variants),)*
                    _ => ::core::result::Result::Err(#root::settings::Expected::new(#expected)),
                }
            }
        }

        #[automatically_derived]
        impl #root::settings::PlainSetting for #ident {}
    })
}

fn text(variant: &Variant, mistakes: &mut Mistakes) -> String {
    if !matches!(variant.fields, Fields::Unit) {
        mistakes.at(&variant.fields, "a setting's variant has no data: it is written as one text");
    }
    let items = items(&variant.attrs, &["rename"], mistakes);
    let Some(rename) = items.first().and_then(|item| mistakes.keep(item.text())) else {
        return variant.ident.unraw().to_string().to_kebab_case();
    };
    if rename.value().is_empty() {
        mistakes.at(&rename, "a variant cannot be written as the empty text, which means an absent value");
    }
    rename.value()
}
