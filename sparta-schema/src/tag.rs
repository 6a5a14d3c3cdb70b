//! Tags that every service takes.

use std::error::Error;
use std::fmt;

const KEY: usize = 128;
const VALUE: usize = 256;
const SIGNS: &str = "_.:/=+-@";

/// What a tag's key or value has that IAM, the strictest of the services, refuses.
///
/// CloudFormation passes a stack's tags on to all of its resources, and fails with the first that refuses them.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagError {
    /// The key is empty or too long: its number of characters.
    KeyLength(usize),
    /// The value is too long: its number of characters.
    ValueLength(usize),
    /// The key begins with `aws:`, in whatever case.
    Reserved,
    /// The key has a character that no key has.
    Key(char),
    /// The value has a character that no value has.
    Value(char),
}

/// Checks one tag.
///
/// # Errors
///
/// The first thing that is wrong with it.
///
/// # Example
///
/// ```
/// use sparta_schema::tag;
///
/// assert!(tag::check("cost-centre", "42 @ Berlin").is_ok());
/// let error = tag::check("last", "Monday, 02-Jan-26").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "its value has `,`: letters, digits, spaces and `_ . : / = + - @` can be in a tag"
/// );
/// ```
pub fn check(key: &str, value: &str) -> Result<(), TagError> {
    check_key(key)?;
    check_value(value)
}

pub(crate) fn check_key(key: &str) -> Result<(), TagError> {
    let length = key.chars().count();
    if !(1..=KEY).contains(&length) {
        return Err(TagError::KeyLength(length));
    }
    if key.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("aws:")) {
        return Err(TagError::Reserved);
    }
    key.chars().find(|it| !is_allowed(*it)).map_or(Ok(()), |it| Err(TagError::Key(it)))
}

pub(crate) fn check_value(value: &str) -> Result<(), TagError> {
    let length = value.chars().count();
    if length > VALUE {
        return Err(TagError::ValueLength(length));
    }
    value.chars().find(|it| !is_allowed(*it)).map_or(Ok(()), |it| Err(TagError::Value(it)))
}

fn is_allowed(it: char) -> bool {
    let is_space = it.is_whitespace() && !it.is_control();
    it.is_alphabetic() || it.is_numeric() || is_space || SIGNS.contains(it)
}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALLOWED: &str = "letters, digits, spaces and `_ . : / = + - @` can be in a tag";
        match self {
            Self::KeyLength(length) => write!(f, "its key has {length} characters: 1 to {KEY} are allowed"),
            Self::ValueLength(length) => write!(f, "its value has {length} characters: at most {VALUE} are allowed"),
            Self::Reserved => f.write_str("keys that begin with `aws:` are AWS's own"),
            Self::Key(it) => write!(f, "its key has `{}`: {ALLOWED}", it.escape_debug()),
            Self::Value(it) => write!(f, "its value has `{}`: {ALLOWED}", it.escape_debug()),
        }
    }
}

impl Error for TagError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_service_takes_is_right() {
        for (key, value) in [
            ("team", ""),
            ("cost-centre", "42"),
            ("a.b:c/d=e+f-g@h_i", "x y"),
            ("größe", "ñ ½\u{a0}中文"),
            ("awsome", "aws:x"),
        ] {
            assert_eq!(check(key, value), Ok(()), "{key}={value}");
        }
        assert_eq!(check(&"ä".repeat(128), &"ä".repeat(256)), Ok(()));
    }

    #[test]
    fn what_one_refuses_is_named() {
        for (key, value, error) in [
            ("", "x", TagError::KeyLength(0)),
            (&*"k".repeat(129), "x", TagError::KeyLength(129)),
            ("k", &*"v".repeat(257), TagError::ValueLength(257)),
            ("AWS:x", "x", TagError::Reserved),
            ("a&b", "c", TagError::Key('&')),
            ("cost", "a(b)", TagError::Value('(')),
            ("cost", "a\tb", TagError::Value('\t')),
            ("cost", "50%", TagError::Value('%')),
            ("cost", "\u{1f600}", TagError::Value('\u{1f600}')),
        ] {
            assert_eq!(check(key, value), Err(error), "{key}={value}");
        }
    }
}
