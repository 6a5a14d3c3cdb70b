//! What stands for the implementation where the derive finds mistakes, so that the compiler reports them and nothing else.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use crate::{
    attributes::{Mistakes, root},
    constants,
};

/// An implementation that is never run, because nothing that has it compiles.
pub(crate) fn of(input: &DeriveInput) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let root = root(input, &mut mistakes);
    if mistakes.into_result().is_err() {
        // Where the trait is cannot be told.
        return TokenStream::new();
    }
    let ident = &input.ident;
    let (parameters, arguments, _) = input.generics.split_for_impl();
    if let Data::Enum(_) = input.data {
        return quote! {
            impl #parameters #root::settings::PlainSetting for #ident #arguments {}

            impl #parameters #root::settings::SettingValue for #ident #arguments {
                fn kind() -> #root::settings::Kind {
                    ::core::unreachable!()
                }

                fn to_text(&self) -> ::std::string::String {
                    ::core::unreachable!()
                }

                fn from_text(_: &str) -> ::core::result::Result<Self, #root::settings::Expected> {
                    ::core::unreachable!()
                }
            }
        };
    }
    let constants = constants::stub(input, &root);
    quote! {
        #constants

        impl #parameters #root::settings::Settings for #ident #arguments
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static,
        {
            fn fields() -> ::std::vec::Vec<#root::settings::Field> {
                ::core::unreachable!()
            }

            fn values(&self) -> ::std::vec::Vec<(::std::string::String, ::core::option::Option<::std::string::String>)> {
                ::core::unreachable!()
            }

            fn read(
                _: &dyn ::core::ops::Fn(&str) -> ::core::option::Option<::std::string::String>,
            ) -> ::core::result::Result<Self, #root::settings::SettingsError> {
                ::core::unreachable!()
            }

            fn get() -> ::core::result::Result<&'static Self, #root::settings::SettingsError> {
                ::core::unreachable!()
            }
        }
    }
}
