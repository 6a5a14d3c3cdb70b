//! The constants of a struct of settings, one for each field.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Field, Ident, LitStr, Path, ext::IdentExt};

use crate::attributes::docs;

/// The name of a field's constant, and of its variable where nothing else is said.
pub(crate) fn name(ident: &Ident) -> LitStr {
    LitStr::new(&ident.unraw().to_string().to_uppercase(), ident.span())
}

/// The constants of these fields, each with its variable.
pub(crate) fn of<'a>(
    input: &DeriveInput,
    root: &Path,
    fields: impl Iterator<Item = (&'a Field, LitStr)>,
) -> TokenStream {
    let ident = &input.ident;
    let (parameters, arguments, bounds) = input.generics.split_for_impl();
    let constants = fields.filter_map(|(field, variable)| constant(root, field, &variable));
    quote! {
        #[automatically_derived]
        impl #parameters #ident #arguments #bounds { #(#constants)* }
    }
}

/// The constants of a struct in which there are mistakes, so that their users report no others.
pub(crate) fn stub(input: &DeriveInput, root: &Path) -> TokenStream {
    let Data::Struct(data) = &input.data else { return TokenStream::new() };
    let mut names = BTreeSet::new();
    let named = data.fields.iter().filter_map(|field| Some((field, name(field.ident.as_ref()?))));
    of(input, root, named.filter(|(_, name)| names.insert(name.value())))
}

fn constant(root: &Path, field: &Field, variable: &LitStr) -> Option<TokenStream> {
    let ident = field.ident.as_ref()?;
    let name = Ident::new(&name(ident).value(), ident.span());
    let (visibility, ty, description) = (&field.vis, &field.ty, docs(&field.attrs));
    let of_field =
        format!(" The setting `{}`: a value of the template, or a secret for `Function::uses`.", ident.unraw());
    let description = (!description.is_empty()).then(|| quote!(#[doc = #description] #[doc = ""]));
    Some(quote! {
        #description
        #[doc = #of_field]
        #[allow(dead_code, unreachable_pub)]
        #visibility const #name: #root::settings::Setting<#ty> = #root::settings::Setting::new(#variable);
    })
}
