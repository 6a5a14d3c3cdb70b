//! Logical ids.

use std::{borrow::Borrow, fmt};

use super::Value;

/// The name of a parameter, resource or output inside a template, 1 to 255 letters and digits; or of a condition.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(String);

impl LogicalId {
    /// Checks `id`.
    ///
    /// # Errors
    ///
    /// When `id` is empty, longer than 255 characters or not alphanumeric.
    pub fn new(id: impl Into<String>) -> Result<Self, LogicalIdError> {
        let id = id.into();
        let fits = (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(id)) } else { Err(LogicalIdError(id)) }
    }

    /// Makes an id of any words: `["hello-world", "Function"]` becomes `HelloWorldFunction`.
    ///
    /// What is not a letter or digit only separates words, so different words can give the same id.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut id: String = words.into_iter().map(pascal_case).collect();
        id.truncate(255);
        if id.is_empty() {
            id.push('X');
        }
        Self(id)
    }

    /// The name of a condition, which may have more than letters and digits: `Use-AWS&Managed`.
    ///
    /// # Errors
    ///
    /// When it is empty, longer than 255 bytes or has control characters.
    pub fn condition(name: impl Into<String>) -> Result<Self, LogicalIdError> {
        let name = name.into();
        let fits = (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
        if fits { Ok(Self(name)) } else { Err(LogicalIdError(name)) }
    }

    /// A name as it was read, right or wrong.
    pub(super) fn as_read(text: String) -> Self {
        Self(text)
    }

    /// What stands for the id of a resource that has none yet; no id looks like it.
    pub(super) fn placeholder(text: String) -> Self {
        Self(text)
    }

    /// `{"Ref": id}`.
    pub fn reference(&self) -> Value {
        Value::function("Ref", self.as_str())
    }

    /// `{"Fn::GetAtt": [id, name]}`.
    pub fn attribute(&self, name: &str) -> Value {
        Value::function("Fn::GetAtt", vec![self.as_str(), name])
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for LogicalId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for LogicalId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A text that is not a [`LogicalId`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a logical id: 1 to 255 letters and digits are")]
pub struct LogicalIdError(String);

/// `hello-world`, `HELLO_WORLD` and `helloWorld` become `HelloWorld`; other alphabets are dropped.
pub fn pascal_case(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let shouted = !word.bytes().any(|b| b.is_ascii_lowercase());
            let (first, rest) = word.split_at(1);
            let rest = if shouted { rest.to_ascii_lowercase() } else { rest.to_owned() };
            first.to_ascii_uppercase() + &rest
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_style_become_one_pascal_case_id() {
        for text in ["hello-world", "hello_world", "HELLO_WORLD", "helloWorld", "hello world"] {
            assert_eq!(pascal_case(text), "HelloWorld", "{text}");
        }
        assert_eq!(LogicalId::of_words(["hello", "/v1/{id}", "Route"]).as_str(), "HelloV1IdRoute");
    }

    #[test]
    fn an_id_with_other_characters_is_refused_by_name() {
        let error = LogicalId::new("DB_HOST").unwrap_err();
        assert!(error.to_string().contains("`DB_HOST`"));
    }
}
