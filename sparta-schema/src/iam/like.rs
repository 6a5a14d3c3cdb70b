/// Whether a text is what a pattern stands for, in which `*` is any text and `?` any one character of ASCII.
///
/// # Example
///
/// ```
/// use sparta_schema::iam::is_like;
///
/// assert!(is_like("iam:*UserPolicy", "iam:PutUserPolicy"));
/// assert!(!is_like("s3:Get*", "s3:PutObject"));
/// ```
pub fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // The last `*`, and how much of the text it and what is before it stand for: each further try lets it stand for more.
    let mut star = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(b), _) if *b == b'?' || *b == text[t] => (p, t) = (p + 1, t + 1),
            (_, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            _ => return false,
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_any_text_and_any_character() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "any"),
            ("a*c", "abcbc"),
            ("a**c?", "acd"),
            ("*ab*ab", "ababab"),
            ("?*", "a"),
            ("x*y*z", "x--y-z-z"),
        ] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", ""), ("?", ""), ("a*c", "abd"), ("*ab*ab", "aab"), ("A", "a")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
        assert!(!is_like(&"a*".repeat(40), &("a".repeat(39) + &"b".repeat(60))));
    }
}
