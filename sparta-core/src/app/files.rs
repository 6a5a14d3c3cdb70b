//! Files beside the program that Lambda runs.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use crate::{
    App, Mistake, Subject,
    contract::{BOOTSTRAP, BUILD_ID_FILE},
};

/// The content of a file: its bytes, or where it is.
///
/// # Example
///
/// ```
/// use sparta_core::{App, File};
///
/// let app = App::new("Links")
///     .file("robots.txt", "User-agent: *")
///     .file("templates/mail.html", File::at("assets/mail.html"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File(Content);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Bytes(Cow<'static, [u8]>),
    Path(PathBuf),
}

impl File {
    /// A file of the service's package, by its path from the folder of `Cargo.toml`. It is read when the service is packed.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(Content::Path(path.into()))
    }

    /// The bytes, where they are known.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Content::Bytes(bytes) => Some(bytes),
            Content::Path(_) => None,
        }
    }

    /// Where it is, where it is read when the service is packed.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Content::Bytes(_) => None,
            Content::Path(path) => Some(path),
        }
    }
}

impl From<&'static str> for File {
    fn from(text: &'static str) -> Self {
        Self(Content::Bytes(Cow::Borrowed(text.as_bytes())))
    }
}

impl<const N: usize> From<&'static [u8; N]> for File {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self(Content::Bytes(Cow::Borrowed(bytes)))
    }
}

impl From<String> for File {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<Vec<u8>> for File {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Content::Bytes(Cow::Owned(bytes)))
    }
}

/// What is wrong with a file beside the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum FileMistake {
    #[error("the file `{0}` cannot be beside the program: names and folders with `/` between them are expected, as `data/rates.json`")]
    Name(String),
    #[error("the file `{0}` is one of Sparta's own: rename it")]
    Reserved(String),
    #[error("two files are called `{0}`: rename one")]
    Twice(String),
}

impl App {
    /// Puts a file beside the program, at `name` in the folder `LAMBDA_TASK_ROOT`, `/var/task`. All functions have it.
    ///
    /// Lambda unpacks at most 250 MB, the program included.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, File};
    ///
    /// let app = App::new("Links").file("data/countries.csv", File::at("assets/countries.csv"));
    /// ```
    pub fn file(mut self, name: impl Into<String>, content: impl Into<File>) -> Self {
        if !cfg!(sparta_serving) {
            self.files.push((name.into(), content.into()));
        }
        self
    }
}

/// What an archive of code would not take.
pub(crate) fn check(files: &[(String, File)]) -> Vec<Mistake> {
    let mut names = BTreeSet::new();
    let mistakes = files.iter().filter_map(|(name, _)| {
        let is_first = names.insert(name.to_ascii_lowercase());
        match name.as_str() {
            _ if !is_name(name) => Some(FileMistake::Name(name.clone())),
            BOOTSTRAP | BUILD_ID_FILE => Some(FileMistake::Reserved(name.clone())),
            _ if !is_first => Some(FileMistake::Twice(name.clone())),
            _ => None,
        }
    });
    mistakes.map(|mistake| Mistake::new(Subject::App, mistake)).collect()
}

/// Whether every system reads it as the same path below a folder.
fn is_name(name: &str) -> bool {
    let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let is_split = name.split('/').all(|part| !part.is_empty() && part != ".");
    is_plain && is_split && !name.contains('\\') && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_below_the_program_and_each_has_a_name_of_its_own() {
        let mistakes = |name: &str| check(&[("data/rates.json".into(), "{}".into()), (name.into(), "{}".into())]);
        for good in ["a", "data/a.json", "data/rates.jsonl", ".hidden", "ä.txt"] {
            assert_eq!(mistakes(good), [], "{good}");
        }
        for (bad, expected) in [
            ("/etc/passwd", "cannot be beside the program"),
            ("../a", "cannot be beside the program"),
            ("data/../a", "cannot be beside the program"),
            ("data//a", "cannot be beside the program"),
            ("./a", "cannot be beside the program"),
            ("a\\b", "cannot be beside the program"),
            ("", "cannot be beside the program"),
            ("bootstrap", "is one of Sparta's own"),
            ("sparta-build-id", "is one of Sparta's own"),
            ("data/Rates.json", "two files are called"),
        ] {
            let found = mistakes(bad);
            assert!(found.len() == 1 && found[0].to_string().contains(expected), "{bad}: {found:?}");
        }
    }
}
