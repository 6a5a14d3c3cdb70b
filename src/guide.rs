//! The guide, whose examples are compiled as documentation tests; those that cannot be are marked `ignore`.

macro_rules! pages {
    ($($page:ident)*) => {$(
        #[doc = include_str!(concat!("../docs/", stringify!($page), ".md"))]
        mod $page {}
    )*};
}

pages! { alarms apis builds ci cloudfront commands constructs environments functions pipeline resources }
