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
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;
    use sparta_test_tools::{Tools, Venv};

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
            ("(?s)^a.b$", "a\nb", "ab"),
            ("^[\\p{Print}&&[^|:/]]+$", "a b", "a|b"),
            ("^[\\uD800\\uDC00-\\uDBFF\\uDFFF]$", "\u{1f600}", "a"),
            ("^[\\P{C}\\n]+$", "a\nb\u{1f600}", "a\tb"),
            ("^\\p{Graph}+$", "a\u{e9}", "a b"),
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
        for pattern in ["^[a-z&&b]$", "(a)\\1", "(unclosed", "[z-a]"] {
            assert!(Pattern::new(pattern).is_none(), "{pattern}");
            assert!(may_match(pattern, "anything"));
        }
    }

    #[test]
    fn the_patterns_of_the_schemas_that_are_not_understood_are_these() {
        let unknown: Vec<_> = patterns().into_iter().filter(|it| Pattern::new(it).is_none()).collect();
        assert_eq!(unknown, NOT_UNDERSTOOD);
    }

    fn patterns() -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for keyword in crate::types().flat_map(|name| &crate::resource_type(name).unwrap().schemas).flatten() {
            match keyword {
                Keyword::Pattern(pattern) | Keyword::FormatPattern(pattern) => _ = found.insert(*pattern),
                Keyword::PatternProperties(patterns) => found.extend(patterns.iter().map(|(pattern, _)| *pattern)),
                _ => {}
            }
        }
        found
    }

    const NOT_UNDERSTOOD: &[&str] = &[
        // a date of ISO 8601, with references back to its groups
        concat!(
            r"^([\+-]?\d{4}(?!\d{2}))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?",
            r"|W([0-4]\d|5[0-2])(-?[1-7])?|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))",
            r"([tT]((([01]\d|2[0-3])((:?)[0-5]\d)?|24\:?00)([\.,]\d+(?!:))?)?(\17[0-5]\d([\.,]\d+)?)?",
            r"([zZ]|([\+-])([01]\d|2[0-3]):?([0-5]\d)?)?)?)?$",
        ),
    ];

    #[test]
    fn the_patterns_of_the_schemas_match_what_an_engine_of_repute_matches() {
        let mut random = Random(7);
        let mut texts = BTreeMap::new();
        for pattern in patterns() {
            // Java's intersections are none to this engine
            let Some(compiled) = Pattern::new(pattern).filter(|_| !pattern.contains("&&[")) else { continue };
            let mut made: Vec<_> = (0..12).filter_map(|_| random.like(&compiled.0)).collect();
            made.extend(made.clone().iter().map(|text| random.changed(text)));
            texts.insert(pattern, made);
        }
        let verdicts = python(include_str!("search.py"), &serde_json::json!(texts));
        let mut tally = (0, 0);
        let mut different = Vec::new();
        for (pattern, texts) in &texts {
            for (text, theirs) in texts.iter().zip(verdicts[pattern].as_array().unwrap()) {
                let ours = Pattern::new(pattern).unwrap().is_match(text);
                match (ours, theirs.as_bool()) {
                    (Some(ours), Some(theirs)) if ours != theirs => {
                        different.push(format!("{pattern} on {text:?}: {ours}"))
                    }
                    (Some(_), Some(true)) => tally.0 += 1,
                    (Some(_), Some(false)) => tally.1 += 1,
                    _ => {}
                }
            }
        }
        assert!(different.is_empty(), "{}", different.join("\n"));
        assert!(tally.0 > 10_000 && tally.1 > 10_000, "{tally:?}");
    }

    fn python(program: &str, input: &serde_json::Value) -> serde_json::Value {
        let python = Venv::ready(Tools::Aws).program("python");
        let mut child =
            Command::new(python).args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
    }

    /// xorshift
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % end.max(1) as u64).unwrap()
        }

        /// A text that matches, as long as nothing is looked for around it.
        fn like(&mut self, ast: &Ast) -> Option<String> {
            let mut text = String::new();
            self.put(ast, &mut text)?;
            (text.len() < 400).then_some(text)
        }

        fn put(&mut self, ast: &Ast, text: &mut String) -> Option<()> {
            match ast {
                Ast::One(set) => {
                    let start = self.below(96);
                    let codes = (0..96).map(|it| 32 + (start + it) as u32 % 96).filter(|it| *it < 127);
                    text.push(char::from_u32(codes.chain([9, 10, 0x1_f600]).find(|it| set.has(*it))?)?);
                }
                Ast::Sequence(parts) => parts.iter().try_for_each(|it| self.put(it, text))?,
                Ast::Either(all) => {
                    let one = self.below(all.len());
                    self.put(&all[one], text)?;
                }
                Ast::Repeat { inner, min, max, .. } => {
                    let count = min + self.below(4).min(max - min);
                    (0..count).try_for_each(|_| if text.len() < 400 { self.put(inner, text) } else { None })?;
                }
                Ast::Start | Ast::End | Ast::VeryEnd | Ast::WordBoundary { .. } | Ast::Look { .. } => {}
            }
            Some(())
        }

        fn changed(&mut self, text: &str) -> String {
            let mut letters: Vec<char> = text.chars().collect();
            let at = self.below(letters.len() + 1);
            let other =
                *['a', 'Z', '0', '-', '.', ' ', '/', ':', '_', '@', '\u{e9}', '\t'].get(self.below(12)).unwrap();
            match self.below(3) {
                0 if at < letters.len() => _ = letters.remove(at),
                1 if at < letters.len() => letters[at] = other,
                _ => letters.insert(at, other),
            }
            letters.into_iter().collect()
        }
    }

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
