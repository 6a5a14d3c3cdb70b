//! Media types, which are compared without regard to case and parameters.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The type and subtype of a body, such as `application/vnd.api+json`.
///
/// See <https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1>, and <https://www.rfc-editor.org/rfc/rfc6839> for the suffix.
#[derive(Clone, Copy)]
pub(crate) struct MediaType<'a>(&'a [u8]);

impl<'a> MediaType<'a> {
    /// What the headers say of the body.
    pub(crate) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let value = headers.get(CONTENT_TYPE)?.as_bytes();
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        Some(Self(value[..end].trim_ascii()))
    }

    /// Whether such a body is JSON.
    pub(crate) fn is_json(self) -> bool {
        self.is("application/json") || self.has_suffix("json")
    }

    /// Whether such a body is a form as browsers send it.
    pub(crate) fn is_form(self) -> bool {
        self.is("application/x-www-form-urlencoded")
    }

    /// Whether such a body is text, whatever its charset.
    pub(crate) fn is_text(self) -> bool {
        self.starts_with("text/")
            || self.is("application/json")
            || ["json", "xml", "yaml"].into_iter().any(|suffix| self.has_suffix(suffix))
            || TEXT_TYPES.into_iter().any(|name| self.is(name))
    }

    fn is(self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name.as_bytes())
    }

    fn starts_with(self, start: &str) -> bool {
        self.0.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start.as_bytes()))
    }

    /// What follows the last plus sign of a subtype says how it is written.
    fn has_suffix(self, suffix: &str) -> bool {
        let Some(plus) = self.0.iter().rposition(|byte| *byte == b'+') else { return false };
        self.0[plus + 1..].eq_ignore_ascii_case(suffix.as_bytes()) && self.0[..plus].contains(&b'/')
    }
}

/// Types whose name does not say that they are text.
const TEXT_TYPES: [&str; 13] = [
    "application/xml",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "application/x-www-form-urlencoded",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/x-ndjson",
    "application/jsonl",
    "application/json-seq",
    "application/graphql",
    "application/sql",
];

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn kind(name: &'static str) -> (bool, bool, bool) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(name))]);
        let kind = MediaType::of(&headers).unwrap();
        (kind.is_json(), kind.is_form(), kind.is_text())
    }

    #[test]
    fn json_is_known_by_type_or_suffix_in_any_case_and_with_any_parameter() {
        for name in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json ; charset=\"utf-8\"",
            "\tapplication/json",
            "application/vnd.api+json",
            "application/problem+JSON; q=1",
            "application/ld+json;profile=a+b",
            "image/a+b+json",
        ] {
            assert_eq!(kind(name), (true, false, true), "{name}");
        }
    }

    #[test]
    fn a_name_that_begins_or_ends_alike_is_another_type() {
        for name in [
            "application/jsonlines",
            "application/json5",
            "application/jsonp",
            "application/x-json",
            "application/json+zip",
            "application",
            "json",
            "a+json",
            "",
            ";application/json",
            "application/octet-stream; type=application/json",
            "application/x-www-form-urlencoded2",
        ] {
            assert_eq!(kind(name), (false, false, false), "{name}");
        }
        assert_eq!(kind("application/jsonl"), (false, false, true));
        assert_eq!(kind("text/json"), (false, false, true));
    }

    #[test]
    fn a_form_is_known_in_any_case_and_with_any_parameter() {
        for name in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"] {
            assert_eq!(kind(name), (false, true, true), "{name}");
        }
    }
}
