//! `#[derive(Settings)]` on a struct.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, LitStr, Path, Type};

use crate::attributes::{Bound, Item, Mistakes, docs, items, literal, number, refuse_generics, root};
use crate::constants;

const KNOWN: [&str; 7] = ["rename", "default", "min", "max", "min_length", "max_length", "pattern"];

struct Setting<'a> {
    field: &'a syn::Field,
    ident: &'a Ident,
    ty: &'a Type,
    variable: LitStr,
    description: String,
    default: Option<Default>,
    min: Option<Bound>,
    max: Option<Bound>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    pattern: Option<LitStr>,
}

enum Default {
    OfType,
    Expr(Expr),
}

pub(crate) fn expand(input: &DeriveInput, data: &DataStruct) -> syn::Result<TokenStream> {
    let mut mistakes = Mistakes::default();
    let root = root(input, &mut mistakes);
    refuse_generics(input, &mut mistakes);
    if !matches!(data.fields, Fields::Named(_)) {
        mistakes.at(&input.ident, "settings are a struct with named fields: each is a variable");
        mistakes.into_result()?;
        return Ok(TokenStream::new());
    }
    let settings: Vec<_> = data.fields.iter().filter_map(|field| Setting::new(field, &mut mistakes)).collect();
    refuse_duplicates(&settings, &mut mistakes);
    refuse_same_constants(&settings, &mut mistakes);
    mistakes.into_result()?;
    let constants = settings.iter().map(|setting| (setting.field, setting.variable.clone()));
    let mut tokens = constants::of(input, &root, constants);
    tokens.extend(implementation(&root, &input.ident, &settings));
    Ok(tokens)
}

fn refuse_duplicates(settings: &[Setting], mistakes: &mut Mistakes) {
    let mut seen = BTreeMap::new();
    for setting in settings {
        if let Some(first) = seen.insert(setting.variable.value(), setting.ident) {
            let variable = setting.variable.value();
            mistakes.at(&setting.variable, format!("the variable `{variable}` is that of the field `{first}` already"));
        }
    }
}

fn refuse_same_constants(settings: &[Setting], mistakes: &mut Mistakes) {
    let mut seen = BTreeMap::new();
    for setting in settings {
        let name = constants::name(setting.ident).value();
        if let Some(first) =
            seen.insert(name.clone(), setting).filter(|it| it.variable.value() != setting.variable.value())
        {
            let first = first.ident;
            mistakes
                .at(setting.ident, format!("its constant `{name}` is that of the field `{first}` already: rename one"));
        }
    }
}

fn implementation(root: &Path, ident: &Ident, settings: &[Setting]) -> TokenStream {
    let owner = ident.unraw().to_string();
    let names: Vec<_> = settings.iter().map(|setting| setting.ident).collect();
    let types = settings.iter().map(|setting| setting.ty);
    let variables = settings.iter().map(|setting| &setting.variable);
    let fields = settings.iter().map(|setting| setting.field(root, &owner));
    let checks = settings.iter().map(|setting| setting.checks(root));
    let reads = settings.iter().enumerate().map(|(i, setting)| setting.read(i));
    quote! {
        const _: () = { #(#checks)* };

        #[automatically_derived]
        impl #root::settings::Settings for #ident {
            fn fields() -> ::std::vec::Vec<#root::settings::Field> {
                ::std::vec![#(#fields),*]
            }

            fn values(&self) -> ::std::vec::Vec<(::std::string::String, ::core::option::Option<::std::string::String>)> {
                ::std::vec![#((::std::string::String::from(#variables), #root::settings::text::<#types>(&self.#names))),*]
            }

            #[allow(unused_mut, unreachable_patterns)]
            fn read(
                get: &dyn ::core::ops::Fn(&str) -> ::core::option::Option<::std::string::String>,
            ) -> ::core::result::Result<Self, #root::settings::SettingsError> {
                let fields = <Self as #root::settings::Settings>::fields();
                let mut reader = #root::settings::Reader::new(get);
                match (#(#reads,)*) {
                    (#(::core::option::Option::Some(#names),)*) => ::core::result::Result::Ok(Self { #(#names),* }),
                    _ => ::core::result::Result::Err(reader.into_error()),
                }
            }

            fn get() -> ::core::result::Result<&'static Self, #root::settings::SettingsError> {
                static READ: ::std::sync::OnceLock<::core::result::Result<#ident, #root::settings::SettingsError>> =
                    ::std::sync::OnceLock::new();
                let read = READ.get_or_init(|| {
                    <#ident as #root::settings::Settings>::read(&#root::settings::process_variable)
                });
                read.as_ref().map_err(::core::clone::Clone::clone)
            }
        }
    }
}

