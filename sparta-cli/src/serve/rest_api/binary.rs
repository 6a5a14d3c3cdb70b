//! What a REST API takes for bytes rather than text.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html>.

/// Whether a media type is one of the binary ones: `image/png`, `image/*` or `*/*`, which holds for bodies without a type, too.
pub(super) fn is_binary(types: &[String], media_type: Option<&str>) -> bool {
    let own = media_type.unwrap_or_default().split([';', ',']).next().unwrap_or_default().trim();
    types.iter().any(|known| match known.split_once('/') {
        Some(("*", "*")) => true,
        Some((kind, "*")) => own.split_once('/').is_some_and(|(own, _)| own.eq_ignore_ascii_case(kind)),
        _ => known.eq_ignore_ascii_case(own),
    })
}

#[cfg(test)]
mod tests {
    use super::is_binary;

    #[test]
    fn the_types_are_those_of_the_api() {
        let types = |types: &[&str]| types.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (known, own, expected) in [
            (&["*/*"][..], None, true),
            (&["*/*"], Some("text/plain"), true),
            (&["image/*"], Some("IMAGE/png; q=1"), true),
            (&["image/*"], Some("text/plain"), false),
            (&["image/png"], Some("image/png,text/html"), true),
            (&["image/png"], None, false),
            (&[], Some("image/png"), false),
        ] {
            assert_eq!(is_binary(&types(known), own), expected, "{known:?} {own:?}");
        }
    }
}
