//! Regular expressions as schemas have them: ECMA's and Java's, with look-around, matched by backtracking within a limit.
//!
//! A crate for the job would either lack look-around, as `regex` does, or have no limit to its backtracking; and all of
//! them cost more to compile, in every user's build, than the rest of this crate.

mod matcher;
mod parser;
mod set;

use matcher::Matcher;
use parser::Ast;

/// A compiled pattern.
pub(crate) struct Pattern(Ast);

impl Pattern {
    /// `None` for what is not understood.
    pub(crate) fn new(text: &str) -> Option<Self> {
        parser::parse(text).map(Self)
    }

    /// Whether it matches anywhere in a text; `None` where finding out takes too long.
    pub(crate) fn is_match(&self, text: &str) -> Option<bool> {
        let text: Vec<u32> = text.chars().map(u32::from).collect();
        Matcher::new(&text).search(&self.0)
    }
}

/// Whether a text matches; what cannot be decided counts as a match.
pub(crate) fn may_match(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).and_then(|it| it.is_match(text)).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::Keyword;

    fn is_match(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap_or_else(|| panic!("{pattern} is understood")).is_match(text).unwrap()
    }

    #[test]
    fn characters_classes_and_repetitions_match() {
        for (pattern, yes, no) in [
            ("^[a-z0-9-]{3,5}$", "a-1", "ab"),
            ("^arn:aws[a-zA-Z-]*:iam::\\d{12}:role/.+$", "arn:aws:iam::123456789012:role/x", "arn:aws:iam::12:role/x"),
            ("^(Enabled|Suspended)$", "Suspended", "Suspend"),
            ("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "a b_é:1", "a#b"),
            ("^[^\\x00-\\x1f]+$", "abc", "a\u{1}"),
            ("^a{2}b*?c+$", "aabbcc", "abcc"),
            ("^[+-=._:/]+$", "<=.", "a"),
            ("(?i)^aws$", "AwS", "awz"),
            ("^\\u0031[\\u0020-\\uD7FF]$", "1a", "1\t"),
            ("^a|b$", "ax", "xa"),
            ("^(?:\\s*\\w+\\s*,)+$", "a, b ,", "a b"),
            ("^[]a]+$", "]a", "b"),
            ("^a{,2}$", "aa", "aaa"),
            ("^x{y}$", "x{y}", "xy"),
        ] {
            assert!(is_match(pattern, yes), "{pattern} on {yes}");
            assert!(!is_match(pattern, no), "{pattern} on {no}");
        }
    }

    #[test]
    fn look_around_matches() {
        for (pattern, yes, no) in [
            ("^(?!aws:).+$", "app", "aws:app"),
            ("^(?![.\\-])(?!.*\\.\\.)[a-z0-9.\\-]{3,63}(?<![.\\-])$", "my.bucket", "my..bucket"),
            ("^[0-9a-z\\.\\-]*(?<!\\.)$", "a.b", "a.b."),
            ("^(?=.*[a-z])(?=.*[A-Z]).{4,}$", "abCd", "abcd"),
            ("(?<=a)b", "ab", "cb"),
        ] {
            assert!(is_match(pattern, yes), "{pattern} on {yes}");
            assert!(!is_match(pattern, no), "{pattern} on {no}");
        }
    }

    #[test]
    fn a_pattern_that_backtracks_without_end_is_given_up() {
        let text = "a".repeat(60) + "!";
        assert_eq!(Pattern::new("^(a+)+$").unwrap().is_match(&text), None);
        assert!(may_match("^(a+)+$", &text));
    }

    #[test]
    fn a_long_text_needs_no_deep_stack() {
        let text = "ab ".repeat(100_000);
        assert!(is_match("^[\\s\\S]*$", &text));
        assert!(may_match("^(\\w+ )*x$", &text));
    }

    #[test]
    fn what_is_not_understood_matches_anything() {
        for pattern in ["^[a-z&&[^b]]$", "(a)\\1", "(unclosed", "[z-a]"] {
            assert!(Pattern::new(pattern).is_none(), "{pattern}");
            assert!(may_match(pattern, "anything"));
        }
    }

    #[test]
    fn the_patterns_of_the_schemas_that_are_not_understood_are_these() {
        let mut unknown = std::collections::BTreeSet::new();
        for keyword in crate::types().flat_map(|name| &crate::resource_type(name).unwrap().schemas).flatten() {
            let patterns = match keyword {
                Keyword::Pattern(pattern) | Keyword::FormatPattern(pattern) => vec![*pattern],
                Keyword::PatternProperties(patterns) => patterns.iter().map(|(pattern, _)| *pattern).collect(),
                _ => continue,
            };
            unknown.extend(patterns.into_iter().filter(|it| Pattern::new(it).is_none()));
        }
        assert_eq!(Vec::from_iter(unknown), NOT_UNDERSTOOD);
    }

    const NOT_UNDERSTOOD: &[&str] = &[
        "(?s).*",
        "(?s).+",
        r"[\p{Graph}\x20]*",
        "^(?s)",
        "^(?s).+$",
        // a date of ISO 8601, with references back to its groups
        concat!(
            r"^([\+-]?\d{4}(?!\d{2}))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?",
            r"|W([0-4]\d|5[0-2])(-?[1-7])?|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))",
            r"([tT]((([01]\d|2[0-3])((:?)[0-5]\d)?|24\:?00)([\.,]\d+(?!:))?)?(\17[0-5]\d([\.,]\d+)?)?",
            r"([zZ]|([\+-])([01]\d|2[0-3]):?([0-5]\d)?)?)?)?$",
        ),
        r"^[\P{C}\n\r\t\f\v\p{Cf}]*$",
        r"^[\p{Graph}\x20]*$",
        r"^[\p{Print}&&[^|:/]]+$",
        r"^[\p{Print}]*$",
        r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*$",
        r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*$",
        r"^\p{ASCII}+$",
        r"^\p{Print}+$",
    ];

    proptest! {
        #[test]
        fn it_agrees_with_a_regular_expression_crate(
            pattern in "(\\^)?([abc.]|\\[ab\\]|\\[\\^a\\]|a\\*|b\\+|c\\?|\\(a\\|bc\\)|\\(ab\\)\\{1,2\\}|\\\\w|\\\\d){1,5}(\\$)?",
            text in "[abc1 ]{0,6}",
        ) {
            let expected = regex_lite::Regex::new(&pattern).unwrap().is_match(&text);
            prop_assert_eq!(is_match(&pattern, &text), expected, "{} on {:?}", pattern, text);
        }
    }
}