impl<'a> Setting<'a> {
    fn new(field: &'a syn::Field, mistakes: &mut Mistakes) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let mut setting = Self {
            field,
            ident,
            ty: &field.ty,
            variable: constants::name(ident),
            description: docs(&field.attrs),
            default: None,
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            pattern: None,
        };
        let items = items(&field.attrs, &KNOWN, mistakes);
        for item in &items {
            if let Err(error) = setting.apply(item) {
                mistakes.push(error);
            }
        }
        let find = |name: &str| items.iter().find(|item| item.name == name);
        setting.check_variable(mistakes);
        setting.check_default(find("default"), mistakes);
        if let (Some(min), Some(max), Some(item)) = (setting.min, setting.max, find("min"))
            && min.value() > max.value()
        {
            mistakes.at(&item.value, "`min` is greater than `max`");
        }
        if let (Some(min), Some(max), Some(item)) = (setting.min_length, setting.max_length, find("min_length"))
            && min > max
        {
            mistakes.at(&item.value, "`min_length` is greater than `max_length`");
        }
        Some(setting)
    }

    fn apply(&mut self, item: &Item) -> syn::Result<()> {
        match item.name.to_string().as_str() {
            "rename" => self.variable = item.text()?,
            "default" => self.default = Some(item.value.clone().map_or(Default::OfType, Default::Expr)),
            "min" => self.min = Some(item.bound()?),
            "max" => self.max = Some(item.bound()?),
            "min_length" => self.min_length = Some(item.length()?),
            "max_length" => self.max_length = Some(item.length()?),
            "pattern" => self.pattern = Some(item.text()?),
            _ => {}
        }
        Ok(())
    }

    fn check_variable(&self, mistakes: &mut Mistakes) {
        let name = self.variable.value();
        let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !letter || name.len() < 2 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            mistakes.at(
                &self.variable,
                format!(
                    "Lambda takes no variable `{name}`: a name is a letter followed by at least one letter, digit or \
                     underscore; choose one with `#[settings(rename = \"...\")]`"
                ),
            );
        }
    }

    fn check_default(&self, item: Option<&Item>, mistakes: &mut Mistakes) {
        let Some(item) = item else { return };
        match outer_type(self.ty).as_deref() {
            Some("Option") => mistakes.at(&item.name, "an `Option` that is not set is `None`; it has no other default"),
            Some("Secret") => mistakes.at(&item.name, "a secret has no default"),
            _ => {}
        }
        let Some(Default::Expr(expr)) = &self.default else {
            return;
        };
        if let Some(value) = number(expr).map(Bound::value)
            && (self.min.is_some_and(|min| value < min.value()) || self.max.is_some_and(|max| value > max.value()))
        {
            mistakes.at(expr, "the default is out of the range of `min` and `max`");
        }
        if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
            let length = text.value().chars().count();
            if self.min_length.is_some_and(|min| length < min) || self.max_length.is_some_and(|max| length > max) {
                mistakes.at(expr, "the default's length is out of the range of `min_length` and `max_length`");
            }
        }
    }

    /// The default as a function, so that it is made only where it is needed.
    fn default_fn(&self) -> Option<TokenStream> {
        let ty = self.ty;
        Some(match self.default.as_ref()? {
            Default::OfType => {
                quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default as fn() -> #ty)
            }
            Default::Expr(expr @ Expr::Lit(ExprLit { lit: Lit::Str(_), .. })) => {
                quote_spanned!(expr.span()=> (|| <#ty as ::core::convert::From<&str>>::from(#expr)) as fn() -> #ty)
            }
            Default::Expr(expr) => quote_spanned!(expr.span()=> (|| #expr) as fn() -> #ty),
        })
    }

    fn field(&self, root: &Path, owner: &str) -> TokenStream {
        let (ty, variable) = (self.ty, &self.variable);
        let name = literal(&format!("{owner}::{}", self.ident.unraw()), self.ident.span());
        let mut field = quote_spanned!(ty.span()=> #root::settings::Field::new::<#ty>(#name, #variable));
        if !self.description.is_empty() {
            let description = &self.description;
            field = quote!(#field.description(#description));
        }
        if let Some(default) = self.default_fn() {
            field = quote!(#field.default(&(#default)()));
        }
        for (name, bound) in [("min", self.min), ("max", self.max)] {
            let name = Ident::new(name, self.ident.span());
            field = bound.map_or(field.clone(), |bound| quote!(#field.#name(#root::settings::Number::from(#bound))));
        }
        for (name, length) in [("min_length", self.min_length), ("max_length", self.max_length)] {
            let name = Ident::new(name, self.ident.span());
            field = length.map_or(field.clone(), |length| quote!(#field.#name(#length)));
        }
        match &self.pattern {
            Some(pattern) => quote!(#field.pattern(#pattern)),
            None => field,
        }
    }

    /// What only the compiler knows: whether the constraints fit the type, and what core says about the name.
    fn checks(&self, root: &Path) -> TokenStream {
        let (ty, variable) = (self.ty, &self.variable);
        let bounded = |needed: bool, bound: &str| {
            let bound = Ident::new(bound, self.ident.span());
            needed.then(|| {
                quote_spanned! {ty.span()=>
                    const _: fn() = || {
                        fn constrained<T: #root::settings::#bound>() {}
                        constrained::<#ty>();
                    };
                }
            })
        };
        let numeric = bounded(self.min.is_some() || self.max.is_some(), "NumericSetting");
        let length = self.min_length.is_some() || self.max_length.is_some();
        let text = bounded(length || self.pattern.is_some(), "TextSetting");
        let at = respanned(root, variable.span());
        let name = quote_spanned!(variable.span()=> const _: () = #at::settings::not_reserved(#variable););
        quote!(#name #numeric #text)
    }

    fn read(&self, index: usize) -> TokenStream {
        let ty = self.ty;
        let default = match self.default_fn() {
            Some(default) => quote!(::core::option::Option::Some(#default)),
            None => quote!(::core::option::Option::None),
        };
        quote!(reader.read::<#ty>(&fields[#index], #default))
    }
}

/// The path with each token at `span`: an expression is reported at the span of its first token.
fn respanned(path: &Path, span: Span) -> TokenStream {
    let tokens = path.to_token_stream().into_iter();
    tokens
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

/// The last name of a type's path: `Option` of `std::option::Option<T>`.
fn outer_type(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}
