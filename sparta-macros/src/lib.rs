//! The macros of `sparta-lambda`.

mod attributes;
mod choice;
mod constants;
mod resource;
mod settings;
mod stub;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, parse_macro_input};

/// Implements `sparta::settings::Settings` for a struct, and `SettingValue` for an enum without data.
///
/// Its attributes are described with the trait.
#[proc_macro_derive(Settings, attributes(settings))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = match &input.data {
        Data::Struct(data) => settings::expand(&input, data),
        Data::Enum(data) => choice::expand(&input, data),
        Data::Union(data) => Err(syn::Error::new(
            data.union_token.span,
            "settings are a struct with named fields, or an enum without data",
        )),
    };
    let refused = |error: syn::Error| {
        let mut tokens = error.into_compile_error();
        tokens.extend(stub::of(&input));
        tokens
    };
    expanded.unwrap_or_else(refused).into()
}

/// What `sparta_core::resource!` is made of.
#[doc(hidden)]
#[proc_macro]
pub fn resource(input: TokenStream) -> TokenStream {
    resource::expand(input.into()).into()
}

/// What `sparta_core::property!` is made of.
#[doc(hidden)]
#[proc_macro]
pub fn property(input: TokenStream) -> TokenStream {
    resource::property(input.into()).into()
}

/// What `sparta_core::attribute!` is made of.
#[doc(hidden)]
#[proc_macro]
pub fn attribute(input: TokenStream) -> TokenStream {
    resource::attribute(input.into()).into()
}
