//! Patterns of IAM: texts with `*` and `?`, in which some parts are known to AWS only.

/// A text with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diff) struct Pattern {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Is(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// What is known to AWS only, `${Name}`, and what IAM puts in, `${!aws:username}`.
    Some(String),
}

impl Pattern {
    /// A text in normal form.
    pub(in crate::diff) fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((inside, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
                tokens.push(Token::Some(inside.to_owned()));
                rest = after;
                continue;
            }
            match first {
                '*' if tokens.last() == Some(&Token::Any) => {}
                '*' => tokens.push(Token::Any),
                '?' => tokens.push(Token::One),
                other => tokens.push(Token::Is(other)),
            }
            rest = &rest[first.len_utf8()..];
        }
        Self { text: text.to_owned(), tokens }
    }

    /// A text in normal form, of which letters in both cases are the same.
    pub(super) fn ignoring_case(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::of(&text.to_ascii_lowercase()) }
    }

    /// A text in which nothing is a wildcard.
    pub(super) fn exactly(text: &str) -> Self {
        let mut pattern = Self::of(text);
        for token in &mut pattern.tokens {
            match token {
                Token::One => *token = Token::Is('?'),
                Token::Any => *token = Token::Is('*'),
                _ => {}
            }
        }
        pattern
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_all(&self) -> bool {
        self.tokens == [Token::Any]
    }

    /// Whether everything that is like `other` is like this one.
    pub(in crate::diff) fn covers(&self, other: &Self) -> bool {
        let (pattern, text) = (&self.tokens, &other.tokens);
        let (mut at, mut seen, mut star) = (0, 0, None);
        while seen < text.len() {
            match pattern.get(at) {
                Some(Token::Any) => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(token) if stands_for(token, &text[seen]) => {
                    at += 1;
                    seen += 1;
                }
                _ => match star {
                    Some((before, taken)) => {
                        star = Some((before, taken + 1));
                        (at, seen) = (before + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|token| *token == Token::Any)
    }

    /// Whether something may be like both; what only AWS knows may be anything.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let is_open = |token: &Token| matches!(token, Token::Any | Token::Some(_));
        let (one, two) = (&self.tokens, &other.tokens);
        // `reach[j]`: whether what is before `i` in the one and before `j` in the other may be the same.
        let mut reach = vec![false; two.len() + 1];
        reach[0] = true;
        for j in 0..two.len() {
            reach[j + 1] = reach[j] && is_open(&two[j]);
        }
        for token in one {
            let mut next = vec![false; two.len() + 1];
            next[0] = reach[0] && is_open(token);
            for j in 0..two.len() {
                let is_either_open = is_open(token) || is_open(&two[j]);
                let is_same = token == &two[j] || matches!(token, Token::One) || matches!(two[j], Token::One);
                next[j + 1] = if is_either_open { reach[j + 1] || next[j] || reach[j] } else { reach[j] && is_same };
            }
            reach = next;
        }
        reach[two.len()]
    }
}

fn stands_for(pattern: &Token, text: &Token) -> bool {
    match (pattern, text) {
        (Token::One, Token::Is(_) | Token::One) => true,
        (pattern, text) => pattern == text && *text != Token::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_covers_what_is_like_it() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a?*"),
            ("s3:get*", "s3:getobject"),
            ("s3:get*", "s3:getobject*"),
            ("a?c", "abc"),
            ("a?c", "a?c"),
            ("a*", "a${x}"),
            ("${x}*", "${x}/y"),
            ("*b*b", "abab"),
            ("a**", "a*"),
        ] {
            assert!(Pattern::of(pattern).covers(&Pattern::of(text)), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("s3:getobject", "s3:get*"),
            ("a?c", "a*c"),
            ("a?", "a${x}"),
            ("${x}", "${y}"),
            ("${x}/*", "${x}"),
            ("s3:*object", "s3:*"),
            ("??????????", "${Name}"),
        ] {
            assert!(!Pattern::of(pattern).covers(&Pattern::of(text)), "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_overlap_unless_nothing_is_like_both() {
        for (one, other) in [("a*", "*b"), ("a?", "?b"), ("*", ""), ("${x}", "abc"), ("s3:*", "s3:get*"), ("ab", "ab")]
        {
            assert!(Pattern::of(one).overlaps(&Pattern::of(other)), "{one} {other}");
            assert!(Pattern::of(other).overlaps(&Pattern::of(one)), "{other} {one}");
        }
        for (one, other) in [("s3:*", "sqs:*"), ("a", "b"), ("a?", "a"), ("iam:pass*", "iam:get*"), ("*x", "*y")] {
            assert!(!Pattern::of(one).overlaps(&Pattern::of(other)), "{one} {other}");
            assert!(!Pattern::of(other).overlaps(&Pattern::of(one)), "{other} {one}");
        }
    }
}
